import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../room.ts";
import { openStand, request, type Stand } from "./stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
afterAll(() => stand.close());

const id = `X-Docker-Id: ${root}\r\n`;
const start = `POST /v1.41/exec/${"a".repeat(64)}/start`;

describe("what could be read in two ways", () => {
  it.each<[string, string, number]>([
    [
      "a length and a transfer encoding",
      `POST /x HTTP/1.1\r\n${id}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ["two lengths", `POST /x HTTP/1.1\r\n${id}Content-Length: 5\r\nContent-Length: 0\r\n\r\nGET /`, 400],
    ["a list of lengths", `POST /x HTTP/1.1\r\n${id}Content-Length: 5, 5\r\n\r\nhello`, 400],
    [
      "a coding that is not known",
      `POST /x HTTP/1.1\r\n${id}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      501,
    ],
    ["a coding with a tail", `POST /x HTTP/1.1\r\n${id}Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n`, 501],
    ["a folded field", `GET /_ping HTTP/1.1\r\n${id}X-A: b\r\n\tc\r\n\r\n`, 400],
    ["bare line feeds", `GET /_ping HTTP/1.1\n${id.trim()}\n\n\r\n\r\n`, 400],
    ["a bare line feed in a field", `GET /_ping HTTP/1.1\r\n${id}X-A: b\nX-B: c\r\n\r\n`, 400],
    ["a bare carriage return", `GET /_ping HTTP/1.1\r\n${id}X-A: b\rX-B: c\r\n\r\n`, 400],
    ["a space before a colon", `POST /x HTTP/1.1\r\n${id}Content-Length : 5\r\n\r\nhello`, 400],
    ["a name that is no token", `GET /_ping HTTP/1.1\r\n${id}X A: b\r\n\r\n`, 400],
    ["a null", `GET /_ping HTTP/1.1\r\n${id}X-A: \0\r\n\r\n`, 400],
    ["an absolute target", `GET http://docker/_ping HTTP/1.1\r\n${id}\r\n`, 400],
    ["an authority", `CONNECT docker:2375 HTTP/1.1\r\n${id}\r\n`, 400],
    ["two spaces in the first line", `GET  /_ping HTTP/1.1\r\n${id}\r\n`, 400],
    ["HTTP/1.0", `GET /_ping HTTP/1.0\r\n${id}\r\n`, 505],
    ["HTTP/2 by prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
    ["TLS where there is none", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
    ["a body on GET", request("GET /_ping", root, ["Content-Length: 5"], "hello"), 400],
    ["a chunked body on GET", request("GET /_ping", root, ["Transfer-Encoding: chunked"], "0\r\n\r\n"), 400],
    ["a body on HEAD", request("HEAD /_ping", root, ["Content-Length: 5"], "hello"), 400],
    ["a second request behind the first", request("GET /_ping", root) + request("GET /info", root), 400],
    [
      "a second request behind a body that is read",
      request(
        "POST /v1.41/containers/create",
        root,
        ["Content-Type: application/json", "Content-Length: 2"],
        "{}GET / HTTP/1.1\r\n\r\n",
      ),
      400,
    ],
    ["an upgrade of a ping", request("GET /_ping", root, ["Connection: Upgrade", "Upgrade: tcp"]), 400],
    [
      "an upgrade to HTTP/2",
      request("GET /_ping", root, [
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQAAP__",
      ]),
      400,
    ],
    [
      "an upgrade of a create",
      request("POST /v1.41/containers/create", root, ["Connection: Upgrade", "Upgrade: tcp"]),
      400,
    ],
    ["another protocol than the engine's", request(start, root, ["Connection: Upgrade", "Upgrade: h2c"]), 400],
    ["two protocols", request(start, root, ["Connection: Upgrade", "Upgrade: tcp, h2c"]), 400],
    [
      "an upgrade of a target in another spelling",
      request("POST /v1.41/containers/%61/attach", root, ["Connection: Upgrade", "Upgrade: tcp"]),
      400,
    ],
    ["a Connection that takes the id away", request("GET /_ping", root, ["Connection: X-Docker-Id"]), 400],
    ["two ids", request("GET /_ping", root, ["X-Docker-Id: dkid_other"]), 400],
    ["an id and another bearer", request("GET /_ping", root, ["Authorization: Bearer dkid_other"]), 400],
    [
      "two content types",
      request("POST /x", root, ["Content-Type: a/b", "Content-Type: application/json", "Content-Length: 0"]),
      400,
    ],
    ["another expectation", request("POST /x", root, ["Expect: 200-ok", "Content-Length: 1"], "a"), 417],
    [
      "a chunk extension",
      request(
        "POST /v1.41/containers/create",
        root,
        ["Content-Type: application/json", "Transfer-Encoding: chunked"],
        "2;a=b\r\n{}\r\n0\r\n\r\n",
      ),
      400,
    ],
    [
      "a trailer",
      request(
        "POST /v1.41/containers/create",
        root,
        ["Content-Type: application/json", "Transfer-Encoding: chunked"],
        "2\r\n{}\r\n0\r\nX-Docker-Id-Pass: x\r\n\r\n",
      ),
      400,
    ],
    [
      "a chunk that is longer than it says",
      request(
        "POST /v1.41/containers/create",
        root,
        ["Content-Type: application/json", "Transfer-Encoding: chunked"],
        "2\r\n{}}\r\n0\r\n\r\n",
      ),
      400,
    ],
    ["a head that is too large", `GET /_ping HTTP/1.1\r\n${id}X-A: ${"b".repeat(200_000)}\r\n\r\n`, 431],
    ["too many fields", `GET /_ping HTTP/1.1\r\n${id}${"X-A: b\r\n".repeat(200)}\r\n`, 431],
    [
      "a body that is too large to be read",
      request("POST /v1.41/containers/create", root, ["Content-Type: application/json", "Content-Length: 5000000"]),
      413,
    ],
  ])("is refused, and the connection closed: %s", async (_, bytes, status) => {
    const before = stand.engine.heard.length;
    const answer = await stand.say(Buffer.from(bytes, "latin1"));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain("Connection: close");
    expect(answer.split(/HTTP\/1\.1 \d/)).toHaveLength(2);
    expect(stand.engine.heard.length).toBe(before);
  });
});

describe("while an answer is due", () => {
  it("a second request ends the connection, and the engine's with it", async () => {
    const client = stand.connect();
    const before = stand.engine.heard.length;
    stand.engine.answer = (socket) =>
      void socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    client.send(request("GET /v1.41/events", root));
    await client.hears("a\r\n");
    client.send(request("GET /info", root));
    await client.ended();
    expect(client.text().split(/HTTP\/1\.1 \d/)).toHaveLength(2);
    expect(stand.engine.heard.slice(before).map(({ text }) => text)).toEqual([
      expect.stringContaining("GET /v1.41/events "),
    ]);
  });

  it("bytes behind a streamed body are no request", async () => {
    const client = stand.connect();
    const before = stand.engine.heard.length;
    stand.engine.answer = () => undefined;
    client.send(
      request(
        "POST /v1.41/images/load",
        root,
        ["Content-Type: application/x-tar", "Content-Length: 3"],
        "tarGET /info HTTP/1.1\r\n\r\n",
      ),
    );
    await client.ended();
    const heard = stand.engine.heard.slice(before).map(({ text }) => text);
    // Not even the end of the first
    expect(heard.join("")).not.toMatch(/tar|info/);
  });
});
