import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attenuate } from "../../src/macaroon/attenuate.ts";
import { formatIdentifier } from "../../src/macaroon/identifier.ts";
import type { Macaroon } from "../../src/macaroon/macaroon.ts";
import { mint } from "../../src/macaroon/mint.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import { ask, type Answer } from "../support/ask.ts";
import { needs } from "../support/needs.ts";
import { startVerifier, type Verifier } from "../support/verifier.ts";
import { openWorkspace, type Workspace } from "../support/workspace.ts";

/** A key that was sent to be installed, its root id, and what was narrowed from it and taken back. */
interface Key {
  readonly kid: string;
  readonly body: object;
  readonly root: Macaroon;
  readonly revoked: string[];
}

/** What the verifier acknowledged, and the one wish that it may or may not have done when it was killed. */
interface Known {
  inForce: Key | undefined;
  asked: { readonly what: "init" | "destroy"; readonly key: Key } | { readonly what: "revoke" } | undefined;
}

const hundred = 100;
const kills = 30;
const why = needs("root");

describe.skipIf(why !== undefined)(`kill -9 of the verifier${why === undefined ? "" : `: ${why}`}`, () => {
  let workspace: Workspace;
  let verifier: Verifier;
  beforeAll(async () => {
    workspace = openWorkspace();
    verifier = await startVerifier(workspace, { dockerHost: `unix://${workspace.path("none.sock")}` });
  });
  afterAll(() => workspace.close());

  const admin = async (method: string, path: string, id?: string, body?: object): Promise<Answer> =>
    await ask(verifier.admin.slice("unix://".length), method, `/v1${path}`, {
      headers: id === undefined ? {} : { authorization: `Bearer ${id}` },
      ...(body === undefined ? {} : { body }),
    });
  const state = async (): Promise<{ state: string; kid?: string }> =>
    JSON.parse((await admin("GET", "/status")).text) as { state: string; kid?: string };

  it("loses nothing of a hundred inits, revokes and destroys that it acknowledged", { timeout: 240_000 }, async () => {
    const known: Known = { inForce: undefined, asked: undefined };
    const done = { init: 0, revoke: 0, destroy: 0, inFlight: 0 };
    while (Math.min(done.init, done.revoke, done.destroy) < hundred || done.inFlight < kills) {
      let killed = false;
      const killLater = async (): Promise<void> => {
        await sleep(randomInt(40, 160));
        killed = true;
        await verifier.kill9();
      };
      const kill = killLater();
      // Only the kill may end it: whatever else fails is a failure of the test
      await work(known, done).catch((error: unknown) => {
        if (!killed) throw error;
      });
      await kill;
      if (known.asked !== undefined) done.inFlight += 1;
      await verifier.start();
      await holds(known);
    }
    process.stdout.write(`kill -9: ${JSON.stringify(done)}\n`);
  });

  /** Initializes, revokes and destroys, one wish after the other, until the verifier is gone. */
  async function work(known: Known, done: { init: number; revoke: number; destroy: number }): Promise<never> {
    for (;;) {
      const key = known.inForce ?? newKey();
      if (known.inForce === undefined) {
        known.asked = { what: "init", key };
        expect((await admin("POST", "/root-key", undefined, key.body)).status).toBe(201);
        known.inForce = key;
        known.asked = undefined;
        done.init += 1;
      }
      const child = serialize(attenuate(key.root, [`link=1700000000.${randomBytes(12).toString("hex")}`]));
      known.asked = { what: "revoke" };
      expect((await admin("POST", "/revocations", serialize(key.root), { id: child })).status).toBe(201);
      key.revoked.push(child);
      done.revoke += 1;
      known.asked = { what: "destroy", key };
      expect((await admin("DELETE", "/root-key", serialize(key.root))).status).toBe(200);
      known.inForce = undefined;
      known.asked = undefined;
      done.destroy += 1;
    }
  }

  /** The verifier, started again, stands where it said that it did, or one wish further. */
  async function holds(known: Known): Promise<void> {
    const { inForce, asked } = known;
    const now = await state();
    const before = inForce === undefined ? { state: "open" } : { state: "guarded", kid: inForce.kid };
    const possible: object[] = [before];
    if (asked?.what === "init") possible.push({ state: "guarded", kid: asked.key.kid });
    if (asked?.what === "destroy") possible.push({ state: "open" });
    expect(possible).toContainEqual({ state: now.state, ...(now.kid === undefined ? {} : { kid: now.kid }) });
    if (now.state === "open") known.inForce = undefined;
    else if (asked?.what === "init" && now.kid === asked.key.kid) known.inForce = asked.key;
    known.asked = undefined;
    const key = known.inForce;
    if (key === undefined) return;
    expect((await admin("GET", "/ids/self", serialize(key.root))).status).toBe(200);
    for (const id of key.revoked) expect((await admin("GET", "/ids/self", id)).text).toMatch(/revoked/);
  }
});

function newKey(): Key {
  const [kid, nonce] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
  const rootKey = randomBytes(32);
  const identifier = formatIdentifier({ kid, nonce });
  const body = { kid, key: rootKey.toString("base64url"), identifier };
  return { kid, body, root: mint({ rootKey, identifier }), revoked: [] };
}
