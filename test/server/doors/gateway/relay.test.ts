import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../../../support/until.ts";
import { mine, narrow, root } from "../../room.ts";
import { ok, openStand, request, type Stand } from "./stand.ts";

let stand: Stand;
beforeEach(async () => {
  stand = await openStand();
});
afterEach(() => stand.close());

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const load = (...fields: string[]) =>
  request("POST /v1.41/images/load", root, ["Content-Type: application/x-tar", ...fields]);
const exec = `POST /v1.41/exec/${mine}/start`;
const tcp = ["Connection: Upgrade", "Upgrade: tcp"];

describe("a request that goes on", () => {
  it("carries its fields as they came, but neither the id nor what is for the connection", async () => {
    const client = stand.connect();
    const fields = [
      `Authorization: Bearer ${root}`,
      "X-Docker-Id-Pass: made-up",
      "x-meta: a",
      "X-Meta: b",
      "Connection: keep-alive",
      "Keep-Alive: timeout=5",
      "TE: trailers",
      "X-Forwarded-For: 192.0.2.1",
      "X-Registry-Auth: e30=",
    ];
    client.send(request("GET /v1.41/info?a=b", root, fields));
    await client.hears("done");
    const [heard] = stand.engine.heard;
    expect(heard?.text.replace(/Pass: [\w-]{43}/, "Pass: P").split("\r\n")).toEqual([
      "GET /v1.41/info?a=b HTTP/1.1",
      "Host: docker",
      "x-meta: a",
      "X-Meta: b",
      "X-Registry-Auth: e30=",
      "X-Docker-Id-Pass: P",
      "",
      "",
    ]);
    expect(heard?.text).not.toContain("dkid_");
    const pass = /Pass: ([\w-]{43})/.exec(heard?.text ?? "")?.[1] ?? "";
    // Its answer has come: of no more use to anybody
    expect(stand.passes.redeem(pass, { method: "GET", target: "/v1.41/info?a=b" })).toBe(false);
  });

  it("has a Host even where the client gave none, and keeps an empty one", async () => {
    const client = stand.connect();
    client.send(`GET /_ping HTTP/1.1\r\nX-Docker-Id: ${root}\r\n\r\n`);
    await client.hears("done");
    client.send(`GET /_ping HTTP/1.1\r\nHost: \r\nX-Docker-Id: ${root}\r\n\r\n`);
    await client.hears(/done.*done/s);
    expect(stand.engine.heard[0]?.text).toMatch(
      /^GET \/_ping HTTP\/1.1\r\nHost: docker\r\n.*GET \/_ping HTTP\/1.1\r\nHost: \r\n/s,
    );
  });

  it("goes over a connection that is kept, on both sides", async () => {
    const client = stand.connect();
    for (let times = 1; times <= 3; times += 1) {
      client.send(request("GET /_ping", root));
      await client.hears(new RegExp(`(?:done[^]*){${times}}`));
    }
    expect(stand.engine.heard).toHaveLength(1);
    const other = stand.connect();
    other.send(request("GET /_ping", root, ["Connection: close"]));
    await other.ended();
    expect(other.text()).toContain("Connection: close");
    expect(stand.engine.heard).toHaveLength(1);
  });

  it("has its pass while it is under way, for its own body alone", async () => {
    const shown: boolean[] = [];
    stand.engine.answer = (socket, text) => {
      const pass = /Pass: ([\w-]{43})/.exec(text)?.[1] ?? "";
      const target = "/v1.41/auth-not";
      shown.push(stand.passes.redeem(pass, { method: "POST", target, body: Buffer.from('{"a":1}') }));
      socket.write(ok);
    };
    const client = stand.connect();
    client.send(
      request("POST /v1.41/auth-not", root, ["Content-Type: application/json", "Content-Length: 7"], '{"a":1}'),
    );
    await client.hears("done");
    expect(shown).toEqual([true]);
  });

  it("is refused without an id, or with one that is none, and nothing of it is sent", async () => {
    for (const token of [undefined, "dkid_AAAA", narrow(root, "expires=2001-01-01T00:00:00Z")]) {
      const client = stand.connect();
      client.send(request("GET /_ping", token));
      expect(await client.hears("}")).toMatch(/^HTTP\/1.1 403 Forbidden\r\n[^]*"message":/);
    }
    expect(stand.engine.heard).toEqual([]);
    const lines = await stand.room.lines();
    expect(lines).toMatchObject(Array.from({ length: 3 }, () => ({ door: "gateway", verdict: "refused" })));
  });

  it("is refused while the engine is open", async () => {
    const open = await openStand({ guarded: false });
    const client = open.connect();
    client.send(request("GET /_ping", root));
    expect(await client.hears("}")).toMatch(/403 [^]*not guarded/);
    await open.close();
  });
});

