import type { OpenService, Services } from "./service.ts";

/** How the door is, for whoever watches over it; the names of services are all that it gives away. */
export interface Health {
  /** `failing`: some service cannot make tokens for its users. */
  readonly status: "ok" | "warning" | "failing";
  readonly services: readonly {
    readonly name: string;
    /** RFC 3339. */
    readonly certificate_expires?: string;
    readonly warning?: string;
    readonly users?: "reachable" | "unreachable";
  }[];
}

/** Nobody has this name, and asking for it tells whether users can be asked for at all. */
const nobody = "docker-id-healthz";
const mend = "something is to be done about its signing keys; the log says what";
/** Strangers may ask, and users may be kept far away. */
const rememberedMs = 5000;

/** Makes what tells how the door is; it looks no more than every five seconds. */
export function createHealth(services: Pick<Services, "open" | "unopened">, clock: () => Date): () => Promise<Health> {
  let last: { readonly atMs: number; readonly health: Promise<Health> } | undefined;
  return async () => {
    const nowMs = clock().getTime();
    if (last === undefined || Math.abs(nowMs - last.atMs) >= rememberedMs) {
      last = { atMs: nowMs, health: look(services, clock) };
    }
    return await last.health;
  };
}

async function look(services: Pick<Services, "open" | "unopened">, clock: () => Date): Promise<Health> {
  const unopened = services.unopened().map((name) => ({ name, warning: "it cannot be opened; the log says why" }));
  const opened = await Promise.all(services.open().map(async (service) => describe(service)));
  const failing = opened.some(
    ({ users, certificate_expires: expires }) => users === "unreachable" || new Date(expires) <= clock(),
  );
  const warned = opened.some((service) => "warning" in service);
  const status = failing || unopened.length > 0 ? "failing" : warned ? "warning" : "ok";
  return { status, services: [...unopened, ...opened] };
}

async function describe({ label, signer, users }: OpenService) {
  const { certificateExpires, warning } = signer.health();
  const reachable = await users.find(nobody).then(
    () => true,
    () => false,
  );
  const told = { name: label, certificate_expires: certificateExpires.toISOString() };
  const found = reachable ? ("reachable" as const) : ("unreachable" as const);
  // The sentence itself names files, and strangers may ask
  return warning === undefined ? { ...told, users: found } : { ...told, users: found, warning: mend };
}
