import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Server as SocketServer } from "node:net";
import { afterEach, expect, it } from "vitest";
import { ask } from "../../src/registry-doctor/ask.ts";
import { freePort } from "../support/free-port.ts";

const servers: (Server | SocketServer)[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
const clock = () => new Date(0);

async function listen(server: Server | SocketServer): Promise<URL> {
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}
const serve = (listener: RequestListener) => listen(createServer(listener));

it("gives what is answered, and follows nothing", async () => {
  const url = await serve((request, response) => {
    response.writeHead(307, { location: "http://127.0.0.1:1/", "x-a": request.headers["x-b"] }).end("there");
  });
  expect(await ask({ url, headers: { "x-b": "c" } }, clock)).toMatchObject({
    status: 307,
    headers: { "x-a": "c" },
    text: "there",
    at: new Date(0),
  });
});

it("posts what it is given", async () => {
  const url = await serve((request, response) => void request.pipe(response));
  expect(await ask({ url, method: "POST", body: "hello" }, clock)).toMatchObject({ status: 200, text: "hello" });
});

it("reads no more than the beginning of what does not end", async () => {
  const url = await serve((_, response) => {
    const more = (): void => {
      while (response.write("x".repeat(64 * 1024)));
      response.once("drain", more);
    };
    more();
  });
  const answer = await ask({ url }, clock);
  expect("text" in answer && answer.text.length).toBeLessThan(1024 * 1024);
});

it.each([
  ["does not listen", () => new URL(`http://127.0.0.1:${freePort()}/`), "refused"],
  ["does not answer in time", () => serve(() => undefined), "no answer in time"],
  ["has a name", () => new URL("http://registry.invalid/"), "unknown name"],
  [
    "does not answer in time",
    () => serve((_, response) => void setInterval(() => response.write("."), 100)),
    "no answer in time",
  ],
  ["breaks off", () => serve((request) => request.socket.resetAndDestroy()), "no http"],
  [
    "does not answer as a web server",
    () => listen(createSocketServer((socket) => socket.end("SSH-2.0\r\n"))),
    "no http",
  ],
] as const)("says that something %s", async (said, where, silence) => {
  const answer = await ask({ url: await where(), timeoutMs: 500 }, clock);
  expect(answer).toMatchObject({ silence, said: expect.stringContaining(said) });
});

it("says that plain http is no TLS", async () => {
  const url = await serve((_, response) => response.end());
  expect(await ask({ url: new URL(url.href.replace("http:", "https:")) }, clock)).toMatchObject({ silence: "no http" });
});
