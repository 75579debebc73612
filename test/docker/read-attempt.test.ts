import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EngineLookup, EngineRequest } from "../../src/docker/attempt.ts";
import { readAttempt } from "../../src/docker/read-attempt.ts";
import { table } from "../../src/docker/table/table.ts";
import { attempted, guard, ids, request, smallEngine, spell } from "./engine.ts";

const short = ids.container.slice(0, 12);

describe("an attempt", () => {
  it.each([
    ["GET /_ping", "system.ping read"],
    ["GET /containers/c1/json", "container.inspect read container:c100:read"],
    [`GET /containers/${short}/json`, "container.inspect read container:c100:read"],
    ["GET /containers/c1/stats", "container.stats read container:c100:read ~"],
    ["GET /containers/c1/stats?stream=false", "container.stats read container:c100:read"],
    ["GET /containers/c1/attach/ws", "container.attach write container:c100:write ~"],
    ["POST /containers/c1/attach?logs=1&stdin=no", "container.attach read container:c100:read ~"],
    ["POST /containers/c1/rename?name=prod", "container.rename write container:c100:write container:+prod:write"],
    ["GET /images/reg.example:5000/a/json/json", "image.inspect read image:sha256:1a00:read"],
    ["GET /images/box:1/get", "image.get read image:sha256:1a00:read"],
    [
      `DELETE /images/${ids.image}`,
      "image.remove write image:sha256:1a00:write repository:docker.io/library/box:delete repository:docker.io/library/box:delete",
    ],
    [
      "POST /images/reg.example:5000/a/json/push",
      "image.push write image:*:read repository:reg.example:5000/a/json:push",
    ],
    ["GET /distribution/a/b/json", "image.distribution read repository:docker.io/a/b:pull"],
    ["POST /networks/prune", "network.prune write network:*:write"],
    ["GET /networks/", "network.list read network:*:read"],
    ["GET /events?filters=%7B%22type%22%3A%5B%22daemon%22%5D%7D", "system.events read system:events:read ~"],
    ["GET /system/df?type=image&type=volume", "system.df read system:df:read image:*:read volume:*:read"],
    ["POST /session", "build.session write build:*:write host:buildkit:write ~"],
    ["GET /swarm", "swarm.inspect write swarm:*:write host:swarm:write"],
    ["GET /tasks/ttttttttttttttttttttttttt/logs?follow=1", `task.logs read service:${"s".repeat(25)}:read ~`],
    ["GET /debug/vars", "system.debug write guard:engine:write"],
  ])("%s", async (line, reads) => {
    expect(spell(await attempted(line))).toBe(reads);
  });

  it.each([
    "POST /plugins/pull",
    "DELETE /plugins/a/b:latest",
    "POST /plugins/a/b:latest/enable",
    "POST /plugins/a/b:latest/disable",
    "POST /plugins/a/b:latest/upgrade",
    "POST /plugins/a/b:latest/set",
    "POST /plugins/create?name=x",
  ])("on plugins reaches for the guard: %s", async (line) => {
    expect(spell(await attempted(line))).toContain("guard:plugins:write");
  });
});

