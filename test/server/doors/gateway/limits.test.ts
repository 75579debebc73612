import { afterEach, describe, expect, it } from "vitest";
import { createDoor } from "../../../../src/server/doors/gateway/limits.ts";
import { until } from "../../../support/until.ts";
import { root } from "../../room.ts";
import { openStand, request, type Stand, type StandOptions } from "./stand.ts";

const stands: Stand[] = [];
async function open(limits: StandOptions["limits"]): Promise<Stand> {
  const stand = await openStand({ ...(limits && { limits }) });
  stands.push(stand);
  return stand;
}
afterEach(async () => {
  for (const stand of stands.splice(0)) await stand.close();
});

const create = "POST /v1.41/containers/create";
const json = (length: number) => ["Content-Type: application/json", `Content-Length: ${length}`];

describe("a slow client", () => {
  it("is let go when its head takes too long, and not for its silence before", async () => {
    const stand = await open({ headMs: 200 });
    const [silent, slow] = [stand.connect(), stand.connect()];
    slow.send("GET /_ping HTT");
    await slow.ended();
    expect(slow.text()).toMatch(/^HTTP\/1.1 408 /);
    silent.send(request("GET /_ping", root));
    await silent.hears("done");
  });

  it("is let go when a body that is read takes too long", async () => {
    const stand = await open({ bodyMs: 200 });
    const client = stand.connect();
    client.send(`${request(create, root, json(10))}{`);
    await client.ended();
    expect(client.text()).toMatch(/^HTTP\/1.1 400 [^]*in time/);
    expect(stand.engine.heard).toEqual([]);
  });
});

describe("what is read into memory", () => {
  it("has a size, however it comes", async () => {
    const stand = await open({ bodyBytes: 1024 });
    const told = await stand.say(request(create, root, json(1025)));
    expect(told).toMatch(/^HTTP\/1.1 413 /);
    const chunked = ["Content-Type: application/json", "Transfer-Encoding: chunked"];
    const came = await stand.say(request(create, root, chunked) + `401\r\n${"a".repeat(1025)}\r\n`);
    expect(came).toMatch(/^HTTP\/1.1 413 /);
  });

  it("has one for all together, and is given back", async () => {
    const stand = await open({ bodiesBytes: 1000 });
    const holder = stand.connect();
    holder.send(request(create, root, json(901)) + "a".repeat(900));
    let answer = "";
    await until("there is no more", async () => {
      answer = await stand.say(request(create, root, [...json(200), "Connection: close"]) + "b".repeat(200));
      return answer.startsWith("HTTP/1.1 503 ");
    });
    holder.socket.destroy();
    await until("there is again", async () => {
      answer = await stand.say(request(create, root, [...json(200), "Connection: close"]) + "b".repeat(200));
      return !answer.startsWith("HTTP/1.1 503 ");
    });
  });
});

describe("too many", () => {
  it("requests at a time are told so", async () => {
    const stand = await open({ exchanges: 1 });
    stand.engine.answer = (socket) => void socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const first = stand.connect();
    first.send(request("GET /v1.41/events", root));
    await first.hears("chunked");
    expect(await stand.say(request("GET /_ping", root))).toMatch(/^HTTP\/1.1 503 /);
    first.socket.destroy();
    await until("there is room", async () =>
      (await stand.say(request("GET /_ping", "dkid_AAAA", ["Connection: close"]))).startsWith("HTTP/1.1 403"),
    );
  });

  it("connections are let go, those that only wait before others", async () => {
    const stand = await open({ connectionsPerAddress: 2 });
    const [one, two] = [stand.connect(), stand.connect()];
    stand.engine.answer = (socket) => void socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    one.send(request("GET /v1.41/events", root));
    await one.hears("chunked");
    two.send(request("GET /v1.41/events", "dkid_AAAA"));
    await two.hears("}");
    // It waits now, and makes room
    const three = stand.connect();
    three.send(request("GET /v1.41/events", root));
    await three.hears("chunked");
    await two.ended();
    expect(one.socket.readableEnded).toBe(false);
    // Nobody waits
    await stand.connect().ended();
    expect([one, three].map(({ socket }) => socket.readableEnded)).toEqual([false, false]);
  });
});

describe("the count of connections", () => {
  it("is kept by where they come from, and in all", () => {
    const door = createDoor({ connections: 3, connectionsPerAddress: 2 });
    const closed: string[] = [];
    const enter = (source: string, name: string) => door.enter(source, () => closed.push(name));
    const a = enter("192.0.2.1", "a");
    expect(enter("192.0.2.1", "b")).toBeDefined();
    expect(enter("192.0.2.1", "c")).toBeUndefined();
    expect(enter("192.0.2.2", "d")).toBeDefined();
    expect(enter("192.0.2.3", "e")).toBeUndefined();
    a?.leave();
    a?.leave();
    const e = enter("192.0.2.3", "e");
    expect(e).toBeDefined();
    expect(enter("192.0.2.1", "f")).toBeUndefined();
    e?.waits(true);
    expect(enter("192.0.2.1", "f")).toBeUndefined();
    expect(closed).toEqual([]);
    expect(enter("192.0.2.3", "g")).toBeDefined();
    expect(closed).toEqual(["e"]);
  });
});
