import { once } from "node:events";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { openScene, type Played, type Scene, token } from "./upstream.ts";

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const head = /\r\n\r\n/;
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

/** How much comes until the end. */
async function count(from: Socket, slow: boolean): Promise<number> {
  let bytes = 0;
  for await (const chunk of from as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (slow) await new Promise(setImmediate);
  }
  return bytes;
}

describe("a request's head", () => {
  it("goes on with the id, and otherwise as it came", async () => {
    const client = await scene.client();
    const fields = "Host: \r\nX-Docker-Expose-Session-Name: a\r\nX-Docker-Expose-Session-Name: b\r\nx-UPPER: c";
    client.socket.write(`GET /v1.41/images/json?all=1&filters=%7B%7D HTTP/1.1\r\n${fields}\r\n\r\n`);
    const upstream = await scene.upstream();
    expect(await upstream.until(head)).toBe(
      `GET /v1.41/images/json?all=1&filters=%7B%7D HTTP/1.1\r\n${fields}\r\nX-Docker-Id: ${token}\r\n\r\n`,
    );
    upstream.socket.write(ok);
    expect(await client.until(/OK$/)).toBe(ok);
  });

  it("loses every id that the client sends", async () => {
    const client = await scene.client();
    client.socket.write(
      "GET / HTTP/1.1\r\nHost: d\r\nX-Docker-Id: dkid_other\r\nx-docker-id: dkid_more\r\nX-DOCKER-ID:\r\n\r\n",
    );
    const upstream = await scene.upstream();
    expect(await upstream.until(head)).toBe(`GET / HTTP/1.1\r\nHost: d\r\nX-Docker-Id: ${token}\r\n\r\n`);
  });

  it("may come byte by byte", async () => {
    const client = await scene.client();
    for (const byte of "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n") {
      client.socket.write(byte);
      await new Promise(setImmediate);
    }
    expect(await (await scene.upstream()).until(head)).toContain(`X-Docker-Id: ${token}\r\n`);
  });

  it.each([
    ["GET / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nX-A: 1\nX-Docker-Id: dkid_other\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nX-Docker-Id : dkid_other\r\n\r\n", 400],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
    ["\x16\x03\x01\x02\x00", 400],
  ])("%j is told no, and nothing of it reaches the engine", async (bytes, status) => {
    const client = await scene.client();
    client.socket.write(bytes);
    expect(await client.rest()).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*"message":"docker-id: `));
    expect(scene.connections()).toBe(0);
  });
});

