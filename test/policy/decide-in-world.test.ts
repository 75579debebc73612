import { describe, expect, it } from "vitest";
import { readRequest } from "../../src/docker/read-request.ts";
import { table } from "../../src/docker/table/table.ts";
import { decideInWorld, type DecisionInWorld } from "../../src/policy/decide-in-world.ts";
import { circumstances } from "../caveats/scene.ts";
import { guard, ids, request, smallEngine } from "../docker/engine.ts";
import { tokenOf } from "./token-of.ts";

const one = `container_id=${ids.container}`;

const link = "1893456000.0123456789abcdef01234567";
const owning = [`link=${link}`, `owner=${link}`];

async function decideOn(caveats: readonly string[], ...asked: Parameters<typeof request>): Promise<DecisionInWorld> {
  const read = await readRequest(request(...asked), smallEngine(), guard, { rewritten: true });
  return decideInWorld(tokenOf(...caveats), read, circumstances({ door: "gateway", ownership: true }));
}

/** The outcome in a word: `whole`, `narrowed`, `404 container NAME`, `503`, `403`. */
async function outcome(...question: Parameters<typeof decideOn>): Promise<string> {
  const decision = await decideOn(...question);
  if (decision.verdict === "allowed") return decision.narrowed ? "narrowed" : "whole";
  if (decision.unanswered === true) return "503";
  return decision.unseen === undefined ? "403" : `404 ${decision.unseen.kind} ${decision.unseen.name}`;
}