describe("a body", () => {
  it("streams as it comes, framed as it came", async () => {
    stand.engine.answer = (socket, text) => {
      if (text.endsWith("0\r\n\r\n") || text.endsWith("end")) socket.write(ok);
    };
    const client = stand.connect();
    client.send(load("Transfer-Encoding: chunked") + "3\r\nabc\r\n");
    await until("the engine hears it", () => stand.engine.heard[0]?.text.endsWith("3\r\nabc\r\n"));
    client.send("3\r\nend\r\n0\r\n\r\n");
    await client.hears("done");
    expect(stand.engine.heard[0]?.text).toMatch(/Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\nend\r\n0\r\n\r\n$/);
    client.send(load("Content-Length: 6") + "abc");
    client.send("end");
    await client.hears(/done.*done/s);
    expect(stand.engine.heard[0]?.text).toMatch(/Content-Length: 6\r\n\r\nabcend$/);
  });

  it("is asked for only once the request is admitted", async () => {
    const client = stand.connect();
    stand.engine.answer = (socket, text) => void (text.endsWith("abc") && socket.write(ok));
    client.send(load("Content-Length: 3", "Expect: 100-continue"));
    await client.hears("HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    await client.hears("done");
    expect(stand.engine.heard[0]?.text).not.toMatch(/expect/i);

    const stranger = stand.connect();
    const body = ["Content-Type: application/json", "Content-Length: 2", "Expect: 100-continue"];
    stranger.send(request("POST /v1.41/containers/create", "dkid_AAAA", body));
    await stranger.ended();
    expect(stranger.text()).toMatch(/^HTTP\/1.1 403 /);
  });

  it("of a stranger is not waited for", async () => {
    const client = stand.connect();
    client.send(
      request("POST /v1.41/containers/create", undefined, ["Content-Type: application/json", "Content-Length: 999999"]),
    );
    await client.ended();
    expect(client.text()).toMatch(/^HTTP\/1.1 403 /);
  });

  it("that the engine does not wait for ends both connections, after the answer", async () => {
    const client = stand.connect();
    stand.engine.answer = (socket) => void socket.write("HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno");
    client.send(load("Content-Length: 1000") + "abc");
    await client.ended();
    expect(client.text()).toBe("HTTP/1.1 500 Oh\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
    await until("the engine's end", () => stand.engine.heard[0]?.ended);
  });

  it("does not pile up while the engine reads none of it", async () => {
    stand.engine.answer = (socket) => void socket.pause();
    const client = stand.connect();
    client.send(load("Content-Length: 100000000"));
    const piece = Buffer.alloc(256 * 1024, 0x61);
    let sent = 0;
    const write = async (): Promise<boolean> => {
      sent += piece.length;
      if (!client.socket.write(piece)) await nextTurn();
      return client.socket.writableLength > 4 * 1024 * 1024;
    };
    await until("the client is held up", write);
    // What two sockets and two pauses hold
    expect(sent - client.socket.writableLength).toBeLessThan(8 * 1024 * 1024);
  });
});

describe("an answer", () => {
  it("has its head flushed at once", async () => {
    stand.engine.answer = (socket) => void socket.write(chunked);
    const client = stand.connect();
    client.send(request("GET /v1.41/events", root));
    expect(await client.hears("\r\n\r\n")).toBe(chunked);
    stand.engine.heard[0]?.socket.write("3\r\nabc\r\n");
    await client.hears("3\r\nabc\r\n");
    stand.engine.heard[0]?.socket.write("0\r\n\r\n");
    await client.hears("0\r\n\r\n");
    // And the connection goes on
    stand.engine.answer = (socket) => void socket.write(ok);
    client.send(request("GET /_ping", root));
    await client.hears("done");
  });

  it("comes without what concerns the engine's connection", async () => {
    const fields = [
      "Connection: close, X-Gone",
      "X-Gone: 1",
      "Keep-Alive: 5",
      "Api-Version: 1.41",
      "Content-Length: 2",
    ];
    stand.engine.answer = (socket) => void socket.end(`HTTP/1.1 200 OK\r\n${fields.join("\r\n")}\r\n\r\nOK`);
    const client = stand.connect();
    client.send(request("GET /_ping", root));
    expect(await client.hears(/OK$/)).toBe("HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK");
    client.send(request("GET /_ping", root));
    await client.hears(/OK$/s);
    await until("another connection", () => stand.engine.heard.length === 2);
  });

  it.each([
    ["HEAD /_ping", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"],
    ["GET /x", "HTTP/1.1 304 Not Modified\r\nContent-Length: 20\r\n\r\n"],
    ["DELETE /x", "HTTP/1.1 204 No Content\r\n\r\n"],
  ])("to %s has no body", async (line, answer) => {
    stand.engine.answer = (socket) => void socket.write(answer);
    const client = stand.connect();
    client.send(request(line, root));
    await client.hears(answer);
    client.send(request(line, root));
    await client.hears(answer + answer);
    expect(stand.engine.heard).toHaveLength(1);
  });

  it("that ends with its connection ends the client's", async () => {
    stand.engine.answer = (socket) => void socket.end("HTTP/1.1 200 OK\r\n\r\nabc");
    const client = stand.connect();
    client.send(request("GET /x", root));
    await client.ended();
    expect(client.text()).toBe("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
  });

  it("that breaks off is not made whole", async () => {
    stand.engine.answer = (socket) => {
      socket.write(`${chunked}3\r\nabc\r\n`);
      setImmediate(() => socket.destroy());
    };
    const client = stand.connect();
    client.send(request("GET /v1.41/events", root));
    await client.ended();
    expect(client.text()).toBe(`${chunked}3\r\nabc\r\n`);
    expect(client.socket.destroyed || client.socket.readableEnded).toBe(true);
  });

  it("may come after another that only asks to go on", async () => {
    stand.engine.answer = (socket) => void socket.write(`HTTP/1.1 100 Continue\r\n\r\n${ok}`);
    const client = stand.connect();
    client.send(request("GET /_ping", root));
    expect(await client.hears("done")).toMatch(/^HTTP\/1.1 200/);
  });

  it.each([
    "ICY 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "HTTP/1.1 101 Oh\r\n\r\n",
  ])("that is no answer to the request is not passed on: %j", async (answer) => {
    stand.engine.answer = (socket) => void socket.write(answer);
    const client = stand.connect();
    client.send(request("GET /_ping", root));
    await client.ended();
    expect(client.text()).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/);
  });

  it("with more behind it costs the engine's connection", async () => {
    stand.engine.answer = (socket) => void socket.write(`${ok}HTTP/1.1 200 OK\r\n`);
    const client = stand.connect();
    client.send(request("GET /_ping", root));
    expect(await client.hears("done")).toBe(ok);
    await until("its end", () => stand.engine.heard[0]?.ended);
  });
});

describe("an engine that is not there", () => {
  it("is said so, and found again", async () => {
    await stand.engine.stop();
    const client = stand.connect();
    client.send(request("GET /_ping", root));
    await client.ended();
    expect(client.text()).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/);
    await stand.engine.start();
    const again = stand.connect();
    again.send(request("GET /_ping", root));
    await again.hears("done");
  });

  it("that let a kept connection go is asked again for what only reads, and never for what writes", async () => {
    const client = stand.connect();
    client.send(request("GET /_ping", root));
    await client.hears("done");
    // It says nothing, as if it had gone just before
    stand.engine.heard[0]?.socket.removeAllListeners("data");
    stand.engine.heard[0]?.socket.on("data", () => stand.engine.heard[0]?.socket.destroy());
    stand.engine.answer = (socket) => void socket.write(ok);
    client.send(request("GET /_ping", root));
    await client.hears(/done[^]*done/);
    expect(stand.engine.heard).toHaveLength(2);
    stand.engine.answer = (socket) => void socket.destroy();
    client.send(request("POST /v1.41/containers/x/kill", root));
    await client.ended();
    expect(client.text()).toMatch(/HTTP\/1.1 502 /);
    expect(stand.engine.heard).toHaveLength(2);
  });
});

describe("whoever goes", () => {
  it("takes the engine's connection along", async () => {
    stand.engine.answer = (socket) => void socket.write(chunked);
    for (const leave of ["destroy", "end"] as const) {
      const client = stand.connect();
      client.send(request("GET /v1.41/events", root));
      await client.hears(chunked);
      client.socket[leave]();
    }
    await until("both ends", () => stand.engine.heard.filter(({ ended }) => ended).length === 2);
  });

  it("in the middle of a body takes it along", async () => {
    stand.engine.answer = () => undefined;
    const client = stand.connect();
    client.send(load("Content-Length: 1000") + "abc");
    await until("the engine hears it", () => stand.engine.heard[0]?.text.endsWith("abc"));
    client.socket.destroy();
    await until("its end", () => stand.engine.heard[0]?.ended);
  });
});

describe("a connection that turns into another protocol's", () => {
  it.each([
    [
      "101",
      "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
      tcp,
    ],
    ["200", "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n", []],
  ])("speaks raw after the engine's %s, and each half ends by itself", async (_, head, fields) => {
    const body = '{"Detach":false}';
    stand.engine.answer = (socket, text) => {
      if (text.endsWith("}")) socket.write(`${head}hello`);
    };
    const client = stand.connect();
    client.send(
      request(exec, root, [...fields, "Content-Type: application/json", `Content-Length: ${body.length}`], body),
    );
    expect(await client.hears("hello")).toBe(`${head}hello`);
    client.send("GET / HTTP/1.1\r\n\r\n\0raw");
    const [heard] = stand.engine.heard;
    await until("the engine hears it", () => heard?.text.endsWith("\r\n\r\n\0raw"));
    client.socket.end("bye");
    await until("the half's end", () => heard?.ended);
    expect(heard?.text.endsWith("bye")).toBe(true);
    heard?.socket.end("and the rest");
    await client.ended();
    expect(client.text()).toMatch(/helloand the rest$/);
    await until("all of it", () => heard?.closed);
  });

  it("sends what was said too early only then", async () => {
    const client = stand.connect();
    stand.engine.answer = () => undefined;
    client.send(`${request(`POST /v1.41/containers/${mine}/attach?stdin=1&stream=1`, root, tcp)}early`);
    await until("the engine hears", () => stand.engine.heard.length === 1);
    const [heard] = stand.engine.heard;
    await until("it", () => heard?.text.endsWith("\r\n\r\n"));
    heard?.socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    await until("the rest", () => heard?.text.endsWith("\r\n\r\nearly"));
  });

  it("does not, where the engine says no, and what was said too early is no request", async () => {
    const client = stand.connect();
    stand.engine.answer = (socket) => void socket.write("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
    client.send(
      request(`POST /v1.41/containers/${mine}/attach?stdin=1&stream=1`, root, tcp) + request("GET /info", root),
    );
    await client.ended();
    expect(client.text()).toMatch(/^HTTP\/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno$/);
    expect(stand.engine.heard.map(({ text }) => text)).toEqual([expect.not.stringContaining("/info")]);
  });

  it("does not for an answer of the same type elsewhere", async () => {
    const raw = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";
    stand.engine.answer = (socket) => void socket.write(raw);
    const client = stand.connect();
    client.send(request(`GET /v1.41/containers/${mine}/logs?stdout=1`, root));
    await client.hears(/raw-stream\r\nConnection: close\r\n\r\n$/);
    client.send("GET /info HTTP/1.1\r\n\r\n");
    await client.ended();
    expect(stand.engine.heard[0]?.text).not.toContain("/info");
  });

  it("takes the one side along when the other breaks", async () => {
    stand.engine.answer = (socket) => void socket.write("HTTP/1.1 101 UPGRADED\r\n\r\n");
    const attach = request(`POST /v1.41/containers/${mine}/attach?stream=1`, root, tcp);
    const [one, other] = [stand.connect(), stand.connect()];
    one.send(attach);
    await one.hears("UPGRADED");
    stand.engine.heard[0]?.socket.destroy();
    await one.ended();
    other.send(attach);
    await other.hears("UPGRADED");
    other.socket.destroy();
    await until("its end", () => stand.engine.heard[1]?.ended);
  });
});