describe("a connection", () => {
  it("carries one request after the other, each under the id, over one connection to the engine", async () => {
    const client = await scene.client();
    let upstream: Played | undefined;
    for (const target of ["/one", "/two", "/three"]) {
      client.socket.write(`GET ${target} HTTP/1.1\r\nHost: d\r\n\r\n`);
      upstream ??= await scene.upstream();
      expect(await upstream.until(head)).toMatch(new RegExp(`^GET ${target} [^]*X-Docker-Id: ${token}`));
      upstream.socket.write(ok);
      expect(await client.until(/OK$/)).toBe(ok);
    }
    expect(scene.connections()).toBe(1);
  });

  it("answers requests that came too early, in their order", async () => {
    const client = await scene.client();
    client.socket.write(
      "GET /1 HTTP/1.1\r\nHost: d\r\n\r\nPOST /2 HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\n\r\nabc",
    );
    const upstream = await scene.upstream();
    expect(await upstream.until(head)).toContain("GET /1");
    upstream.socket.write("HTTP/1.1 204 No Content\r\n\r\n");
    expect(await upstream.until(/abc$/)).toContain(`X-Docker-Id: ${token}\r\n\r\nabc`);
    upstream.socket.write(ok);
    expect(await client.until(/OK$/)).toBe(`HTTP/1.1 204 No Content\r\n\r\n${ok}`);
  });

  it.each([
    ["HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"],
    ["GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n"],
    ["POST", "HTTP/1.1 204 No Content\r\n\r\n"],
    ["GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n"],
    ["GET", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"],
  ])("knows where the answer to %s ends: %j", async (method, answer) => {
    const client = await scene.client();
    client.socket.write(`${method} /1 HTTP/1.1\r\nHost: d\r\n\r\n`);
    const upstream = await scene.upstream();
    await upstream.until(head);
    for (const byte of answer) upstream.socket.write(byte);
    client.socket.write("GET /2 HTTP/1.1\r\nHost: d\r\nX-Docker-Id: dkid_other\r\n\r\n");
    expect(await upstream.until(head)).toBe(`GET /2 HTTP/1.1\r\nHost: d\r\nX-Docker-Id: ${token}\r\n\r\n`);
    upstream.socket.write(ok);
    expect(await client.until(/OK$/)).toBe(answer + ok);
  });

  it("takes the engine's connection with it when the client goes", async () => {
    const client = await scene.client();
    client.socket.write("GET /events HTTP/1.1\r\nHost: d\r\n\r\n");
    const upstream = await scene.upstream();
    await upstream.until(head);
    client.socket.destroy();
    await upstream.rest();
  });

  it("ends when the engine ends it, after all that was said", async () => {
    const client = await scene.client();
    client.socket.write("GET / HTTP/1.1\r\nHost: d\r\n\r\n");
    const upstream = await scene.upstream();
    await upstream.until(head);
    upstream.socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${"x".repeat(300_000)}`);
    expect((await client.rest()).length).toBeGreaterThan(300_000);
  });
});

describe("a body", () => {
  it("passes as it is framed, whatever it looks like", async () => {
    const inner = "GET / HTTP/1.1\r\nX-Docker-Id: dkid_inner\r\n\r\n";
    const client = await scene.client();
    client.socket.write(`POST /1 HTTP/1.1\r\nHost: d\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`);
    const upstream = await scene.upstream();
    await upstream.until(head);
    expect(await upstream.until(/inner\r\n\r\n$/)).toBe(inner);
    upstream.socket.write(ok);
    await client.until(/OK$/);
    const chunked = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\nX-Docker-Id: dkid_trailer\r\n\r\n`;
    client.socket.write(`POST /2 HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`);
    await upstream.until(head);
    expect(await upstream.until(/trailer\r\n\r\n$/)).toBe(chunked);
  });

  it("is sent only once the engine says 100 Continue, where the client waits for that", async () => {
    const client = await scene.client();
    client.socket.write("POST / HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    const upstream = await scene.upstream();
    expect(await upstream.until(head)).toContain("Expect: 100-continue");
    upstream.socket.write("HTTP/1.1 100 Continue\r\n\r\n");
    expect(await client.until(head)).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    client.socket.write("body");
    expect(await upstream.until(/body$/)).toBe("body");
    upstream.socket.write(ok);
    await client.until(/OK$/);
  });

  it("may still come when the answer is there", async () => {
    const client = await scene.client();
    client.socket.write("POST /1 HTTP/1.1\r\nHost: d\r\nContent-Length: 8\r\n\r\nhalf");
    const upstream = await scene.upstream();
    await upstream.until(/half$/);
    upstream.socket.write(ok);
    await client.until(/OK$/);
    client.socket.write("restGET /2 HTTP/1.1\r\nHost: d\r\n\r\n");
    expect(await upstream.until(/GET \/2[^]*\r\n\r\n$/)).toBe(
      `restGET /2 HTTP/1.1\r\nHost: d\r\nX-Docker-Id: ${token}\r\n\r\n`,
    );
  });
});

describe("a connection that the engine takes over", () => {
  const upgrade =
    "POST /containers/c/attach?stdin=1 HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
  const taken = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
  const noise = "GET / HTTP/1.1\r\nX-Docker-Id: dkid_inner\r\n\r\n";

  it("is bytes both ways from then on, and each side ends by itself", async () => {
    const client = await scene.client();
    client.socket.write(upgrade);
    const upstream = await scene.upstream();
    expect(await upstream.until(head)).toMatch(/Connection: Upgrade\r\nUpgrade: tcp\r\nX-Docker-Id/);
    upstream.socket.write(`${taken}early`);
    expect(await client.until(/early$/)).toBe(`${taken}early`);
    client.socket.write(noise);
    expect(await upstream.until(head)).toBe(noise);
    client.socket.end("last of stdin");
    expect(await upstream.rest()).toBe("last of stdin");
    upstream.socket.end("last of stdout");
    expect(await client.rest()).toBe("last of stdout");
  });

  it("may end on the engine's side first", async () => {
    const client = await scene.client();
    client.socket.write(upgrade);
    const upstream = await scene.upstream();
    await upstream.until(head);
    upstream.socket.end(`${taken}all`);
    expect(await client.rest()).toBe(`${taken}all`);
    client.socket.end("still to come");
    expect(await upstream.rest()).toBe("still to come");
  });

  it("may be one that answers 200 without a length, and what the client sent too early follows", async () => {
    const client = await scene.client();
    const request = "POST /exec/e/start HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}";
    client.socket.end(`${request}${noise}`);
    const upstream = await scene.upstream();
    expect(await upstream.until(/\{\}$/)).not.toContain("inner");
    upstream.socket.write("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n");
    expect(await upstream.rest()).toBe(noise);
    upstream.socket.end("out");
    expect(await client.rest()).toMatch(/\r\n\r\nout$/);
  });

  it("stays one of requests when the engine does not want to", async () => {
    const client = await scene.client();
    client.socket.write(upgrade);
    const upstream = await scene.upstream();
    await upstream.until(head);
    upstream.socket.write("HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nno");
    await client.until(/no$/);
    client.socket.write(noise);
    expect(await upstream.until(head)).toBe(`GET / HTTP/1.1\r\nX-Docker-Id: ${token}\r\n\r\n`);
  });

  it("carries much both ways, at the pace of whoever reads", async () => {
    const block = Buffer.alloc(1024 * 1024, "x");
    const blocks = 24;
    const client = await scene.client();
    client.socket.write(upgrade);
    const upstream = await scene.upstream();
    await upstream.until(head);
    client.socket.removeAllListeners("data");
    upstream.socket.removeAllListeners("data");
    upstream.socket.write(taken);
    const send = async (to: Socket) => {
      for (let each = 0; each < blocks; each++) if (!to.write(block)) await once(to, "drain");
      to.end();
    };
    const [there, back] = await Promise.all([
      count(upstream.socket, true),
      count(client.socket, false),
      send(client.socket),
      send(upstream.socket),
    ]);
    expect(there).toBe(blocks * block.length);
    expect(back).toBe(blocks * block.length + taken.length);
  });
});

describe("where there is nothing to forward to, or with", () => {
  it("a missing engine is told of as docker tells of an engine's errors, and named", async () => {
    await scene.stopEngine();
    for (const method of ["HEAD", "POST"]) {
      const client = await scene.client();
      client.socket.write(`${method} /x HTTP/1.1\r\nHost: d\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(100_000)}`);
      const answer = await client.rest();
      expect(answer).toMatch(/^HTTP\/1.1 502 /);
      expect(answer.includes("engine.sock does not answer")).toBe(method === "POST");
    }
  });

  it("an engine that breaks off before it answered is told of, and one that does so later is cut off", async () => {
    const early = await scene.client();
    early.socket.write("GET / HTTP/1.1\r\nHost: d\r\n\r\n");
    const first = await scene.upstream();
    await first.until(head);
    first.socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n");
    expect(await early.rest()).toMatch(/^HTTP\/1.1 502 /);
    const late = await scene.client();
    late.socket.write("GET / HTTP/1.1\r\nHost: d\r\n\r\n");
    const second = await scene.upstream();
    await second.until(head);
    second.socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    expect(await late.rest()).toMatch(/\r\n\r\nhalf$/);
  });

  it("an id that is missing is told of, and nothing reaches the engine", async () => {
    const other = await openScene(() => Promise.reject(new Failure("no_id", "no id is kept", { hint: "set one" })));
    const client = await other.client();
    client.socket.write("GET / HTTP/1.1\r\nHost: d\r\n\r\n");
    expect(await client.rest()).toMatch(/^HTTP\/1.1 403 [^]*"docker-id: no id is kept: set one"/);
    expect(other.connections()).toBe(0);
    await other.close();
  });
});
