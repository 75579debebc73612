import { afterEach, describe, expect, it } from "vitest";
import type { EngineRequest } from "../../../src/docker/attempt.ts";
import type { Explanation } from "../../../src/protocol/explain.ts";
import type { GateParts } from "../../../src/server/gate.ts";
import type { ExplainWish } from "../../../src/server/gate/explain.ts";
import { get, link, makeRoom, mine, narrow, other, root, type Room } from "../room.ts";

const open: Room[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const image = `sha256:${"c".repeat(64)}`;
const hidden = `sha256:${"d".repeat(64)}`;
const secret = { Id: hidden, RepoTags: ["vault:1"], Config: { Labels: { "docker-id.x": "1" } } };

/** Mine is plain, the other is privileged and has the host in it. */
const engine: GateParts["engine"] = {
  known: () => ({ id: "ENGINE:ID", name: "laptop", version: "1" }),
  inspect: async (kind, name) => {
    if (kind === "image") return { box: { Id: image, RepoTags: ["box:latest"] }, vault: secret }[name];
    if (kind !== "container") return undefined;
    if (name === "mine" || name === mine) return container(mine, "mine", {});
    const powers = { Privileged: true, Binds: ["/etc:/etc"], VolumesFrom: [mine] };
    return name === "other" || name === other ? container(other, "other", powers) : undefined;
  },
};

function container(id: string, name: string, config: object): object {
  return { Id: id, Name: `/${name}`, Image: image, Config: { Labels: { s: "t" } }, HostConfig: config, Mounts: [] };
}

async function room(parts: Partial<GateParts> = {}): Promise<Room> {
  const made = await makeRoom({ guarded: true, parts: { engine, ...parts } });
  open.push(made);
  return made;
}

function post(target: string, body?: object): EngineRequest {
  if (body === undefined) return { method: "POST", target, headers: { "content-length": "0" } };
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = { "content-type": "application/json", "content-length": String(bytes.length) };
  return { method: "POST", target, headers, body: bytes };
}

async function ask(at: Room, token: string, request: EngineRequest, more: Partial<ExplainWish> = {}) {
  const answer = await at.gate.explain({ request, made: [], ...more }, { token, source: "test" });
  if ("denied" in answer) throw new Error(answer.message);
  return answer;
}

const reader = narrow(root, "op=read", `container_id=${mine}`, `link=${link("reader")}`);
const runner = narrow(root, `image_id=${image.replace(":", "%3A")}`, `link=${link("runner")}`);
const create = (config: object) => post("/v1.41/containers/create", { Image: "box", HostConfig: config });

const requests: readonly EngineRequest[] = [
  get("/_ping"),
  get("/v1.41/info"),
  get("/v1.41/containers/json"),
  get("/v1.41/containers/mine/json"),
  get("/v1.41/containers/other/json"),
  get("/v1.41/containers/nobody/json"),
  get("/v1.41/containers//json"),
  get("/no/such/thing"),
  post("/v1.41/containers/mine/start"),
  post("/v1.41/containers/other/start"),
  post("/v1.41/containers/other/exec", { Cmd: ["sh"] }),
  create({}),
  create({ Privileged: true, Binds: ["/:/host"], VolumesFrom: ["other"] }),
  post("/v1.41/containers/create", { Image: "vault" }),
  post("/v1.41/containers/create", { Image: "nothing" }),
  post("/v1.41/volumes/create", { Name: "v1" }),
  post("/v1.41/networks/n1/connect", { Container: "other" }),
  { method: "DELETE", target: "/v1.41/images/box", headers: {} },
  { method: "PUT", target: "/v1.41/containers/mine/archive?path=/x", headers: {} },
];

const ids: readonly string[] = [
  reader,
  runner,
  narrow(root, "scope=*:*:write,host:privileged:write", `link=${link("wide")}`),
  narrow(root, "expires=2001-01-01T00:00:00Z"),
  narrow(root, "ip=10.0.0.0/8"),
  narrow(root, "host=elsewhere", "op=read"),
  narrow(root, "op=write"),
];

describe("what the gate explains", () => {
  it("is what the plugin's door would say", async () => {
    const at = await room();
    for (const id of [...ids, root]) {
      for (const request of requests) {
        const admitted = await at.ask(id, undefined, { request });
        const { verdict, reasons } = await ask(at, id, request);
        expect({ verdict, reasons, of: request.target }).toEqual({
          verdict: admitted.verdict,
          reasons: admitted.verdict === "allowed" ? [] : admitted.reasons,
          of: request.target,
        });
      }
    }
  });

  it("is the door's verdict on endless answers too", async () => {
    const brief = narrow(reader, "expires=2999-01-01T00:00:00Z");
    const follow = get("/v1.41/containers/mine/logs?follow=1&stdout=1");
    expect(await ask(await room(), brief, follow)).toMatchObject({ verdict: "allowed", stream: true });
    const strict = await ask(await room({ strictStreams: true }), brief, follow);
    expect(strict).toMatchObject({
      verdict: "refused",
      reasons: [{ why: expect.stringMatching(/endless/) as string }],
    });
  });

  it("names the action, what it does and what it touches", async () => {
    const at = await room();
    expect(await ask(at, reader, get("/v1.41/containers/mine/json"))).toEqual({
      action: "container.inspect",
      op: "read",
      handshake: false,
      stream: false,
      touches: [{ kind: "container", id: "mine", level: "read" }],
      verdict: "allowed",
      reasons: [],
    });
    expect(await ask(at, runner, create({ Binds: ["/:/host"] }))).toMatchObject({
      action: "container.create",
      op: "write",
      touches: [
        { kind: "host", id: "bind/", level: "write" },
        { kind: "image", id: "box", level: "read" },
        { kind: "container", id: "+", level: "write" },
      ],
      verdict: "refused",
    });
    expect(await ask(at, reader, get("/_ping"))).toMatchObject({ handshake: true, verdict: "allowed", touches: [] });
  });

  it("does nothing, and is written down before it is told", async () => {
    const at = await room();
    await ask(at, reader, post("/v1.41/containers/mine/start"));
    expect(await at.lines()).toMatchObject([
      {
        door: "admin",
        action: "id.explain",
        verdict: "allowed",
        links: [link("reader")],
        reasons: ["container.start would be refused"],
      },
    ]);
    const full = await room({
      audit: {
        ...at.audit,
        record() {
          throw new Error("disk full");
        },
      },
    });
    await expect(ask(full, reader, get("/_ping"))).rejects.toThrow("disk full");
  });

  it("is told to nobody without a valid id", async () => {
    const at = await room();
    const wish = { request: get("/_ping"), made: [] };
    for (const token of [undefined, "dkid_AAAA", root.replace(/..$/, "AA")]) {
      expect(await at.gate.explain(wish, { token, source: "test" })).toMatchObject({
        denied: token === undefined ? "no_id" : "invalid_id",
      });
    }
    await at.gate.revoke({ id: reader }, { token: root, source: "test" });
    expect(await at.gate.explain(wish, { token: reader, source: "test" })).toMatchObject({ denied: "invalid_id" });
  });

  it("ends in a refusal when the engine does not answer in time", async () => {
    const at = await room({
      engine: { known: () => undefined, inspect: () => new Promise<never>(() => undefined) },
      decideTimeoutMs: 20,
    });
    expect(await ask(at, reader, get("/v1.41/containers/mine/json"))).toMatchObject({
      verdict: "refused",
      reasons: [{ why: expect.stringMatching(/too long/) as string }],
    });
  });
});

/** All but the verdict and its reasons. */
function tell(explanation: Explanation): Omit<Explanation, "verdict" | "reasons"> {
  const { action, op, handshake, stream, touches, unread } = explanation;
  return { action, op, handshake, stream, touches, ...(unread === undefined ? {} : { unread }) };
}

describe("what is explained to a restricted id", () => {
  const blind: GateParts["engine"] = { known: engine.known, inspect: async () => undefined };
  const broken: GateParts["engine"] = { known: engine.known, inspect: () => Promise.reject(new Error("gone")) };

  it("is, but for verdict and reasons, made of the request alone", async () => {
    const [seeing, empty, silent] = [await room(), await room({ engine: blind }), await room({ engine: broken })];
    for (const id of ids) {
      for (const request of requests) {
        const told = tell(await ask(seeing, id, request));
        expect(tell(await ask(empty, id, request))).toEqual(told);
        expect(tell(await ask(silent, id, request))).toEqual(told);
      }
    }
  });

  it("names no id, label, image or power of what it may not see", async () => {
    const at = await room();
    const told = JSON.stringify(await ask(at, reader, post("/v1.41/containers/other/start")));
    for (const inner of [other, image, "privileged", "/etc", "labels"]) expect(told).not.toContain(inner);
    expect(told).toContain('{"kind":"container","id":"other","level":"write"}');
  });

  it("is about that id, and the address that the door sees", async () => {
    const at = await room();
    for (const more of [{ id: root }, { id: reader }, { address: "10.0.0.1" }]) {
      const wish = { request: get("/_ping"), made: [], ...more };
      expect(await at.gate.explain(wish, { token: reader, source: "test" })).toMatchObject({ denied: "forbidden" });
    }
    expect((await at.lines()).map(({ action, verdict }) => `${action} ${verdict}`)).toEqual(
      Array.from({ length: 3 }, () => "id.explain refused"),
    );
  });
});

describe("what is explained to the root id", () => {
  it("is all that a request touches, also for another id", async () => {
    const at = await room();
    const answer = await ask(at, root, post("/v1.41/containers/other/start"), { id: reader });
    expect(answer.verdict).toBe("refused");
    expect(answer.reasons.map(({ caveat }) => caveat)).toContain("op=read");
    expect(answer.touches).toEqual(
      expect.arrayContaining([
        { kind: "container", id: other, level: "write", names: ["other"] },
        { kind: "host", id: "privileged", level: "write" },
        { kind: "host", id: "bind/etc", level: "write" },
        { kind: "container", id: mine, level: "write", names: ["mine"] },
      ]),
    );
    expect(await at.lines()).toMatchObject([{ root: true, touches: [`id:${link("reader")}:read`] }]);
  });

  it("is a verdict on an id that is no longer good", async () => {
    const at = await room();
    await at.gate.revoke({ id: reader }, { token: root, source: "test" });
    const request = get("/v1.41/containers/mine/json");
    for (const [id, why] of [
      [reader, /revoked/],
      [root.replace(/..$/, "AA"), /signature|altered/],
      ["junk", /no id of docker-id/],
    ] as const) {
      expect(await ask(at, root, request, { id })).toMatchObject({
        verdict: "refused",
        reasons: [{ why: expect.stringMatching(why) as string }],
        touches: [],
      });
    }
  });

  it("says what is not understood, which passes with it all the same", async () => {
    const at = await room();
    expect(await ask(at, root, get("/no/such/thing"))).toMatchObject({
      action: "unknown",
      verdict: "allowed",
      unread: expect.stringMatching(/not known/) as string,
    });
  });

  it("pretends an address", async () => {
    const at = await room();
    const bound = narrow(root, "ip=10.0.0.0/8");
    const request = get("/v1.41/containers/mine/json");
    expect(await ask(at, root, request, { id: bound })).toMatchObject({ verdict: "refused" });
    expect(await ask(at, root, request, { id: bound, address: "10.1.2.3" })).toMatchObject({ verdict: "allowed" });
    expect(await ask(at, root, request, { id: bound, address: "11.1.2.3" })).toMatchObject({ verdict: "refused" });
  });
});

describe("requests that follow one another", () => {
  const id = "f".repeat(64);
  const made = [{ id, request: create({}) }];
  const start = post(`/v1.41/containers/${id}/start`);

  it("are explained on what the first would create", async () => {
    const at = await room();
    expect(await ask(at, runner, start)).toMatchObject({ verdict: "refused" });
    const touches = [{ kind: "container", id: "+", level: "write" }];
    expect(await ask(at, runner, start, { made })).toMatchObject({ verdict: "allowed", touches });
    expect(await ask(at, root, start, { made, id: runner })).toMatchObject({ verdict: "allowed", touches });
    const named = { ...create({}), target: "/v1.41/containers/create?name=web" };
    expect(await ask(at, root, start, { made: [{ id, request: named }] })).toMatchObject({
      touches: [{ ...touches[0], names: ["web"] }],
    });
    const web = narrow(root, "scope=container:web:write,image:read");
    expect(await ask(at, web, start, { made: [{ id, request: named }] })).toMatchObject({ verdict: "allowed" });
  });

  it("bear the powers that the first asked for", async () => {
    const at = await room();
    const mighty = narrow(root, "scope=*:*:write,host:privileged:write,host:bind/srv:write");
    const request = create({ Privileged: true, Binds: ["/srv:/srv"] });
    const follow = await ask(at, mighty, start, { made: [{ id, request }] });
    expect(follow.verdict).toBe("allowed");
    expect(follow.touches.map((touch) => `${touch.kind}:${touch.id}`).toSorted()).toEqual([
      "container:+",
      "host:bind/srv",
      "host:privileged",
    ]);
    expect(await ask(at, narrow(mighty, "confined=true"), get("/_ping"))).toMatchObject({ verdict: "allowed" });
  });

  it("go on to an exec of a container, there or not", async () => {
    const at = await room();
    const exec = "e".repeat(64);
    const run = post(`/v1.41/exec/${exec}/start`, { Detach: false });
    const within = (name: string) => ({ id: exec, request: post(`/v1.41/containers/${name}/exec`, { Cmd: ["sh"] }) });
    expect((await ask(at, runner, run, { made: [within("mine")] })).reasons).toEqual([]);
    expect(await ask(at, runner, run, { made: [...made, within(id)] })).toMatchObject({
      verdict: "allowed",
      touches: [{ kind: "container", id: "+", level: "write" }],
    });
    const mighty = narrow(root, "scope=container:write,host:privileged:write");
    const privileged = post("/v1.41/containers/mine/exec", { Cmd: ["sh"], Privileged: true });
    expect(await ask(at, mighty, run, { made: [{ id: exec, request: privileged }] })).toMatchObject({
      touches: [
        { kind: "container", id: "mine" },
        { kind: "host", id: "privileged" },
      ],
    });
    await expect(ask(at, runner, run, { made: [within("other")] })).rejects.toMatchObject({ code: "misuse" });
    await expect(ask(at, runner, run, { made: [within("nobody")] })).rejects.toMatchObject({ code: "misuse" });
  });

  it("follow nothing that could not have been made", async () => {
    const at = await room();
    for (const request of [create({ Privileged: true }), get("/_ping"), post("/v1.41/containers/mine/start")]) {
      await expect(ask(at, runner, start, { made: [{ id, request }] })).rejects.toMatchObject({ code: "misuse" });
    }
  });

  it("say as little as any", async () => {
    const at = await room();
    const wide = narrow(root, "scope=*:*:write,host:privileged:write,host:bind/etc:write");
    const request = create({ VolumesFrom: ["other"] });
    const told = JSON.stringify(await ask(at, wide, start, { made: [{ id, request }] }));
    for (const inner of [other, mine, "privileged", "/etc"]) expect(told).not.toContain(inner);
  });
});
