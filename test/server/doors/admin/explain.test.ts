import type { Server } from "node:http";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Explain } from "../../../../src/protocol/explain.ts";
import { createAdminDoor } from "../../../../src/server/doors/admin/door.ts";
import { listenOn, shut } from "../../../../src/server/listen.ts";
import { ask } from "../../ask.ts";
import { link, makeRoom, mine, narrow, root, type Room } from "../../room.ts";

const open: { room: Room; server: Server }[] = [];
afterEach(async () => {
  for (const { room, server } of open.splice(0)) {
    await shut(server, 0);
    await room.close();
  }
});

const describeEngine = async () => ({ host: "unix:///nowhere/docker.sock", reachable: false });

async function door(guarded = true) {
  const room = await makeRoom({ guarded });
  const { gate, metrics, parts } = room;
  const server = createAdminDoor({ gate, metrics, log: parts.log, describeEngine, version: "1", guessDelayMs: 5 });
  open.push({ room, server });
  const socket = path.join(room.folder, "admin.sock");
  await listenOn(server, socket, { mode: 0o660 });
  return (token: string | undefined, body: unknown) =>
    ask(socket, "POST", "/v1/explain", {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
}

const reader = narrow(root, "op=read", `container_id=${mine}`, `link=${link("reader")}`);
const inspect: Explain = { method: "GET", target: "/v1.41/containers/mine/json" };

describe("explaining at the admin door", () => {
  it("answers any valid id about itself, refused or not", async () => {
    const send = await door();
    expect(await send(reader, inspect)).toMatchObject({
      status: 200,
      json: { action: "container.inspect", op: "read", verdict: "allowed", reasons: [] },
    });
    const headers = { "content-length": "0" };
    expect(await send(reader, { method: "POST", target: "/v1.41/containers/mine/stop", headers })).toMatchObject({
      status: 200,
      json: {
        action: "container.stop",
        verdict: "refused",
        reasons: [{ caveat: "op=read", why: "container.stop writes, and this id may only read" }],
      },
    });
  });

  it("answers the root id about another", async () => {
    const send = await door();
    expect(await send(root, { ...inspect, id: reader })).toMatchObject({
      json: { verdict: "allowed", touches: [{ id: mine }] },
    });
    expect(await send(reader, { ...inspect, id: root })).toMatchObject({ status: 403, json: { code: "refused" } });
    expect(await send(undefined, inspect)).toMatchObject({ status: 401, json: { code: "no_id" } });
    expect(await send(reader.replace(/..$/, "AA"), inspect)).toMatchObject({ status: 401, json: { code: "refused" } });
  });

  it("reads bodies in base64", async () => {
    const send = await door();
    const body = Buffer.from('{"Cmd":["sh"],"Privileged":true}');
    const headers = { "content-type": "application/json", "content-length": String(body.length) };
    const exec = { method: "POST", target: "/v1.41/containers/mine/exec", headers, body: body.toString("base64") };
    expect(await send(root, exec)).toMatchObject({
      json: { touches: expect.arrayContaining([{ kind: "host", id: "privileged", level: "write" }]) as unknown },
    });
  });

  it("is no use before the engine is guarded", async () => {
    const send = await door(false);
    expect(await send(root, inspect)).toMatchObject({ status: 409, json: { code: "conflict" } });
  });

  it.each<[string, unknown]>([
    ["no JSON", "{"],
    ["no target", { method: "GET" }],
    ["a method in lower case", { ...inspect, method: "get" }],
    ["a field more", { ...inspect, force: true }],
    ["a body that is not base64", { ...inspect, body: "ab c" }],
    ["a header in capitals", { ...inspect, headers: { "Content-Type": "a" } }],
    ["an address that is none", { ...inspect, address: "localhost" }],
    ["a short made-up id", { ...inspect, made: [{ id: "abc", by: inspect }] }],
    ["what nobody makes so", { ...inspect, made: [{ id: "a".repeat(64), by: inspect }] }],
    ["too many made things", { ...inspect, made: Array.from({ length: 9 }, () => ({ id: mine, by: inspect })) }],
    ["too much", { ...inspect, body: "A".repeat(3 * 1024 * 1024) }],
  ])("refuses %s", async (_, body) => {
    const send = await door();
    expect(await send(root, body)).toMatchObject({ status: 400, json: { code: "misuse" } });
  });
});
