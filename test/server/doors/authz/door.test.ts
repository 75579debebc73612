import { Agent, request, type Server } from "node:http";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createAuthzDoor } from "../../../../src/server/doors/authz/door.ts";
import { listenOn, shut } from "../../../../src/server/listen.ts";
import { ask } from "../../ask.ts";
import { get, makeRoom, mine, narrow, other, root, type Room, link } from "../../room.ts";

const open: { room: Room; server: Server }[] = [];
afterEach(async () => {
  for (const { room, server } of open.splice(0)) {
    await shut(server, 0);
    await room.close();
  }
});

async function door(options: Parameters<typeof makeRoom>[0] = { guarded: true }, strictStreams = false) {
  const room = await makeRoom(options);
  const server = createAuthzDoor({ gate: room.gate, log: room.parts.log, strictStreams });
  open.push({ room, server });
  const socket = path.join(room.folder, "authz.sock");
  await listenOn(server, socket, { mode: 0o600 });
  const call = async (body: string | Uint8Array | undefined, to = "/AuthZPlugin.AuthZReq") =>
    ask(socket, "POST", to, body === undefined ? {} : { body });
  const judge = async (fields: object, to?: string) => (await call(JSON.stringify(fields), to)).json;
  return { room, socket, call, judge };
}

const asked = (token: string | undefined, uri = "/v1.41/info", more: object = {}) => ({
  User: "",
  UserAuthNMethod: "",
  RequestMethod: "GET",
  RequestUri: uri,
  RequestHeaders: { "User-Agent": "docker", ...(token === undefined ? {} : { "X-Docker-Id": token }) },
  ...more,
});
const yes = { Allow: true, Msg: "", ModifiedBody: null, ModifiedHeader: null, ModifiedStatusCode: 0 };
const no = (message: RegExp) => ({ Allow: false, Msg: expect.stringMatching(message) as string });
const reader = narrow(root, "op=read", `container_id=${mine}`);

const create = (body: object) => ({
  RequestMethod: "POST",
  RequestUri: "/v1.41/containers/create",
  RequestHeaders: { "X-Docker-Id": narrow(root, "op=read,write"), "Content-Type": "application/json" },
  RequestBody: Buffer.from(JSON.stringify(body)).toString("base64"),
});