describe("a container lends its powers", () => {
  const lent = ["guard:/etc/docker:write", "host:bind/etc:write", "host:privileged:write"];

  const writing: readonly (readonly [string, object?])[] = [
    ["POST /containers/mighty/start"],
    ["POST /containers/mighty/restart"],
    ["POST /containers/mighty/attach?stdin=1"],
    ["GET /containers/mighty/attach/ws"],
    ["PUT /containers/mighty/archive?path=/"],
    ["POST /containers/mighty/exec", { Cmd: ["sh"] }],
    ["POST /containers/mighty/update", { Memory: 1 }],
  ];
  it.each(writing.map(([line, body]) => ({ line, body })))("to $line", async ({ line, body }) => {
    const attempt = spell(await attempted(line, body));
    for (const touch of lent) expect(attempt).toContain(touch);
  });

  it("to an exec in it", async () => {
    const engine = smallEngine({ [`exec ${ids.exec}`]: { ContainerID: "6d6967687479".padEnd(64, "0") } });
    const more = smallEngine({});
    const lookup: EngineLookup = {
      inspect: async (kind, name) =>
        kind === "container" && name.startsWith("6d69") ? more.inspect(kind, "mighty") : engine.inspect(kind, name),
    };
    const asked = request(`POST /exec/${ids.exec}/start`, { Detach: false, Tty: false });
    const attempt = spell(await readAttempt(asked, lookup, guard));
    for (const touch of lent) expect(attempt).toContain(touch);
  });

  it.each([{ ProcessConfig: { privileged: true } }, { ProcessConfig: {} }, {}])(
    "as an exec that another gave privilege does to whoever starts it first: %j",
    async (more) => {
      const engine = smallEngine({ [`exec ${ids.exec}`]: { ContainerID: ids.container, ...more } });
      const asked = request(`POST /exec/${ids.exec}/start`, { Detach: false, Tty: false });
      expect(spell(await readAttempt(asked, engine, guard))).toContain("host:privileged:write");
      const looked = await readAttempt(request(`GET /exec/${ids.exec}/json`), engine, guard);
      expect(spell(looked)).toBe("exec.inspect read container:c100:read");
    },
  );

  it("to be looked at, where files are read out of it", async () => {
    const attempt = spell(await attempted("GET /containers/mighty/archive?path=/host/passwd"));
    expect(attempt).toContain("host:bind/etc:read");
    expect(attempt).toContain("guard:/etc/docker:write");
  });

  it.each(["GET /containers/mighty/logs?stdout=1", "POST /containers/mighty/stop", "POST /containers/mighty/wait"])(
    "and not to %s",
    async (line) => {
      expect(spell(await attempted(line))).not.toContain("host:");
    },
  );
});

describe("what is not understood", () => {
  const misunderstood: readonly (readonly [string, RegExp, (object | undefined)?, Record<string, string>?])[] = [
    ["GET /containers/c1/json/", /not known/],
    ["GET /containers/c1//json", /not spelled/],
    ["OPTIONS /containers/json", /not known/],
    ["GET /containers/none/json", /knows no container/],
    ["GET /containers/c1/logs?stdout=1&stdout=0", /twice/],
    ["GET /containers/c1/logs?stdout=1&tty=1", /not known, "tty"/],
    ["POST /containers/c1/start?checkpoint=x", /not known/],
    ["POST /containers/c1/start?checkpoint-dir=/etc", /not known/],
    ["POST /containers/c1/start", /takes no body/, { Privileged: true }],
    ["POST /v1.23/containers/c1/start", /before 1.24/, { Privileged: true }],
    ["POST /v1.23/containers/c1/start", /before 1.24/],
    ["POST /containers/c1/exec", /content type/],
    ["POST /containers/c1/exec", /not known/, { Cmd: ["sh"], X: 1 }],
    ["POST /containers/create?name=abcdefabcdef", /id of another/, { Image: "box:1" }],
    ["POST /containers/create", /content type/, { Image: "box:1" }, { "content-type": "text/plain" }],
    ["POST /containers/c1/rename?name=0123456789ab", /id of another/],
    ["POST /containers/c1/rename?name=%2Fa", /no name/],
    ["POST /containers/c1/rename", /no name/],
    ["DELETE /containers/c1?link=1", /"link" has a value that is not known/],
    ["POST /images/box:1/tag", /binds no name/],
    ["POST /images/box:1/tag?repo=good", /takes no body/, undefined, { "content-length": "9" }],
    ["POST /images/box:1/tag?repo=a:1&tag=2", /two tags/],
    ["POST /images/box:1/push", /apart/],
    ["GET /images/box/get", /name and tag/],
    ["GET /images/1a00/get", /name and tag/],
    ["GET /images/get?names=box:1&names=box", /name and tag/],
    ["POST /images/create?fromImage=a&fromSrc=-", /neither/],
    ["POST /images/create?fromImage=a", /takes no body/, { x: 1 }],
    ["POST /build?t=box", /gateway/, undefined, { "content-type": "application/x-tar", "content-length": "100" }],
    ["POST /build?unknown=1", /not known/],
    ["GET /events?filters=%7B%22type%22%3A%5B%22x%22%5D%7D", /type that is not known/],
    ["POST /services/web/update?version=1&rollback=previous", /not known/, {}],
  ];
  it.each(misunderstood.map(([line, reason, body, headers]) => ({ line, reason, body, headers })))(
    "$line",
    async ({ line, reason, body, headers }) => {
      const attempt = await attempted(line, body, headers);
      expect("unreadable" in attempt && attempt.unreadable).toMatch(reason);
    },
  );

  it("still has its action where the target tells it", async () => {
    expect(await attempted("GET /containers/none/json")).toHaveProperty("action", "container.inspect");
    expect(await attempted("GET /none")).not.toHaveProperty("action");
  });

  it("is refused, not thrown, when we are at fault or the engine lies", async () => {
    const broken = { inspect: () => undefined } as unknown as EngineLookup;
    for (const lookup of [broken, { inspect: async () => 7 }]) {
      expect(await readAttempt(request("GET /containers/c1/json"), lookup, guard)).toHaveProperty("unreadable");
    }
    const odd = { method: "GET" } as unknown as EngineRequest;
    expect(await readAttempt(odd, smallEngine(), guard)).toHaveProperty("unreadable");
  });
});

