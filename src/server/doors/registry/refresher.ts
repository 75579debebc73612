import { mintRefresh, narrowForRefresh } from "../../../registry/refresh-token.ts";
import type { Holder } from "../../gate/registry-types.ts";
import type { FoundUser } from "../../users/users.ts";

/** The refresh token for somebody who has just been given a token; undefined where there can be none. */
export type Refresher = (service: string, holder: Holder, user: FoundUser | undefined) => string | undefined;

export interface RefresherParts {
  /** The door's own key; absent: users get none. */
  readonly doorKey: Uint8Array | undefined;
  readonly clock: () => Date;
  readonly random: (bytes: number) => Uint8Array;
}

/** Makes what makes them: clients keep the first one and show it again and again, so that one is never followed by another. */
export function createRefresher({ doorKey, clock, random }: RefresherParts): Refresher {
  return (service, holder, user) => {
    if (holder.kind === "anonymous") return undefined;
    if (holder.kind === "refresh") return holder.text;
    if (holder.kind === "id") {
      return narrowForRefresh(holder.text, { service, account: holder.account }, clock(), random);
    }
    if (doorKey === undefined || user === undefined) return undefined;
    return mintRefresh(doorKey, { service, account: user.name, fingerprint: user.fingerprint }, clock(), random);
  };
}
