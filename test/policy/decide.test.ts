import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attempt, Circumstances, Unreadable } from "../../src/docker/attempt.ts";
import { decide } from "../../src/policy/decide.ts";
import { attempts, caveats as anyCaveat, links, surroundings } from "../caveats/arbitrary.ts";
import { alpine, attempt, circumstances, db, touch, web, webId } from "../caveats/scene.ts";
import { tokenOf } from "./token-of.ts";

const [link] = links as [string];
const root = [`link=${link}`, "for=root"];
const privileged = touch("host:privileged:write");
const bind = touch("host:bind/srv/data:write");
const run = (...touches: Parameters<typeof attempt>[0]) =>
  attempt([touch("container:+:write", { image: alpine }), ...touches], { action: "container.create" });
const ping = attempt([], { action: "system.ping", handshake: true });

function whys(caveats: readonly string[], tried: Attempt | Unreadable, known: Partial<Circumstances> = {}): string[] {
  const decision = decide(tokenOf(...caveats), tried, circumstances(known));
  return decision.verdict === "allowed" ? [] : decision.reasons.map(({ caveat = "", why }) => `${caveat} | ${why}`);
}
function allow(...question: Parameters<typeof whys>): void {
  expect(whys(...question)).toEqual([]);
}
function refuse(...question: Parameters<typeof whys>): void {
  expect(whys(...question)).not.toEqual([]);
}

describe("decide", () => {
  it("lets the root id do everything", () => {
    for (const caveats of [[], root, ["for=a", "for=b"]]) {
      allow(caveats, run(privileged, bind));
      allow(caveats, attempt([touch("guard:/etc/docker:write")]));
      allow(caveats, attempt([]));
      allow(caveats, { unreadable: "nobody knows what this is" });
    }
  });

  it("asks every caveat, and gives each one's reason with its text", () => {
    const caveats = [...root, "op=read", `container_id=${webId}`];
    allow(caveats, attempt([web("read")]));
    expect(whys(caveats, attempt([db("write")]))).toEqual([
      expect.stringMatching(/^op=read \| /),
      expect.stringMatching(/^container_id=a1/),
    ]);
  });

  it("refuses a restricted id what is not understood, with the reason", () => {
    const unread = { action: "container.create", unreadable: "the body has a field that docker-id does not know" };
    expect(whys(["op=read,write"], unread)).toEqual([` | ${unread.unreadable}`]);
  });

  it("tells nothing of what was read to an id that is not in force", () => {
    const unread = { unreadable: "the engine knows no container secret" };
    const why = whys(["expires=2020-01-01T00:00:00Z", "op=read"], unread);
    expect(why).toEqual([expect.stringContaining("expired")]);
  });

  it("refuses a restricted id an attempt that touches nothing", () => {
    refuse(["op=read,write"], attempt([]));
    refuse(["host=laptop"], attempt([], { action: "system.auth", op: "write" }));
    allow(["op=read"], ping);
  });

  it("asks a handshake for no resource, op or action", () => {
    const narrow = [
      `container_id=${webId}`,
      "op=write",
      "action=container.start",
      "scope=volume:x:read",
      "confined=true",
    ];
    allow(narrow, ping);
    allow([...narrow, `owner=${link}`, "label=a", `image_id=${alpine.replace(":", "%3A")}`], ping);
  });

  it.each([
    ["expires=2020-01-01T00:00:00Z"],
    ["not_before=2040-01-01T00:00:00Z"],
    ["ip=0.0.0.0/0"],
    ["host=other"],
    ["peer=cn:x"],
    ["socket=a1"],
    ["service=registry"],
    ["account=alice"],
  ])("asks a handshake for %s", (caveat) => refuse([caveat], ping));

  it("does not take for a handshake what would change something", () => {
    refuse(["op=read"], { ...ping, op: "write" });
    refuse(["host=laptop"], { ...ping, op: "write" });
    refuse([`container_id=${webId}`], { ...ping, op: "write", touches: [db("write")] });
    refuse(["host=laptop"], { ...ping, touches: [privileged] });
    refuse(["host=laptop"], { ...ping, touches: [touch("guard:x:read")] });
  });

  it("keeps every restricted id from the guard, whatever it was granted", () => {
    for (const caveats of [["scope=*:*:write,host:*:write"], ["op=read,write"], ["for=x", "host=*"]]) {
      refuse(caveats, attempt([touch("guard:/run/docker-id:write")]));
      refuse(caveats, run(bind, touch("guard:/run/docker-id:read")));
    }
  });
});

