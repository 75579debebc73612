import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { passHeader } from "../../../src/protocol/headers.ts";
import { createEngine } from "../../../src/server/engine/engine.ts";
import type { Engine } from "../../../src/server/engine/engine.ts";
import { createPasses } from "../../../src/server/engine/passes.ts";
import type { Passes } from "../../../src/server/engine/passes.ts";

const json = (status: number, value: unknown) => (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
};

const redeem = (passes: Passes, { method = "", url = "", headers }: IncomingMessage): boolean =>
  passes.redeem(String(headers[passHeader.toLowerCase()]), { method, target: url });

/** An engine that answers as each test says: what a real one does only when it is ill. */
describe("asking an engine", () => {
  let folder: string;
  let server: Server;
  let engine: Engine;
  let passes: Passes;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let asked: IncomingMessage[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "docker-id-engine-"));
    const path = join(folder, "docker.sock");
    asked = [];
    server = createServer((request, response) => {
      asked.push(request);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    passes = createPasses({ clock: () => new Date(), random: randomBytes });
    engine = createEngine({ dockerHost: `unix://${path}`, passes, timeoutMs: 400 });
  });
  afterEach(async () => {
    engine.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const info = { ID: "ABCD", Name: "host", ServerVersion: "1.2", Plugins: { Authorization: ["docker-id"] } };

  it("remembers where its data is, if that is a path", async () => {
    expect(engine.dataRoot()).toBeUndefined();
    for (const [DockerRootDir, expected] of [
      ["docker", undefined],
      ["/srv/docker", "/srv/docker"],
      [7, "/srv/docker"],
    ]) {
      answer = json(200, { ...info, DockerRootDir });
      await engine.identity();
      expect(engine.dataRoot()).toBe(expected);
    }
  });

  it("gives its lists as they are, or fails", async () => {
    answer = (request, response) => json(redeem(passes, request) ? 200 : 403, [{ Id: "42" }])(request, response);
    expect(await engine.list("container", ["a=b"])).toEqual([{ Id: "42" }]);
    expect(asked[0]?.url).toBe(`/containers/json?all=1&filters=${encodeURIComponent('{"label":["a=b"]}')}`);
    answer = json(500, { message: "no" });
    await expect(engine.list("volume", [])).rejects.toMatchObject({ code: "no_engine" });
    answer = (_, response) => response.end("no JSON");
    await expect(engine.list("network", [])).rejects.toMatchObject({ code: "no_engine" });
  });

  it("gives what it says, with a pass of its own for every question, that ends with it", async () => {
    const redeemed: boolean[] = [];
    answer = (request, response) => {
      redeemed.push(redeem(passes, request), redeem(passes, request));
      json(200, { Id: "42" })(request, response);
    };
    expect(await engine.inspect("container", "web")).toEqual({ Id: "42" });
    answer = json(200, { Id: "43" });
    expect(await engine.inspect("image", "a/b:c")).toEqual({ Id: "43" });
    expect(asked.map(({ method, url }) => [method, url])).toEqual([
      ["GET", "/containers/web/json"],
      ["GET", "/images/a/b%3Ac/json"],
    ]);
    expect([...redeemed, ...asked.map((each) => redeem(passes, each))]).toEqual([true, false, false, false]);
  });

  it("knows no such thing only when the engine says so", async () => {
    answer = json(404, { message: "No such container: web" });
    expect(await engine.inspect("container", "web")).toBeUndefined();
  });

  const ill: [string, (request: IncomingMessage, response: ServerResponse) => void][] = [
    ["a route it does not have", json(404, { message: "page not found" })],
    ["a 404 without a word", (_request, response) => response.writeHead(404).end()],
    ["a refusal", json(403, { message: "authorization denied by plugin" })],
    ["an ambiguous name", json(400, { message: "multiple IDs found with provided prefix" })],
    ["a failure", json(500, { message: "no" })],
    ["a redirect", (_request, response) => response.writeHead(301, { location: "/x" }).end()],
    ["no content", (_request, response) => response.writeHead(204).end()],
    ["a list", json(200, [1])],
    ["null", json(200, null)],
    ["half of its JSON", (_request, response) => response.end('{"Id":')],
    ["no JSON", (_request, response) => response.end("OK")],
    [
      "half of its answer",
      (_request, response) => {
        response.writeHead(200, { "content-length": "100" }).write("{}");
        setTimeout(() => response.destroy(), 20);
      },
    ],
    ["a closed connection", (request) => request.socket.destroy()],
    ["another protocol", (request) => request.socket.end("SSH-2.0\r\n\r\n")],
    ["silence", () => {}],
    [
      "a trickle",
      (_request, response) => {
        const drip = setInterval(() => response.write(" "), 50);
        response.on("close", () => clearInterval(drip));
      },
    ],
    [
      "too much",
      (_request, response) => {
        const pour = (): void => {
          while (response.write(Buffer.alloc(1 << 20, " ")));
          response.once("drain", pour);
        };
        pour();
      },
    ],
  ];
  it.each(ill)("takes for no answer: %s", async (_what, act) => {
    answer = act;
    await expect(engine.inspect("container", "web")).rejects.toMatchObject({ code: "no_engine" });
    await expect(engine.identity()).rejects.toMatchObject({ code: "no_engine" });
    await expect(engine.asks()).rejects.toMatchObject({ code: "no_engine" });
    expect(await engine.reachable()).toBe(false);
    expect(engine.known()).toBeUndefined();
  });

  it("asks nothing for what cannot be a name", async () => {
    await expect(engine.inspect("container", "../info")).rejects.toMatchObject({ code: "misuse" });
    expect(asked).toEqual([]);
  });

  it("asks again with a new pass when the engine closed the connection that was kept", async () => {
    answer = json(200, { Id: "1" });
    await engine.inspect("container", "web");
    server.closeIdleConnections();
    let dropped = 0;
    answer = (request, response) => {
      // a kept connection that dies under the question, as when the engine restarts
      if (dropped === 0 && asked[0]?.socket === request.socket) {
        dropped += 1;
        request.socket.destroy();
      } else json(200, { Id: "2" })(request, response);
    };
    expect(await engine.inspect("container", "web")).toEqual({ Id: "2" });
  });

  it("tells who it is and whether it asks us, and remembers who it was", async () => {
    answer = json(200, info);
    expect(engine.known()).toBeUndefined();
    const [identity, asks] = await Promise.all([engine.identity(), engine.asks()]);
    expect([identity, asks]).toEqual([{ id: "ABCD", name: "host", version: "1.2" }, false]);
    expect(asked).toHaveLength(1);
    answer = json(500, {});
    expect(await engine.reachable()).toBe(false);
    expect(engine.known()).toEqual(identity);
    answer = (request, response) => {
      passes.redeem(String(request.headers[passHeader.toLowerCase()]), { method: "GET", target: "/info" });
      json(200, info)(request, response);
    };
    expect(await engine.asks()).toBe(true);
    expect(await engine.reachable()).toBe(true);
  });

  it.each(["tcp://127.0.0.1:2375", "unix://", "unix://relative", "ssh://host", "/var/run/docker.sock", ""])(
    "needs a unix socket, not %j",
    (dockerHost) => {
      expect(() => createEngine({ dockerHost, passes, timeoutMs: 100 })).toThrow("unix socket only");
    },
  );

  it("says that there is none where there is no socket", async () => {
    const none = createEngine({ dockerHost: `unix://${folder}/none.sock`, passes, timeoutMs: 1000 });
    await expect(none.identity()).rejects.toMatchObject({ code: "no_engine", message: /none\.sock/ });
    none.close();
  });
});