describe("a decision in a world of one's own", () => {
  it.each([
    [[one], "GET /containers/json", "narrowed"],
    [["op=read"], "GET /containers/json", "whole"],
    [["scope=container:*:read"], "GET /containers/json", "whole"],
    [[one], "GET /images/json", "narrowed"],
    [[one], "GET /events", "narrowed"],
    [[one], "GET /system/df", "narrowed"],
    [[one], "GET /info", "narrowed"],
    [["op=write"], "GET /containers/json", "403"],
    [[one, "action=container.inspect"], "GET /containers/json", "403"],
    [[one, "expires=2020-01-01T00:00:00Z"], "GET /containers/json", "403"],
    [[one, "ip=10.0.0.0/8"], "GET /containers/json", "403"],
    [[one], "POST /containers/prune", "403"],
    [["label=team=web"], "POST /containers/prune", "narrowed"],
    [["label=team=web,team=db"], "POST /containers/prune", "403"],
    [["label=team=web", "op=read"], "POST /containers/prune", "403"],
    [["label=team=web", "scope=container:write"], "POST /containers/prune", "403"],
    [["label=team=web"], "POST /images/prune", "403"],
    [["label=team=web"], "POST /build/prune", "403"],
    [[one], "GET /images/search?term=x", "403"],
    [[one], "GET /swarm", "403"],
  ] as [string[], string, string][])("%j: %s is %s", async (caveats, line, expected) => {
    expect(await outcome(caveats, line)).toBe(expected);
  });

  it.each([
    [owning, "GET /images/box/json", "whole"],
    [owning, "GET /images/nothing/json", "404 image nothing"],
    [[...owning, "confined=true", "action=container.*,image.inspect"], "GET /images/box/json", "whole"],
    // Whoever could not make a container of it may not look at it either
    [[...owning, "op=read"], "GET /images/box/json", "404 image box"],
    [[...owning, "action=image.inspect"], "GET /images/box/json", "404 image box"],
    [[...owning, "action=container.*"], "GET /images/box/json", "403"],
    [[...owning, `image_id=sha256%3A${"e".repeat(64)}`], "GET /images/box/json", "404 image box"],
    [[...owning, "scope=container:web:write,image:*:read"], "GET /images/box/json", "404 image box"],
    [["label=team=web"], "GET /images/box/json", "404 image box"],
    [[one], "GET /images/box/json", "404 image box"],
    // Looking is all
    [owning, "GET /images/box/history", "404 image box"],
    [owning, "GET /images/box/get", "403"],
    [owning, "DELETE /images/box", "404 image box"],
    [owning, "GET /images/json", "narrowed"],
  ] as [string[], string, string][])("%j: %s of an image is %s", async (caveats, line, expected) => {
    expect(await outcome(caveats, line)).toBe(expected);
  });

  it.each([
    "GET /containers/NAME/json",
    "GET /containers/NAME/logs?stdout=1",
    "POST /containers/NAME/start",
    "POST /containers/NAME/rename?name=x",
    "DELETE /containers/NAME",
    "POST /commit?container=NAME",
    'GET /containers/json?filters={"since":["NAME"]}',
  ])("answers %s alike for what is not there and what is not its own", async (line) => {
    const quoted = line.replace(/filters=(.*)/, (_, filters: string) => `filters=${encodeURIComponent(filters)}`);
    expect(await outcome([one], quoted.replace("NAME", "mighty"))).toBe("404 container mighty");
    expect(await outcome([one], quoted.replace("NAME", "nobody"))).toBe("404 container nobody");
  });

  it("does so whatever else the request says", async () => {
    const bodies = [{ Cmd: ["sh"] }, { Odd: 1 }, { Privileged: true }];
    for (const name of ["mighty", "nobody"]) {
      for (const body of bodies) {
        expect(await outcome([one], `POST /containers/${name}/exec`, body)).toBe(`404 container ${name}`);
      }
      const create = { Image: "box", HostConfig: { PidMode: `container:${name}`, Privileged: true } };
      expect(await outcome([one], "POST /containers/create", create)).toBe(`404 container ${name}`);
    }
  });

  it("does not tell what is there where it may do nothing with it anyway", async () => {
    for (const name of ["c1", "mighty", "nobody"]) {
      const refused = await decideOn(["op=read", one], `DELETE /containers/${name}`);
      expect(refused).toMatchObject({ verdict: "refused", reasons: [{ caveat: "op=read" }] });
      expect(refused).not.toHaveProperty("unseen");
      expect(await outcome(["action=image.list"], `GET /containers/${name}/json`)).toBe("403");
      expect(await outcome(["expires=2020-01-01T00:00:00Z"], `GET /containers/${name}/json`)).toBe("403");
    }
  });

  it("says what is not there to whoever may ask, and why not where that is the question", async () => {
    expect(await outcome(["op=read,write"], "POST /containers/create", { Image: "nothing" })).toBe("404 image nothing");
    expect(await outcome([one], "POST /containers/c1/exec", { Cmd: ["sh"], Privileged: true })).toBe("403");
    expect(await outcome(["scope=container:c1:read"], "DELETE /containers/c1")).toBe("403");
    expect(await outcome([one], "GET /nothing/that/is/known")).toBe("403");
  });

  it("does not take an engine that is gone for one that knows nothing", async () => {
    const gone = { inspect: () => Promise.reject(new Error("gone")) };
    const read = await readRequest(request("GET /containers/c1/json"), gone, guard, { rewritten: true });
    expect(decideInWorld(tokenOf(one), read, circumstances())).toMatchObject({ verdict: "refused", unanswered: true });
  });

  it("lets an owner use an image for a container, and nothing more of what is not its own", async () => {
    const links = [`link=1.${"1".repeat(24)}`, `owner=1.${"1".repeat(24)}`];
    expect(await outcome(links, "POST /containers/create", { Image: "box" })).toBe("whole");
    const bound = { Image: "box", HostConfig: { Binds: ["/etc:/etc"] } };
    expect(await outcome(links, "POST /containers/create", bound)).toBe("403");
    expect(await outcome(links, "POST /containers/create?name=c%20", { Image: "box" })).toBe("403");
    expect(await outcome(links, "POST /containers/c1/stop")).toBe("404 container c1");
  });

  it("narrows nothing that names a thing, or asks for a power over the host", async () => {
    const listings = Object.entries(table).filter(([, row]) => row.listing !== undefined);
    expect(listings.length).toBeGreaterThan(15);
    for (const [operation] of listings) {
      const read = await readRequest(request(operation), smallEngine(), guard, { rewritten: true });
      if ("unreadable" in read) throw new Error(operation);
      for (const { kind, id } of read.attempt.touches) {
        expect(kind === "system" || id === "*", operation).toBe(true);
        expect(["host", "guard"]).not.toContain(kind);
      }
    }
  });
});
