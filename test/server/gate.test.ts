import { chmodSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { attenuate } from "../../src/macaroon/attenuate.ts";
import { mint } from "../../src/macaroon/mint.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import type { Admission } from "../../src/server/gate.ts";
import { get, makeRoom, mine, narrow, other, root, rootKey, type Room, link } from "./room.ts";

const open: Room[] = [];
async function room(...options: Parameters<typeof makeRoom>): Promise<Room> {
  const made = await makeRoom(...options);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const inspect = (name: string): string => `/v1.41/containers/${name}/json`;
const allowed = { verdict: "allowed" };
const refused = (message: RegExp) => ({ verdict: "refused", message: expect.stringMatching(message) as string });
const reader = narrow(root, "op=read", `container_id=${mine}`, `link=${link("reader")}`);

const full = (): never => {
  throw new Error("disk full");
};

describe("the gate of an open engine", () => {
  it("lets the plugin's door pass, and says so", async () => {
    const { ask, lines, log } = await room();
    expect(await ask(undefined)).toMatchObject(allowed);
    expect(await lines()).toMatchObject([{ door: "authz", verdict: "allowed", reasons: ["open"] }]);
    expect(log()).toContain("open");
  });

  it("lets no other door pass", async () => {
    const { ask } = await room();
    for (const door of ["gateway", "socket", "registry"] as const) {
      expect(await ask(undefined, "/info", { door })).toMatchObject(refused(/not guarded yet/));
    }
  });
});

describe("the gate of a guarded engine", () => {
  it("allows the root id everything, also what is not understood", async () => {
    const { ask, lines } = await room({ guarded: true });
    expect(await ask(root)).toMatchObject(allowed);
    expect(await ask(root, "/no/such/thing?;;%zz")).toMatchObject(allowed);
    expect(await ask(narrow(root, `link=${link("b")}`, "for=me"))).toMatchObject(allowed);
    const [first, , third] = await lines();
    expect(first).toMatchObject({ verdict: "allowed", root: true, action: "system.info", op: "read" });
    expect(third).toMatchObject({ links: [link("b")], names: ["me"] });
  });

  it("asks a restricted id's caveats, and tells which refused", async () => {
    const { ask, lines } = await room({ guarded: true });
    expect(await ask(reader, inspect("mine"))).toMatchObject(allowed);
    expect(await ask(reader, inspect(mine))).toMatchObject(allowed);
    expect(await ask(reader, inspect(other))).toMatchObject(refused(/container_id=/));
    expect(await ask(reader, "/v1.41/images/json")).toMatchObject(refused(/container_id=/));
    expect(await ask(reader, "/no/such/thing")).toMatchObject({ verdict: "refused" });
    expect(await lines()).toMatchObject([
      {
        verdict: "allowed",
        action: "container.inspect",
        touches: [`container:${mine}:read`],
        links: [link("reader")],
        root: false,
      },
      { verdict: "allowed" },
      { verdict: "refused", reasons: [expect.stringContaining("container_id=")] },
      { verdict: "refused" },
      { verdict: "refused" },
    ]);
  });

  it.each<[string, string | undefined, RegExp]>([
    ["none", undefined, /carried no id; put one in the X-Docker-Id header/],
    ["an empty one", "", /no id of docker-id/],
    ["junk", "dkid_AAAA", /no id of docker-id/],
    ["half of one", root.slice(0, -10), /no id of docker-id/],
    ["one in another spelling of base64", `${root}=`, /no id of docker-id/],
    ["one of 9 KiB", root + "A".repeat(9 * 1024), /no id of docker-id/],
    [
      "one of another engine",
      serialize(mint({ rootKey: rootKey.key, identifier: `docker-id:1:${"5".repeat(32)}:${"6".repeat(32)}` })),
      /another engine/,
    ],
    [
      "one that is no id of ours",
      serialize(mint({ rootKey: rootKey.key, identifier: "somebody" })),
      /no id of docker-id/,
    ],
    [
      "one made with another key",
      serialize(mint({ rootKey: new Uint8Array(32), identifier: rootKey.identifier })),
      /signature/,
    ],
    [
      "one with a caveat that is not known",
      serialize(attenuate(mint({ rootKey: rootKey.key, identifier: rootKey.identifier }), ["colour=blue"])),
      /colour|caveat/,
    ],
  ])("refuses an id that is %s, by name", async (_, token, message) => {
    const { ask, lines } = await room({ guarded: true });
    const answer = await ask(token);
    expect(answer).toMatchObject(refused(message));
    expect(answer).toMatchObject({ message: expect.not.stringContaining("\n") as string });
    const [line] = await lines();
    expect(line).toMatchObject({ verdict: "refused" });
    if (token !== undefined && token.length > 8) expect(JSON.stringify(line)).not.toContain(token);
  });

  it("refuses from an id's expiry on", async () => {
    const { ask, later, now } = await room({ guarded: true });
    const soon = new Date(Math.ceil(now().getTime() / 1000) * 1000 + 60_000).toISOString().replace(".000", "");
    const brief = narrow(reader, `expires=${soon}`);
    expect(await ask(brief, inspect("mine"))).toMatchObject(allowed);
    later(62_000);
    expect(await ask(brief, inspect("mine"))).toMatchObject(refused(/expires=/));
    expect(await ask(reader, inspect("mine"))).toMatchObject(allowed);
  });

  it("refuses what was taken back at once, with what grew from it, and its siblings not", async () => {
    const { ask, gate, lines } = await room({ guarded: true });
    const child = narrow(reader, `link=${link("child")}`);
    const sibling = narrow(root, "op=read", `container_id=${mine}`, `link=${link("sibling")}`);
    for (const id of [reader, child, sibling]) expect(await ask(id, inspect("mine"))).toMatchObject(allowed);
    await gate.revoke({ id: reader }, { token: root, source: "test" });
    expect(await ask(reader, inspect("mine"))).toMatchObject(refused(/revoked/));
    expect(await ask(child, inspect("mine"))).toMatchObject(refused(/revoked/));
    expect(await ask(narrow(child, "op=read"), inspect("mine"))).toMatchObject(refused(/revoked/));
    expect(await ask(sibling, inspect("mine"))).toMatchObject(allowed);
    expect((await lines()).at(-2)).toMatchObject({ verdict: "refused" });
  });

  it("refuses what is taken back while it is decided on", async () => {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const made = await makeRoom();
    const engine = {
      known: () => undefined,
      inspect: async (...asked: Parameters<typeof made.parts.engine.inspect>) => {
        await meanwhile?.();
        return made.parts.engine.inspect(...asked);
      },
    };
    open.push(made);
    const { gate, ask } = await room({ guarded: true, parts: { engine } });
    expect(await ask(reader, inspect("mine"))).toMatchObject(allowed);
    meanwhile = () => gate.revoke({ id: reader }, { token: root, source: "test" });
    expect(await ask(reader, inspect("mine"))).toMatchObject(refused(/revoked/));
  });

  it("judges address and engine by what the door knows", async () => {
    const { ask } = await room({ guarded: true });
    const near = narrow(reader, "ip=10.0.0.0/8");
    expect(await ask(near, inspect("mine"))).toMatchObject(refused(/ip=/));
    const gateway = { door: "gateway", circumstances: { ownership: true, address: "10.1.2.3" } } as const;
    expect(await ask(near, inspect("mine"), gateway)).toMatchObject(allowed);
    expect(await ask(narrow(reader, "host=laptop"), inspect("mine"))).toMatchObject(allowed);
    expect(await ask(narrow(reader, "host=other"), inspect("mine"))).toMatchObject(refused(/host=/));
  });

  it("refuses at every door of the engine's an id that is for a registry", async () => {
    const { ask } = await room({ guarded: true });
    for (const door of ["authz", "gateway", "socket"] as const) {
      for (const caveat of ["service=hub", "account=alice"]) {
        for (const target of ["/_ping", "/v1.41/containers/json", inspect("mine")]) {
          expect(await ask(narrow(root, caveat), target, { door })).toMatchObject(refused(/registry/));
        }
      }
    }
  });

  it("refuses endless answers to ids that expire, where it is told to", async () => {
    const { ask } = await room({ guarded: true });
    const strict = { refuseStreams: true };
    const follow = "/v1.41/containers/mine/logs?stdout=1&follow=1";
    const brief = narrow(reader, "expires=2999-01-01T00:00:00Z");
    expect(await ask(brief, follow)).toMatchObject(allowed);
    expect(await ask(brief, follow, strict)).toMatchObject(refused(/endless/));
    expect(await ask(reader, follow, strict)).toMatchObject(allowed);
    expect(await ask(brief, inspect("mine"), strict)).toMatchObject(allowed);
  });

  it("knows the verifier's own questions, once, and nothing else by them", async () => {
    const { ask, passes, lines } = await room({ guarded: true });
    const pass = passes.issue(get("/containers/mine/json"));
    expect(await ask(undefined, "/containers/mine/json", { pass })).toMatchObject(allowed);
    expect(await lines()).toEqual([]);
    expect(await ask(undefined, "/containers/mine/json", { pass })).toMatchObject(refused(/carried no id/));
    const another = passes.issue(get("/containers/mine/json"));
    expect(await ask(undefined, "/containers/other/json", { pass: another })).toMatchObject(refused(/carried no id/));
  });

  it("takes no longer than its limit, and refuses then", async () => {
    const engine = { known: () => undefined, inspect: () => new Promise<never>(() => undefined) };
    const { ask, lines } = await room({ guarded: true, parts: { engine, decideTimeoutMs: 50 } });
    expect(await ask(reader, inspect("mine"))).toMatchObject(refused(/took too long/));
    expect(await lines()).toMatchObject([{ verdict: "refused", action: "container.inspect" }]);
  });

  it("refuses when the engine can't be asked", async () => {
    const engine = { known: () => undefined, inspect: () => Promise.reject(new Error("gone: hunter2")) };
    const { ask } = await room({ guarded: true, parts: { engine } });
    const answer = await ask(reader, inspect("mine"));
    expect(answer).toMatchObject({ verdict: "refused" });
    expect(JSON.stringify(answer)).not.toContain("hunter2");
  });

  it("counts a stranger's refusals, and fills no disk with them", async () => {
    const { ask, lines } = await room({ guarded: true });
    const answers = await Promise.all(Array.from({ length: 1000 }, () => ask(undefined)));
    expect(new Set(answers.map(({ verdict }) => verdict))).toEqual(new Set(["refused"]));
    expect((await lines()).length).toBeLessThan(20);
  });

  it("keeps its state over a restart", async () => {
    const first = await makeRoom({ guarded: true });
    await first.gate.revoke({ id: reader }, { token: root, source: "test" });
    const second = await first.reopen();
    open.push(second);
    expect(await second.ask(undefined)).toMatchObject(refused(/carried no id/));
    expect(await second.ask(root)).toMatchObject(allowed);
    expect(await second.ask(reader, inspect("mine"))).toMatchObject(refused(/revoked/));
  });
});

describe("a gate that can't rely on its own", () => {
  const broken: [string, (room: Room) => void][] = [
    ["gone", ({ folder }) => rmSync(path.join(folder, "state"), { recursive: true })],
    ["moved away", ({ folder }) => renameSync(path.join(folder, "state"), path.join(folder, "elsewhere"))],
    ["cut short", ({ folder }) => truncateSync(path.join(folder, "state", "state.db"), 100)],
    ["overwritten", ({ folder }) => writeFileSync(path.join(folder, "state", "state.db"), "x".repeat(8192))],
    ["open to others", ({ folder }) => chmodSync(path.join(folder, "state", "state.db"), 0o666)],
  ];
  for (const guarded of [true, false]) {
    it.each(broken)(
      `refuses everything when its state is %s while it runs, ${guarded ? "guarded" : "open"}`,
      async (_, ruin) => {
        const made = await room({ guarded });
        expect(await made.ask(root)).toMatchObject(allowed);
        ruin(made);
        for (const id of [root, reader, undefined]) {
          expect(await made.ask(id, inspect("mine"))).toMatchObject(
            refused(/cannot read its own state.*docker-id status/),
          );
        }
      },
    );
  }

  it("answers no when the decision can't be written down", async () => {
    const made = await room({ guarded: true });
    const answers: Admission[] = [];
    const audit = { ...made.audit, record: full, recordSoon: async () => full() };
    const { ask, gate, log } = await room({ guarded: true, parts: { audit } });
    answers.push(await ask(root), await ask(reader, inspect("mine")), await ask(reader, inspect(other)));
    for (const answer of answers) expect(answer).toMatchObject(refused(/could not write the decision down/));
    expect(log()).toContain("disk full");
    await expect(gate.destroy({ token: root, source: "test" })).rejects.toThrow("disk full");
    await expect(gate.revoke({ id: reader }, { token: root, source: "test" })).rejects.toThrow("disk full");
    expect(await gate.current()).toMatchObject({ kind: "guarded" });
  });

  it("says so when what it allowed could not be done", async () => {
    const made = await room({ guarded: true });
    const state = { ...made.state, retire: () => Promise.reject(new Error("disk gone")) };
    const { gate, lines } = await room({ guarded: true, parts: { state } });
    // The state is the first room's, and so is the key
    await expect(gate.destroy({ token: root, source: "test" })).rejects.toThrow("disk gone");
    expect(await lines()).toMatchObject([
      { action: "guard.destroy", verdict: "allowed" },
      { action: "guard.destroy", verdict: "refused", reasons: ["it was allowed, and failed"] },
    ]);
    expect(await gate.current()).toMatchObject({ kind: "guarded" });
  });

  it("answers no when an open engine's decision can't be written down", async () => {
    const made = await room();
    rmSync(path.join(made.folder, "audit.jsonl"), { force: true });
    mkdirSync(path.join(made.folder, "audit.jsonl"));
    expect(await made.ask(undefined)).toMatchObject(refused(/could not write the decision down/));
  });
});

describe("what the gate tells of itself", () => {
  it("tells whether an id stands, whatever its caveats, and writes nothing down", async () => {
    const { gate, state, lines, ask: admit } = await room({ guarded: true });
    const late = narrow(reader, "expires=2001-01-01T00:00:00Z");
    const ask = (...tokens: (string | undefined)[]) => Promise.all(tokens.map((token) => gate.stands(token)));
    expect(await ask(root, reader, late, undefined, `${root}A`)).toEqual([true, true, true, false, false]);
    const before = gate.version();
    const [point] = (await admit(reader, inspect(mine))).token?.digests.slice(-1) ?? [];
    await state.store.revoke({ point: { signature: point ?? new Uint8Array() } });
    expect(gate.version()).not.toBe(before);
    expect(await ask(root, reader, late)).toEqual([true, false, false]);
    await state.retire(rootKey.kid);
    expect(await ask(root)).toEqual([false]);
    expect(await lines()).toHaveLength(1);
  });

  it("gives a door the id and the attempt that were decided on, for a refusal too", async () => {
    const { ask } = await room({ guarded: true });
    const there = await ask(reader, inspect(mine));
    expect(there).toMatchObject({ token: { root: false }, attempt: { action: "container.inspect" } });
    expect(await ask(reader, inspect(other))).toMatchObject({
      verdict: "refused",
      token: { root: false },
      attempt: { action: "container.inspect" },
    });
    expect(await ask(root)).not.toHaveProperty("attempt");
    expect(await ask(undefined)).not.toHaveProperty("token");
  });

  it("counts decisions by door and verdict, and the state", async () => {
    const { ask, metrics } = await room({ guarded: true });
    await ask(root);
    await ask(undefined);
    const { text } = await metrics.expose();
    expect(text).toContain('docker_id_decisions_total{door="authz",verdict="allowed"} 1');
    expect(text).toContain('docker_id_decisions_total{door="authz",verdict="refused"} 1');
    expect(text).toContain('docker_id_state{state="guarded"} 1');
    expect(text).toContain('docker_id_state{state="open"} 0');
  });
});