describe("whatever is sent", () => {
  const operations = Object.keys(table).map((operation) => operation.split(" ") as [string, string]);
  const name = fc.constantFrom(
    "c1",
    "mighty",
    "box:1",
    "v1",
    "n1",
    "web",
    "..",
    "%2e",
    "a/b",
    short,
    ids.container,
    ids.exec,
  );
  const parameter = fc.constantFrom(
    "",
    "?",
    "?all=1",
    "?stdin=1&stream=1",
    "?name=x",
    "?filters={}",
    "?repo=a&tag=b",
    "?x",
    "?a;b",
  );
  const sent = fc.record({
    operation: fc.oneof(fc.constantFrom(...operations), fc.tuple(fc.string(), fc.string())),
    name,
    parameter: fc.oneof(parameter, fc.string()),
    type: fc.constantFrom("application/json", "text/plain", "application/x-www-form-urlencoded", ""),
    body: fc.option(
      fc.oneof(
        fc.json().map((text) => Buffer.from(text)),
        fc.uint8Array(),
      ),
      { nil: undefined },
    ),
    answer: fc.option(fc.jsonValue(), { nil: undefined }),
    lies: fc.boolean(),
  });

  it("gives an attempt whose touches are told, or a reason", async () => {
    await fc.assert(
      fc.asyncProperty(
        sent,
        async ({ operation: [method, path], name: said, parameter: query, type, body, answer, lies }) => {
          const asked: EngineRequest = {
            method,
            target: path.replaceAll(/\{\w+\*?\}/g, said) + query,
            headers: { "content-type": type, "content-length": String(body?.length ?? 0) },
            ...(body === undefined ? {} : { body }),
          };
          const lookup: EngineLookup = lies ? { inspect: async () => answer } : smallEngine();
          const attempt = await readAttempt(asked, lookup, guard);
          if ("unreadable" in attempt) {
            expect(attempt.unreadable).not.toBe("");
            return;
          }
          expect(attempt.touches.length > 0).toBe(!attempt.handshake);
          for (const { id } of attempt.touches) expect(id).not.toBe("");
        },
      ),
      { numRuns: 1500 },
    );
  });
});
