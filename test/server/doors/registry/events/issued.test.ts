import { describe, expect, it } from "vitest";
import { readEnvelope, type SeenEvent } from "../../../../../src/server/doors/registry/events/envelope.ts";
import { describeEvent } from "../../../../../src/server/doors/registry/events/event-line.ts";
import { createIssued, type IssuedToken } from "../../../../../src/server/doors/registry/events/issued.ts";
import { event } from "./post.ts";

const start = new Date("2030-01-01T00:00:00Z");
const after = (seconds: number): Date => new Date(start.getTime() + seconds * 1000);

function token(more: Partial<IssuedToken> = {}): IssuedToken {
  return {
    subject: "alice",
    service: "registry",
    access: [{ type: "repository", name: "alice/app", actions: ["pull", "push"] }],
    jti: "jti-1",
    links: ["1.a", "1.b"],
    names: ["ann"],
    expires: after(120),
    ...more,
  };
}

function makeIssued(most?: { characters?: number; together?: number }) {
  let now = start;
  const bounds = { characters: 1_000_000, together: 100, ...most };
  const issued = createIssued({ clock: () => now, ...(most === undefined ? {} : { most: bounds }) });
  return { issued, at: (seconds: number) => (now = after(seconds)) };
}

function seen(more: object = {}): SeenEvent {
  const envelope = readEnvelope(JSON.stringify({ events: [event(more)] }));
  if ("fault" in envelope || envelope.events[0] === undefined) throw new Error("no event");
  return envelope.events[0];
}

describe("the tokens that were given", () => {
  it.each<[string, Partial<IssuedToken>, object, number]>([
    ["the same subject, repository and action", {}, {}, 1],
    ["another subject", { subject: "bob" }, {}, 0],
    ["nobody", { subject: "" }, { actor: {} }, 1],
    ["another repository", {}, { target: { repository: "alice/db" } }, 0],
    ["an action that it grants", {}, { action: "pull" }, 1],
    ["an action that it does not grant", {}, { action: "delete" }, 0],
    ["an action that nobody knows", {}, { action: "constructor" }, 0],
    ["an event within the leeway", {}, { timestamp: "2030-01-01T00:03:00Z" }, 1],
    ["an event after its end", {}, { timestamp: "2030-01-01T00:03:01Z" }, 0],
    ["an event before its time", {}, { timestamp: "2029-12-31T23:58:59Z" }, 0],
    ["an event of no time", {}, { timestamp: "x" }, 1],
    ["the registry's own type", { access: [{ type: "registry", name: "alice/app", actions: ["push"] }] }, {}, 0],
    [
      "a mount of what it may read",
      {
        access: [
          { type: "repository", name: "alice/app", actions: ["push"] },
          { type: "repository", name: "base", actions: ["pull"] },
        ],
      },
      { action: "mount", target: { repository: "alice/app", fromRepository: "base" } },
      1,
    ],
    [
      "a mount of what it may not read",
      {},
      { action: "mount", target: { repository: "alice/app", fromRepository: "base" } },
      0,
    ],
  ])("%s", (_, given, told, count) => {
    const { issued } = makeIssued();
    issued.record(token(given));
    expect(issued.match(seen(told))).toHaveLength(count);
  });

  it("are forgotten some minutes after their end", () => {
    const { issued, at } = makeIssued();
    issued.record(token());
    at(419);
    issued.record(token({ jti: "jti-2", expires: after(600) }));
    expect(issued.match(seen({ timestamp: "2030-01-01T00:02:00Z" }))).toHaveLength(1);
    at(421);
    issued.record(token({ jti: "jti-3", subject: "bob", expires: after(600) }));
    expect(issued.match(seen({ timestamp: "2030-01-01T00:02:00Z" }))).toHaveLength(0);
  });

  it("are no more than so many of one subject for one repository, the latest ones", () => {
    const { issued } = makeIssued({ together: 3 });
    for (let each = 1; each <= 10; each += 1) issued.record(token({ jti: `jti-${each}` }));
    expect(issued.match(seen()).map(({ jti }) => jti)).toEqual(["jti-8", "jti-9", "jti-10"]);
  });

  it("take no more room than so much, however large they are", () => {
    const { issued } = makeIssued({ characters: 10_000 });
    const [own] = token().access;
    if (own === undefined) throw new Error("no access");
    issued.record(token({ jti: "jti-1" }));
    issued.record(token({ jti: "jti-2", names: ["n".repeat(9_000)] }));
    expect(issued.match(seen()).map(({ jti }) => jti)).toEqual(["jti-2"]);
    const many = Array.from({ length: 20 }, (_, at) => ({ ...own, name: `alice/${"a".repeat(200)}${at}` }));
    issued.record(token({ jti: "jti-3", access: many }));
    expect(issued.match(seen())).toEqual([]);
    issued.record(token({ jti: "jti-4" }));
    expect(issued.match(seen()).map(({ jti }) => jti)).toEqual(["jti-4"]);
  });

  it("are kept without what they do not grant", () => {
    const { issued } = makeIssued({ characters: 10_000 });
    const nothing = Array.from({ length: 200 }, (_, at) => ({ type: "repository", name: `other${at}`, actions: [] }));
    issued.record(token({ access: [...nothing, ...token().access] }));
    expect(issued.match(seen()).map(({ access }) => access)).toEqual([token().access]);
  });
});

describe("an event beside its tokens", () => {
  it("has what one token says", () => {
    expect(describeEvent(seen(), [token()])).toMatchObject({
      account: "alice",
      service: "registry",
      jti: "jti-1",
      links: ["1.a", "1.b"],
      names: ["ann"],
    });
  });

  it("has of several what they agree on", () => {
    const line = describeEvent(seen(), [token(), token({ jti: "jti-2", names: ["bob"] })]);
    expect(line).toMatchObject({ service: "registry", links: ["1.a", "1.b"] });
    expect(line).not.toHaveProperty("jti");
    expect(line).not.toHaveProperty("names");
  });

  it("has nothing of a token where none is known", () => {
    const line = describeEvent(seen(), []);
    expect(["jti", "links", "names", "service"].filter((field) => field in line)).toEqual([]);
  });
});

describe("an address", () => {
  it.each([
    ["127.0.0.1:5100", "127.0.0.1"],
    ["[::1]:5100", "::1"],
    ["10.0.0.1", "10.0.0.1"],
    ["::1", "::1"],
    ["dead::beef", "dead::beef"],
    ["some host:1", "some host:1"],
  ])("%s is %s", (addr, address) => {
    expect(seen({ request: { addr } }).address).toBe(address);
  });
});
