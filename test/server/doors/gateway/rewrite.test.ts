import { afterEach, describe, expect, it } from "vitest";
import type { AnswerPlan, PlanForward, RewriteJson } from "../../../../src/server/doors/gateway/world/plan-types.ts";
import { until } from "../../../support/until.ts";
import { root } from "../../room.ts";
import { openStand, request, type Stand } from "./stand.ts";

const stands: Stand[] = [];
afterEach(async () => {
  for (const stand of stands.splice(0)) await stand.close();
});

async function open(answer: AnswerPlan, refusal?: RewriteJson): Promise<Stand> {
  const plan: PlanForward = async ({ request: { method, target } }) => ({
    method,
    target,
    setHeaders: { "x-set": "ours" },
    dropHeaders: ["x-dropped"],
    answer,
    ...(refusal && { refusal }),
  });
  const stand = await openStand({ plan });
  stands.push(stand);
  return stand;
}

const withLength = (body: string, status = "200 OK", ...more: string[]): string =>
  [`HTTP/1.1 ${status}`, "Api-Version: 1.41", `Content-Length: ${body.length}`, ...more, "", body].join("\r\n");

describe("an answer that is read first", () => {
  const odd = { kind: "json", rewrite: async (value: unknown) => ({ json: [value, "seen"] }) } as const;

  it("is what is made of it, with a length of its own", async () => {
    const stand = await open(odd);
    stand.engine.answer = (socket) => void socket.write(withLength('{"a":1}'));
    const client = stand.connect();
    client.send(request("GET /x", root, ["Accept-Encoding: gzip", "X-Dropped: a", "X-Set: theirs"]));
    const text = await client.hears("\n");
    expect(text).toBe(withLength('[{"a":1},"seen"]\n'));
    expect(stand.engine.heard[0]?.text).toMatch(/x-set: ours/);
    expect(stand.engine.heard[0]?.text).not.toMatch(/accept-encoding|x-dropped|theirs/i);
    client.send(request("GET /x", root));
    await client.hears(/seen[^]*seen/);
  });

  it("may come in chunks, and keeps numbers that are too long for us", async () => {
    const stand = await open(odd);
    const body = '{"n":1700000000123456789,"f":0.1234567890123456789,"s":"1700000000123456789"}';
    stand.engine.answer = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n${body.slice(0, 4)}\r\n`);
      setImmediate(() => socket.write(`${(body.length - 4).toString(16)}\r\n${body.slice(4)}\r\n0\r\n\r\n`));
    };
    const client = stand.connect();
    client.send(request("GET /x", root));
    expect(await client.hears("seen")).toContain(
      '[{"n":1700000000123456789,"f":0.12345678901234568,"s":"1700000000123456789"},"seen"]',
    );
  });

  it.each(["403 Forbidden", "409 Conflict"])("may be a refusal, which is told in other words: %s", async (status) => {
    const stand = await open("whole", { kind: "json", rewrite: async () => ({ json: { message: "no" } }) });
    stand.engine.answer = (socket) => void socket.write(withLength('{"message":"secret"}', status));
    const client = stand.connect();
    client.send(request("GET /x", root));
    expect(await client.hears("\n")).toContain(withLength('{"message":"no"}\n', status));
    expect(stand.engine.heard[0]?.text).not.toMatch(/accept-encoding/i);
    stand.engine.answer = (socket) => void socket.write(withLength('{"message":"as it is"}', "404 Not Found"));
    client.send(request("GET /x", root));
    await client.hears("as it is");
  });

  it("may become another", async () => {
    const stand = await open({ kind: "json", rewrite: async () => ({ status: 404, json: { message: "none such" } }) });
    stand.engine.answer = (socket) => void socket.write(withLength("{}"));
    const client = stand.connect();
    client.send(request("GET /x", root));
    expect(await client.hears("}")).toMatch(/^HTTP\/1.1 404 Not Found\r\n[^]*\{"message":"none such"\}/);
  });

  it.each([
    ["no JSON", withLength("{")],
    ["packed", withLength("{}", "200 OK", "Content-Encoding: gzip")],
  ])("is not passed on when it is %s", async (_, answer) => {
    const stand = await open(odd);
    stand.engine.answer = (socket) => void socket.write(answer);
    const client = stand.connect();
    client.send(request("GET /x", root));
    expect(await client.hears("}")).toMatch(/^HTTP\/1.1 502 /);
  });

  it("is nothing when what is to be made of it fails", async () => {
    const stand = await open({ kind: "json", rewrite: () => Promise.reject(new Error("oh")) });
    stand.engine.answer = (socket) => void socket.write(withLength('{"secret":1}'));
    const client = stand.connect();
    client.send(request("GET /x", root));
    await client.ended();
    expect(client.text()).not.toContain("secret");
  });

  it("is passed on as it is when it is a no", async () => {
    const stand = await open(odd);
    const no = withLength('{"message":"no"}', "409 Conflict");
    stand.engine.answer = (socket) => void socket.write(no);
    const client = stand.connect();
    client.send(request("GET /x", root));
    expect(await client.hears("}")).toBe(no);
  });

  it("is not made whole when it breaks off", async () => {
    const stand = await open(odd);
    stand.engine.answer = (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":1}');
    const client = stand.connect();
    client.send(request("GET /x", root));
    await client.ended();
    expect(client.text()).not.toMatch(/^HTTP\/1.1 200/);
  });
});

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

describe("lines that are judged one by one", () => {
  const even = {
    kind: "lines",
    keep: async (value: unknown) => ((value as { n: number }).n % 2 === 0 ? value : undefined),
  } as const;
  const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

  it("go out as they come, and the others do not", async () => {
    const stand = await open(even);
    stand.engine.answer = (socket) => void socket.write(head);
    const client = stand.connect();
    client.send(request("GET /v1.41/events", root));
    expect(await client.hears("\r\n\r\n")).toBe(head);
    const engine = stand.engine.heard[0]?.socket;
    engine?.write(chunk('{"n":1,"t":1700000000123456789}\n{"n":2,"t":1700000000123456789}\n{"n"'));
    await client.hears(chunk('{"n":2,"t":1700000000123456789}\n'));
    engine?.write(chunk(":4}\n"));
    await client.hears(chunk('{"n":4}\n'));
    engine?.write(`${chunk('\u001E{"n":5}\n\u001E{"n":6}\n')}${chunk('{"n":8}')}0\r\n\r\n`);
    const text = await client.hears("0\r\n\r\n");
    expect(text.slice(head.length)).not.toMatch(/"n":[135]/);
    expect(text).toContain(chunk('\u001E{"n":6}\n') + chunk('{"n":8}\n'));
    client.send(request("GET /v1.41/events", root));
    await client.hears(new RegExp(`${head}[^]*HTTP/1.1 200`));
  });

  it.each([
    ["cannot be read", chunk("oh\n")],
    ["never end", chunk("x".repeat(2 * 1024 * 1024))],
  ])("end the answer, unfinished, when they %s", async (_, bytes) => {
    const stand = await open(even);
    stand.engine.answer = (socket) => void socket.write(head + chunk('{"n":2}\n') + bytes);
    const client = stand.connect();
    client.send(request("GET /v1.41/events", root));
    await client.ended();
    expect(client.text()).not.toContain("0\r\n\r\n");
    await until("the engine's end", () => stand.engine.heard[0]?.ended);
  });

  it("do not pile up for a client that reads none", async () => {
    const stand = await open(even);
    const line = chunk(`{"n":2,"x":"${"x".repeat(60_000)}"}\n`);
    let sent = 0;
    stand.engine.answer = (socket) => {
      socket.write(head);
      const more = (): void => {
        while (!socket.destroyed && socket.write(line)) sent += line.length;
        sent += line.length;
        if (!socket.destroyed && sent < 200_000_000) socket.once("drain", more);
      };
      more();
    };
    const client = stand.connect();
    client.send(request("GET /v1.41/events", root));
    await client.hears("chunked");
    client.socket.pause();
    let before = -1;
    await until("nothing more flows", async () => {
      const same = before === sent;
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return same && before === sent;
    });
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });
});
