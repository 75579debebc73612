import { rmSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { mint } from "../../../src/macaroon/mint.ts";
import { serialize } from "../../../src/macaroon/serialize.ts";
import { formatScope, parseScopes } from "../../../src/registry/scopes.ts";
import type { Rights } from "../../../src/registry/access.ts";
import type { Holder, RegistryAdmission, RegistryAsk } from "../../../src/server/gate/at-registry.ts";
import { link, makeRoom, narrow, root, rootKey, type Room } from "../room.ts";

const open: Room[] = [];
async function room(options: Parameters<typeof makeRoom>[0] = { guarded: true }): Promise<Room> {
  const made = await makeRoom(options);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const everything: Rights = () => ({ granted: true, why: "rule 1 grants it" });
const pulls: Rights = ({ action }) =>
  action === "pull" ? { granted: true, why: "rule 1 grants it" } : { granted: false, why: "rule 1 withholds it" };
const doorKey = { kid: "ab".repeat(16), key: new Uint8Array(32).fill(3) };
const refreshLink = link("refresh");

/** A refresh token of a user's. */
function refreshOf(...caveats: readonly string[]): string {
  const identifier = `docker-id:1:${doorKey.kid}:${"cd".repeat(16)}`;
  return serialize(mint({ rootKey: doorKey.key, identifier, caveats }));
}
const refresh = refreshOf("service=hub", "account=alice", `link=${refreshLink}`);

const ofId = (text: string, more: { account?: string; rights?: Rights } = {}): Holder => ({
  kind: "id",
  text,
  ...more,
});
const ofRefresh = (text: string, rights = everything, account = "alice"): Holder => ({
  kind: "refresh",
  text,
  key: doorKey,
  account,
  rights,
});
const alice: Holder = { kind: "user", name: "alice", rights: pulls };
const nobody: Holder = { kind: "anonymous", rights: pulls };

const full = async (): Promise<never> => Promise.reject(new Error("disk full"));
const broken: Rights = () => {
  throw new Error("no rules");
};

type Made = Pick<Room, "gate">;

function ask(
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

async function granted(...question: Parameters<typeof ask>): Promise<readonly string[]> {
  const admission = await ask(...question);
  if (admission.verdict === "refused") throw new Error(admission.message);
  return admission.granted.map(formatScope);
}

const unauthorized = (message: RegExp) => ({
  verdict: "refused",
  status: "unauthorized",
  message: expect.stringMatching(message) as string,
});
const unavailable = (message: RegExp) => ({ ...unauthorized(message), status: "unavailable" });

describe("an id at the registry's door", () => {
  it("is granted what its caveats leave of what was asked for, each in its place", async () => {
    const made = await room();
    const team = narrow(root, "scope=repository:team/*:push", "op=read", `link=${link("team")}`);
    expect(await granted(made, ofId(team), "repository:x:pull repository:team/app:push,pull")).toEqual([
      "repository:x:",
      "repository:team/app:pull",
    ]);
    expect(await granted(made, ofId(root), "repository:x:*")).toEqual(["repository:x:pull,push,delete"]);
    expect(await made.lines()).toMatchObject([
      {
        door: "registry",
        action: "registry.token",
        verdict: "allowed",
        touches: ["repository:team/app:pull"],
        links: [link("team")],
        root: false,
        service: "hub",
        address: "192.0.2.7",
        reasons: [expect.stringMatching(/repository:x:pull withheld.*repository:team\/app:push withheld, op=read/)],
      },
      { verdict: "allowed", root: true },
    ]);
  });

  it("gets a token that ends when it does, and is told by its link", async () => {
    const made = await room();
    const brief = narrow(root, "expires=2999-01-01T00:00:00Z", `link=${link("a")}`, "expires=2998-01-01T00:00:00Z");
    expect(await ask(made, ofId(brief), "repository:x:pull", { jti: "j1" })).toMatchObject({
      verdict: "granted",
      expires: new Date("2998-01-01T00:00:00Z"),
      subject: `docker-id:${link("a")}`,
      token: { links: [link("a")] },
    });
    expect(await ask(made, ofId(root), "repository:x:pull")).toMatchObject({ subject: "docker-id" });
    expect((await made.lines())[0]).toMatchObject({ jti: "j1" });
  });

  it("acts as a user within that user's rights and its own caveats", async () => {
    const made = await room();
    const forAlice = narrow(root, "account=alice", "scope=repository:team/*:push", `link=${link("a")}`);
    const asAlice = ofId(forAlice, { account: "alice", rights: pulls });
    expect(await granted(made, asAlice, "repository:team/app:pull,push")).toEqual(["repository:team/app:pull"]);
    expect(await granted(made, asAlice, "repository:other:pull")).toEqual(["repository:other:"]);
    expect(await ask(made, asAlice, "")).toMatchObject({ subject: `alice:${link("a")}` });
    expect(await ask(made, ofId(forAlice, { account: "bob", rights: pulls }), "")).toMatchObject(
      unauthorized(/account=/),
    );
    expect(await ask(made, ofId(forAlice), "")).toMatchObject(unauthorized(/account=/));
    expect((await made.lines())[0]).toMatchObject({ account: "alice", links: [link("a")] });
  });

  it("is granted nothing as a user whose rights nobody gave, the root id neither", async () => {
    const made = await room();
    expect(await granted(made, ofId(root, { account: "alice" }), "repository:x:pull")).toEqual(["repository:x:"]);
  });

  it.each<[string, string, RegExp]>([
    ["ip=10.0.0.0/8", "another address", /ip=10/],
    ["expires=2020-01-01T00:00:00Z", "time", /expired/],
    ["not_before=2999-01-01T00:00:00Z", "time", /not valid before/],
    ["service=other", "another service", /service=other/],
    ["host=build-*", "another engine", /host=/],
    ["peer=cn:x", "a certificate", /peer=/],
    ["socket=a1", "a socket", /socket=/],
  ])("is refused with %s for %s, and gets no token at all", async (caveat, _, message) => {
    const made = await room();
    const id = narrow(root, caveat, `link=${link("x")}`);
    expect(await ask(made, ofId(id), "repository:x:pull")).toMatchObject(unauthorized(message));
    expect(await ask(made, ofId(id), "")).toMatchObject(unauthorized(message));
    expect(await made.lines()).toMatchObject([
      {
        verdict: "refused",
        touches: ["repository:x:pull"],
        links: [link("x")],
        reasons: [expect.stringMatching(message)],
      },
      { verdict: "refused" },
    ]);
  });

  it("works where its address, service and engine are", async () => {
    const made = await room();
    const id = narrow(root, "ip=192.0.2.0/24", "service=hub", "host=laptop");
    expect(await granted(made, ofId(id), "repository:x:pull")).toEqual(["repository:x:pull"]);
    const hidden = { service: "hub", hosts: [], requested: [], source: "unix", holder: ofId(id) };
    expect(await made.gate.registry.grant(hidden)).toMatchObject(unauthorized(/none is known/));
  });

  it.each<[string, string, RegExp]>([
    ["empty", "", /no id of docker-id/],
    ["junk", "dkid_AAAA", /no id of docker-id/],
    [
      "made with another key",
      serialize(mint({ rootKey: new Uint8Array(32), identifier: rootKey.identifier })),
      /signature/,
    ],
    ["a door's own refresh token", refresh, /another engine/],
    ["with a caveat that nobody knows", narrow(root, "colour=blue"), /colour/],
  ])("is refused where it is %s, and counted", async (_, text, message) => {
    const made = await room();
    expect(await made.gate.registry.identify(text)).toEqual({ denied: expect.stringMatching(message) as string });
    expect(await made.lines()).toEqual([]);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(made, ofId(text), "repository:x:pull")));
    for (const answer of answers) expect(answer).toMatchObject(unauthorized(message));
    const lines = await made.lines();
    expect(lines.length).toBeLessThan(20);
    if (text.length > 8) expect(JSON.stringify(lines)).not.toContain(text);
  });

  it("falls with what it was narrowed from, and at once", async () => {
    const made = await room();
    const parent = narrow(root, "op=read", `link=${link("parent")}`);
    const child = narrow(parent, "service=hub", `link=${link("child")}`);
    expect(await granted(made, ofId(child), "repository:x:pull")).toEqual(["repository:x:pull"]);
    await made.gate.revoke({ link: link("parent") }, { token: root, source: "test" });
    for (const id of [parent, child]) {
      expect(await ask(made, ofId(id), "repository:x:pull")).toMatchObject(unauthorized(/revoked/));
      expect(await made.gate.registry.identify(id)).toEqual({ denied: expect.stringMatching(/revoked/) as string });
    }
    expect((await made.lines()).at(-1)).toMatchObject({ verdict: "refused", links: [link("parent"), link("child")] });
  });
});

it("tells no more reasons than a person reads, however much is withheld", async () => {
  const made = await room();
  const scopes = Array.from({ length: 256 }, (_, at) => `repository:a${at}:pull,push,delete`).join(" ");
  const reader = narrow(root, "op=read", `link=${link("reader")}`);
  expect(await granted(made, ofId(reader), scopes)).toHaveLength(256);
  expect(await granted(made, ofId(narrow(root, "action=image.*")), scopes)).toHaveLength(256);
  const [partly, wholly] = await made.lines();
  expect(partly?.reasons).toHaveLength(1);
  expect(wholly?.reasons).toHaveLength(33);
  expect(wholly?.reasons?.at(-1)).toBe("and 736 more withheld");
});

describe("a refresh token of the door's own key", () => {
  it("is granted what its caveats and the user's rights leave by now", async () => {
    const made = await room();
    expect(await made.gate.registry.identify(refresh, doorKey)).toMatchObject({ token: { links: [refreshLink] } });
    expect(await granted(made, ofRefresh(refresh), "repository:x:*")).toEqual(["repository:x:pull,push,delete"]);
    expect(await granted(made, ofRefresh(refresh, pulls), "repository:x:*")).toEqual(["repository:x:pull"]);
    const narrower = narrow(refresh, "op=read", "expires=2999-01-01T00:00:00Z");
    expect(await ask(made, ofRefresh(narrower), "repository:x:*")).toMatchObject({
      granted: [{ actions: ["pull"] }],
      expires: new Date("2999-01-01T00:00:00Z"),
      subject: "alice",
    });
    expect((await made.lines()).at(-1)).toMatchObject({ account: "alice", links: [refreshLink], root: false });
  });

  it("is for its service and user alone", async () => {
    const made = await room();
    expect(await ask(made, ofRefresh(refresh, everything, "bob"), "")).toMatchObject(unauthorized(/account=alice/));
    expect(await ask(made, ofRefresh(refresh), "", { service: "other" })).toMatchObject(unauthorized(/service=hub/));
  });

  it.each<[string, string]>([
    ["without a service", refreshOf("account=alice")],
    ["without a user", refreshOf("service=hub")],
    ["without either, which would be a root id", refreshOf()],
    ["made with the engine's key", narrow(root, "service=hub", "account=alice")],
    [
      "made with another door's key",
      serialize(
        mint({
          rootKey: new Uint8Array(32),
          identifier: `docker-id:1:${doorKey.kid}:${"cd".repeat(16)}`,
          caveats: ["service=hub", "account=alice"],
        }),
      ),
    ],
    [
      "of another form",
      serialize(mint({ rootKey: doorKey.key, identifier: "alice", caveats: ["service=hub", "account=alice"] })),
    ],
    ["altered", `${refresh.slice(0, -4)}AAAA`],
  ])("is refused %s", async (_, text) => {
    const made = await room();
    expect(await made.gate.registry.identify(text, doorKey)).toHaveProperty("denied");
    expect(await ask(made, ofRefresh(text), "repository:x:pull")).toMatchObject(unauthorized(/./));
  });

  it("is taken back by its link, from the same store", async () => {
    const made = await room();
    const narrower = narrow(refresh, "op=read", `link=${link("narrower")}`);
    await made.gate.revoke({ link: refreshLink }, { token: root, source: "test" });
    for (const text of [refresh, narrower]) {
      expect(await made.gate.registry.identify(text, doorKey)).toEqual({
        denied: expect.stringMatching(/revoked/) as string,
      });
      expect(await ask(made, ofRefresh(text), "repository:x:pull")).toMatchObject(unauthorized(/revoked/));
    }
  });

  it("falls by the digest of what it was narrowed from", async () => {
    const made = await room();
    const found = await made.gate.registry.identify(refresh, doorKey);
    const signature = "token" in found ? found.token.digests.at(-1) : undefined;
    await made.state.store.revoke({ point: { signature: signature as Uint8Array } });
    expect(await ask(made, ofRefresh(narrow(refresh, "op=read")), "")).toMatchObject(unauthorized(/revoked/));
  });

  it("opens no other door", async () => {
    const made = await room();
    expect(await made.ask(refresh)).toMatchObject({ verdict: "refused" });
    const asRoot = made.gate.revoke({ link: link("x") }, { token: refresh, source: "test" });
    expect(await asRoot).toMatchObject({ denied: "invalid_id" });
  });

  it("cannot be asked about while the state cannot be read: it may have been taken back", async () => {
    const made = await room();
    rmSync(path.join(made.folder, "state"), { recursive: true });
    expect(await ask(made, ofRefresh(refresh), "")).toMatchObject(unavailable(/cannot read its own state/));
  });
});

describe("users and strangers", () => {
  it("are granted what their rights say, and written down", async () => {
    const made = await room();
    expect(await granted(made, alice, "repository:x:pull,push")).toEqual(["repository:x:pull"]);
    expect(await granted(made, nobody, "repository:x:*")).toEqual(["repository:x:pull"]);
    expect(await ask(made, alice, "")).toMatchObject({ verdict: "granted", granted: [], subject: "alice" });
    expect(await ask(made, nobody, "repository:x:pull")).toMatchObject({ subject: "" });
    const lines = await made.lines();
    expect(lines).toMatchObject([
      {
        verdict: "allowed",
        account: "alice",
        touches: ["repository:x:pull"],
        reasons: [expect.stringContaining("push withheld, rule 1")],
      },
      { verdict: "allowed", touches: ["repository:x:pull"] },
      { verdict: "allowed", account: "alice" },
      { verdict: "allowed" },
    ]);
    expect(lines[1]).not.toHaveProperty("account");
    expect(lines[0]).not.toHaveProperty("links");
  });

  it("are written down as refused where nothing is left, and strangers are counted", async () => {
    const made = await room();
    expect(await granted(made, alice, "repository:x:push")).toEqual(["repository:x:"]);
    expect(await made.lines()).toMatchObject([
      { verdict: "refused", account: "alice", touches: ["repository:x:push"] },
    ]);
    await Promise.all(Array.from({ length: 100 }, () => ask(made, nobody, "repository:x:push")));
    await Promise.all(Array.from({ length: 100 }, () => ask(made, nobody, "")));
    expect((await made.lines()).length).toBeLessThan(20);
  });

  it("cannot push out of the log what others did, and what they were granted is counted", async () => {
    const made = await room();
    await granted(made, alice, "repository:x:pull");
    for (let at = 0; at < 300; at++) {
      expect(await granted(made, nobody, `repository:public/a${at}:pull`)).toEqual([`repository:public/a${at}:pull`]);
    }
    await granted(made, nobody, "repository:x:pull", { source: "another" });
    expect((await made.lines()).length).toBeLessThan(20);
    made.later(61_000);
    await granted(made, nobody, "repository:y:pull");
    const lines = await made.lines();
    const told = lines.filter(({ account }) => account === undefined).reduce((sum, { count = 1 }) => sum + count, 0);
    expect(told).toBe(302);
    expect(lines).toContainEqual(expect.objectContaining({ touches: ["repository:y:pull"] }));
  });

  it("are refused as soon as a line of theirs is to be written and cannot be, until it can", async () => {
    const first = await room();
    let ruined = false;
    const audit = {
      ...first.audit,
      recordSoon: async (...line: Parameters<typeof first.audit.recordSoon>) =>
        ruined ? full() : first.audit.recordSoon(...line),
    };
    const made = await room({ guarded: true, parts: { audit } });
    for (let at = 0; at < 30; at++) await granted(made, nobody, "repository:x:pull");
    ruined = true;
    made.later(61_000);
    for (let at = 0; at < 30; at++) {
      expect(await ask(made, nobody, "repository:x:pull")).toMatchObject(unavailable(/could not write/));
    }
    ruined = false;
    expect(await granted(made, nobody, "repository:x:pull")).toEqual(["repository:x:pull"]);
  });

  it("are served though the engine is open or the state unreadable, and ids are not", async () => {
    const unguarded = await room({});
    expect(await granted(unguarded, alice, "repository:x:pull")).toEqual(["repository:x:pull"]);
    expect(await granted(unguarded, nobody, "repository:x:pull")).toEqual(["repository:x:pull"]);
    expect(await ask(unguarded, ofId(root), "repository:x:pull")).toMatchObject(unauthorized(/not guarded yet/));
    expect(await granted(unguarded, ofRefresh(refresh), "repository:x:pull")).toEqual(["repository:x:pull"]);
    const lost = await room();
    rmSync(path.join(lost.folder, "state"), { recursive: true });
    expect(await granted(lost, alice, "repository:x:pull")).toEqual(["repository:x:pull"]);
    expect(await ask(lost, ofId(root), "repository:x:pull")).toMatchObject(unavailable(/cannot read its own state/));
    expect(await lost.gate.registry.identify(root)).toMatchObject({ unavailable: true });
  });

  it("have their wrong credentials counted, with a name but nothing secret", async () => {
    const made = await room();
    for (let at = 0; at < 50; at++) {
      const account = `alice\n${root}`;
      made.gate.registry.refuse({ service: "hub", account, address: "192.0.2.7", source: "s", why: "wrong password" });
    }
    const lines = await made.lines();
    expect(lines.length).toBeLessThan(20);
    expect(lines[0]).toMatchObject({ verdict: "refused", service: "hub", reasons: ["wrong password"] });
    expect(JSON.stringify(lines)).not.toContain(root);
  });
});

describe("a registry's gate that can't rely on its own", () => {
  it("refuses whoever cannot be written down", async () => {
    const first = await room();
    const made = await room({ guarded: true, parts: { audit: { ...first.audit, recordSoon: full } } });
    for (const holder of [alice, nobody, ofId(root), ofRefresh(refresh)]) {
      expect(await ask(made, holder, "repository:x:pull")).toMatchObject(unavailable(/could not write the decision/));
    }
    expect(await ask(made, ofId(narrow(root, "service=other")), "")).toMatchObject(unavailable(/could not write/));
    await expect(made.gate.registry.record({ action: "push" })).rejects.toThrow("disk full");
    expect(made.log()).toContain("disk full");
  });

  it("refuses where the store cannot be asked, or rights cannot be told", async () => {
    const first = await room();
    const store = { ...first.state.store, revoked: () => Promise.reject(new Error("gone: hunter2")) };
    const made = await room({ guarded: true, parts: { state: { ...first.state, store } } });
    for (const holder of [ofId(root), ofRefresh(refresh)]) {
      const answer = await ask(made, holder, "repository:x:pull");
      expect(answer).toMatchObject(unavailable(/met an error/));
      expect(JSON.stringify(answer)).not.toContain("hunter2");
    }
    expect(await ask(made, { ...alice, rights: broken }, "repository:x:pull")).toMatchObject(
      unavailable(/met an error/),
    );
  });

  it("refuses what takes too long to find out", async () => {
    const first = await room();
    const store = { ...first.state.store, rootKey: () => new Promise<never>(() => undefined) };
    const parts = { state: { ...first.state, store }, decideTimeoutMs: 50 };
    const made = await room({ guarded: true, parts });
    expect(await ask(made, ofId(root), "")).toMatchObject(unavailable(/too long/));
  });
});

describe("what a registry says was done", () => {
  it("is a line that decides nothing", async () => {
    const made = await room();
    await made.gate.registry.record({
      action: "mount",
      repository: "team/app",
      fromRepository: "base",
      digest: "sha256:00",
      tag: "v1",
      time: new Date("2030-01-31T12:00:00Z"),
      account: `alice:${link("a")}`,
      address: "192.0.2.7",
      requestId: "r1",
      service: "hub",
      jti: "j1",
      names: ["ci"],
    });
    await made.gate.registry.record({ action: "constructor\u001B[2J", account: "docker-id", links: ["1.x"] });
    await made.gate.registry.record({ action: "constructor", repository: "team/app" });
    const [first, second, third] = await made.lines();
    expect(third).toMatchObject({ touches: ["repository:team/app:constructor"] });
    expect(first).toMatchObject({
      door: "registry",
      action: "registry.mount",
      verdict: "seen",
      touches: ["repository:team/app:push", "repository:base:pull"],
      links: [link("a")],
      names: ["ci"],
      address: "192.0.2.7",
      service: "hub",
      account: "alice",
      jti: "j1",
      tag: "v1",
      digest: "sha256:00",
      request: "r1",
      event_time: "2030-01-31T12:00:00.000Z",
    });
    expect(second).toEqual({
      time: expect.any(String) as string,
      door: "registry",
      action: "registry.constructor\u001B[2J",
      verdict: "seen",
      links: ["1.x"],
    });
  });
});
