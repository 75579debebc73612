import type { SeenMarker } from "./marker.ts";

/** What a store that could be read records; `absent`: there is none. */
export type SeenStore =
  | { readonly kind: "absent" }
  | { readonly kind: "open" }
  | { readonly kind: "guarded"; readonly kid: string };

/** Everything that decides whether an engine is guarded. */
export interface Evidence {
  readonly store: SeenStore;
  readonly marker: SeenMarker;
  /** The machine's default marker, where ours is another one. */
  readonly machineMarker: SeenMarker;
  /** Whether a marker's docker host is the engine that we guard. */
  readonly isOurEngine: (dockerHost: string) => boolean;
  /** The KID that this process last saw in force. */
  readonly remembered?: string;
  /** Whether the store records that a KID was retired. */
  readonly isRetired: (kid: string) => boolean;
}

/** What follows: a state to stand in after the marker was put right, a first store to make, or no reading at all. */
export type Verdict =
  | { readonly kind: "unreadable"; readonly reason: string }
  | { readonly kind: "create" }
  | { readonly kind: "open"; readonly marker: "leave" | "remove" }
  | { readonly kind: "guarded"; readonly kid: string; readonly marker: "leave" | "write" };

/** Judges store against markers: open only where a store records it and no marker speaks of a key it does not know. */
export function judge({ store, marker, machineMarker, isOurEngine, remembered, isRetired }: Evidence): Verdict {
  if (marker.kind === "unreadable") return refuse(marker.reason);
  if (machineMarker.kind === "unreadable") return refuse(machineMarker.reason);

  const knows = (kid: string): boolean =>
    store.kind !== "absent" && ((store.kind === "guarded" && store.kid === kid) || isRetired(kid));
  if (marker.kind === "present" && !knows(marker.marker.kid)) return refuse(unknownKey(store, marker.marker.kid));
  if (machineMarker.kind === "present") {
    const { kid, dockerHost } = machineMarker.marker;
    if (isOurEngine(dockerHost) && !knows(kid)) return refuse(`for this engine, ${unknownKey(store, kid)}`);
  }
  if (remembered !== undefined && !knows(remembered)) return refuse(unknownKey(store, remembered));

  if (store.kind === "absent") return { kind: "create" };
  if (store.kind === "open") return { kind: "open", marker: marker.kind === "present" ? "remove" : "leave" };
  const stands = marker.kind === "present" && marker.marker.kid === store.kid;
  return { kind: "guarded", kid: store.kid, marker: stands ? "leave" : "write" };
}

function refuse(reason: string): Verdict {
  return { kind: "unreadable", reason };
}

function unknownKey(store: SeenStore, kid: string): string {
  return store.kind === "absent"
    ? `the key ${kid} is in force, but there is no store in the state folder`
    : `the key ${kid} is in force, but the store in the state folder does not know it`;
}
