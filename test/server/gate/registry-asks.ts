import { afterEach, expect } from "vitest";
import { mint } from "../../../src/macaroon/mint.ts";
import { serialize } from "../../../src/macaroon/serialize.ts";
import type { Rights } from "../../../src/registry/access.ts";
import { formatScope, parseScopes } from "../../../src/registry/scopes.ts";
import type { Holder, RegistryAdmission, RegistryAsk } from "../../../src/server/gate/at-registry.ts";
import { link, makeRoom, type Room } from "../room.ts";

const open: Room[] = [];

/** A room that is closed after the test. */
export async function room(options: Parameters<typeof makeRoom>[0] = { guarded: true }): Promise<Room> {
  const made = await makeRoom(options);
  open.push(made);
  return made;
}

/** To be said once in each file. */
export function closeRooms(): void {
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
}

export const everything: Rights = () => ({ granted: true, why: "rule 1 grants it" });
export const pulls: Rights = ({ action }) =>
  action === "pull" ? { granted: true, why: "rule 1 grants it" } : { granted: false, why: "rule 1 withholds it" };
export const doorKey = { kid: "ab".repeat(16), key: new Uint8Array(32).fill(3) };
export const refreshLink = link("refresh");

/** A refresh token of a user's. */
export function refreshOf(...caveats: readonly string[]): string {
  const identifier = `docker-id:1:${doorKey.kid}:${"cd".repeat(16)}`;
  return serialize(mint({ rootKey: doorKey.key, identifier, caveats }));
}
export const refresh = refreshOf("service=hub", "account=alice", `link=${refreshLink}`);

export const ofId = (text: string, more: { account?: string; rights?: Rights } = {}): Holder => ({
  kind: "id",
  text,
  ...more,
});
export const ofRefresh = (text: string, rights = everything, account = "alice"): Holder => ({
  kind: "refresh",
  text,
  key: doorKey,
  account,
  rights,
});
export const alice: Holder = { kind: "user", name: "alice", rights: pulls };
export const nobody: Holder = { kind: "anonymous", rights: pulls };

/** What stands for a log that cannot be written. */
export const full = async (): Promise<never> => Promise.reject(new Error("disk full"));
export const brokenRights: Rights = () => {
  throw new Error("no rules");
};

type Made = Pick<Room, "gate">;

export function ask(
  { gate }: Made,
  holder: Holder,
  scopes: string,
  more: Partial<RegistryAsk> = {},
): Promise<RegistryAdmission> {
  return gate.registry.grant({
    service: "hub",
    hosts: ["hub.example.com"],
    requested: parseScopes([scopes]),
    address: "192.0.2.7",
    source: "192.0.2.7",
    holder,
    ...more,
  });
}

export async function granted(...question: Parameters<typeof ask>): Promise<readonly string[]> {
  const admission = await ask(...question);
  if (admission.verdict === "refused") throw new Error(admission.message);
  return admission.granted.map(formatScope);
}

export const unauthorized = (message: RegExp) => ({
  verdict: "refused",
  status: "unauthorized",
  message: expect.stringMatching(message) as string,
});
export const unavailable = (message: RegExp) => ({ ...unauthorized(message), status: "unavailable" });