describe("a power over the host", () => {
  it("is no restricted id's that was not given it", () => {
    for (const caveats of [
      ["op=read,write"],
      ["expires=2031-01-01T00:00:00Z"],
      ["scope=*:*:write"],
      ["action=container.*"],
    ]) {
      allow([...root, ...caveats], run());
      refuse([...root, ...caveats], run(privileged));
      refuse([...root, ...caveats], run(bind));
    }
  });

  it("is given by a scope that names it", () => {
    const caveats = [...root, "scope=*:*:write,host:bind/srv/data:write", "op=read,write", `link=${link}`];
    allow(caveats, run(bind));
    refuse(caveats, run(privileged));
    refuse(caveats, run(bind, privileged));
    refuse([...caveats, "confined=true"], run(bind));
    refuse([...caveats, "scope=*:*:write"], run(bind));
    allow([...caveats, "scope=*:*:write,host:bind/srv/*:write"], run(bind));
    refuse([...caveats, `image_id=${alpine.replace(":", "%3A")}`], run(bind));
    refuse([...caveats, "label=team"], run(bind));
  });

  it("is not had by adding a scope to an id that lacks it", () => {
    const granting = "scope=*:*:write,host:*:write";
    allow([...root, granting], run(privileged));
    for (const earlier of ["expires=2031-01-01T00:00:00Z", "op=read,write", "host=*", "scope=*:*:write"]) {
      refuse([...root, earlier], run(privileged));
      refuse([...root, earlier, granting], run(privileged));
      refuse([...root, earlier, granting, granting], run(privileged));
      allow(
        [...root, granting, earlier].filter((text) => text !== "scope=*:*:write"),
        run(privileged),
      );
    }
  });

  it("is named in the reason only where the request itself asked for it", () => {
    const caveats = ["op=read,write"];
    expect(whys(caveats, run(bind))[0]).toContain("host:bind/srv/data:write");
    expect(whys(caveats, attempt([db("write"), bind]))[0]).not.toContain("bind");
    expect(whys(caveats, run(touch("volume:secrets:write"), bind))[0]).not.toContain("bind");
  });
});

describe("attenuating", () => {
  it("never widens", () => {
    let both = 0;
    const tokens = fc.tuple(fc.array(anyCaveat, { maxLength: 3 }), fc.array(anyCaveat, { minLength: 1, maxLength: 2 }));
    fc.assert(
      fc.property(tokens, attempts, surroundings, ([wide, more], tried, known) => {
        const narrower = decide(tokenOf(...wide, ...more), tried, known).verdict;
        if (narrower === "allowed") {
          both++;
          expect(decide(tokenOf(...wide), tried, known).verdict).toBe("allowed");
        }
      }),
      { numRuns: 5000 },
    );
    // A property that nothing is allowed would hold as well
    expect(both).toBeGreaterThan(100);
  });

  it("never widens towards the host", () => {
    const scopes = ["scope=*:*:write", "scope=*:*:write,host:*:write", "scope=*:*:write,host:privileged:write"];
    const parts = fc.array(fc.oneof(fc.constantFrom(...scopes, "op=read,write", "for=x", `link=${link}`), anyCaveat), {
      maxLength: 4,
    });
    let both = 0;
    fc.assert(
      fc.property(parts, parts, surroundings, (wide, more, known) => {
        const narrower = decide(tokenOf(...wide, ...more), run(privileged), known).verdict;
        if (narrower === "allowed") {
          both++;
          expect(decide(tokenOf(...wide), run(privileged), known).verdict).toBe("allowed");
        }
      }),
      { numRuns: 5000 },
    );
    expect(both).toBeGreaterThan(100);
  });

  it("lets nobody but the root id past an unreadable request", () => {
    fc.assert(
      fc.property(fc.array(anyCaveat, { maxLength: 4 }), surroundings, (caveats, known) => {
        const token = tokenOf(...caveats);
        expect(decide(token, { unreadable: "odd" }, known).verdict).toBe(token.root ? "allowed" : "refused");
      }),
    );
  });
});