describe("the authorization plugin's door", () => {
  it("says that it authorizes, guarded or open", async () => {
    for (const guarded of [true, false]) {
      const { call } = await door({ guarded });
      const answer = await call(undefined, "/Plugin.Activate");
      expect(answer).toMatchObject({ status: 200, json: { Implements: ["authz"] } });
    }
  });

  it.each(["/AuthZPlugin.AuthZReq", "/AuthzPlugin.AuthZReq"])("decides at %s", async (to) => {
    const { judge } = await door();
    expect(await judge(asked(root), to)).toEqual(yes);
    expect(await judge(asked(undefined), to)).toEqual(no(/carried no id/));
    expect(await judge(asked(reader, `/v1.41/containers/${mine}/json`), to)).toEqual(yes);
    expect(await judge(asked(reader, `/v1.41/containers/${other}/json`), to)).toEqual(no(/container_id=/));
  });

  it.each(["/AuthZPlugin.AuthZRes", "/AuthzPlugin.AuthZRes"])("lets every response pass at %s", async (to) => {
    const { judge, call } = await door();
    expect(await judge({ ...asked(undefined), ResponseStatusCode: 200, ResponseBody: "e30=" }, to)).toEqual(yes);
    expect((await call("", to)).json).toEqual(no(/could not read/));
    expect((await call("[]", to)).json).toEqual(no(/could not read/));
  });

  it("lets everything pass while the engine is open, as long as it can be read", async () => {
    const { judge, call } = await door({ guarded: false });
    expect(await judge(asked(undefined))).toEqual(yes);
    expect((await call("")).json).toEqual(no(/could not read/));
  });

  it("takes headers as the 2015 document has them", async () => {
    const { judge } = await door();
    const RequestHeader = Buffer.from(JSON.stringify({ "x-docker-id": [root] })).toString("base64");
    expect(await judge({ RequestMethod: "GET", RequestURI: "/info", RequestHeader })).toEqual(yes);
  });

  it("refuses an id in two spellings, even if both are good", async () => {
    const { judge } = await door();
    const RequestHeaders = { "X-Docker-Id": root, "X-DOCKER-ID": narrow(root, `link=${link("x")}`) };
    expect(await judge(asked(root, "/info", { RequestHeaders }))).toEqual(no(/two different values/));
  });

  it.each<[string, string | Uint8Array]>([
    ["empty", ""],
    ["not JSON", "Allow: true"],
    ["cut short", JSON.stringify(asked(root)).slice(0, -1)],
    ["a list", "[]"],
    ["null", "null"],
    ["of another shape", JSON.stringify({ Allow: true })],
    ["without a target", JSON.stringify({ ...asked(root), RequestUri: undefined })],
    ["with a body that is no base64", JSON.stringify({ ...asked(root), RequestBody: "!!" })],
    ["not UTF-8", Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff), Buffer.from('"}')])],
    ["too large", Buffer.alloc(17 * 1024 * 1024, 0x20)],
  ])("refuses a call that is %s, with status 200 and no Err", async (_, body) => {
    const { call } = await door();
    const answer = await call(body);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual(no(/could not read/));
  });

  it("refuses, and never allows, at a path that it does not know", async () => {
    const { call, socket } = await door({ guarded: false });
    for (const to of ["/", "/AuthZPlugin.authzreq", "/AuthZPlugin.AuthZReq/", "/Plugin.Deactivate"]) {
      expect(await call(JSON.stringify(asked(root)), to)).toMatchObject({ status: 404, json: { Allow: false } });
    }
    expect(await ask(socket, "GET", "/AuthZPlugin.AuthZReq")).toMatchObject({ status: 404, json: { Allow: false } });
  });

  it("answers on one line, however odd the request", async () => {
    const { judge } = await door();
    const answer = (await judge(asked(reader, "/v1.41/containers/a\nb\u2028c\u0000/json"))) as { Msg: string };
    expect(answer).toMatchObject({ Allow: false });
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(answer.Msg).not.toMatch(/[\u0000-\u001f\u2028]/);
  });

  it("knows the verifier's own questions by their header", async () => {
    const { judge, room } = await door();
    const pass = room.passes.issue(get("/containers/mine/json"));
    const RequestHeaders = { "X-Docker-Id-Pass": pass };
    expect(await judge(asked(undefined, "/containers/mine/json", { RequestHeaders }))).toEqual(yes);
    expect(await judge(asked(undefined, "/containers/mine/json", { RequestHeaders }))).toEqual(no(/carried no id/));
  });

  it.each([["service=hub"], ["account=alice"], ["service=hub", "account=alice", "op=read"]])(
    "refuses an id that is for a registry, ping and all: %s",
    async (...caveats) => {
      const { judge } = await door();
      for (const uri of ["/_ping", "/v1.41/version", "/v1.41/info", `/v1.41/containers/${mine}/json`]) {
        expect(await judge(asked(narrow(root, ...caveats), uri))).toEqual(no(/registry/));
      }
    },
  );

  it("refuses endless answers to ids that expire, if it is set to", async () => {
    const brief = narrow(reader, "expires=2999-01-01T00:00:00Z");
    const follow = `/v1.41/containers/${mine}/logs?stdout=1&follow=1`;
    const { judge } = await door({ guarded: true }, true);
    expect(await judge(asked(brief, follow))).toEqual(no(/endless/));
    expect(await judge(asked(reader, follow))).toEqual(yes);
  });

  it("hands the body on, so that what it asks for is judged", async () => {
    const { judge } = await door();
    expect(await judge(create({ Image: "x", HostConfig: { Privileged: true } }))).toMatchObject({ Allow: false });
    const without = { ...create({}), RequestBody: undefined };
    expect(await judge(without)).toMatchObject({ Allow: false });
  });

  it("keeps an idle connection open", async () => {
    const { socket } = await door();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const once = () =>
      new Promise<boolean>((resolve, reject) => {
        const asking = request({ socketPath: socket, agent, method: "POST", path: "/Plugin.Activate" }, (response) => {
          response.resume().on("end", () => resolve(asking.reusedSocket));
          expect(response.headers).not.toHaveProperty("keep-alive");
        });
        asking.on("error", reject).end();
      });
    expect(await once()).toBe(false);
    // Node's own limit would be 5 s; the door has none
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await once()).toBe(true);
    agent.destroy();
    expect(open.at(-1)?.server).toMatchObject({ keepAliveTimeout: 0, requestTimeout: 0, timeout: 0 });
  });

  it("says and logs no secret", async () => {
    const { judge, room } = await door();
    const secret = narrow(root, `link=${link("secret")}`).replace(/.$/, "A");
    const answer = JSON.stringify(await judge(asked(secret)));
    const everything = answer + room.log() + JSON.stringify(await room.lines());
    expect(everything).not.toContain(secret.slice(5, 60));
  });
});
