import { describe, expect, it } from "vitest";
import { mint } from "../../../src/macaroon/mint.ts";
import { serialize } from "../../../src/macaroon/serialize.ts";
import { link, narrow, root, rootKey } from "../room.ts";
import {
  closeRooms,
  alice,
  ask,
  brokenRights,
  full,
  granted,
  nobody,
  ofId,
  ofRefresh,
  pulls,
  refresh,
  room,
  unauthorized,
  unavailable,
} from "./registry-asks.ts";

closeRooms();

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
  const scopes = Array.from({ length: 85 }, (_, at) => `repository:a${at}:pull,push,delete`).join(" ");
  const reader = narrow(root, "op=read", `link=${link("reader")}`);
  expect(await granted(made, ofId(reader), scopes)).toHaveLength(85);
  expect(await granted(made, ofId(narrow(root, "action=image.*")), scopes)).toHaveLength(85);
  const [partly, wholly] = await made.lines();
  expect(partly?.reasons).toHaveLength(1);
  expect(wholly?.reasons).toHaveLength(33);
  expect(wholly?.reasons?.at(-1)).toBe("and 223 more withheld");
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
    expect(await ask(made, { ...alice, rights: brokenRights }, "repository:x:pull")).toMatchObject(
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
