import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { explainRequest, readFromEngine } from "../../src/client/explain.ts";
import { findEndpoint } from "../../src/docker-cli/endpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-id-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "some.sock");
const verifier = { path, name: `unix://${path}` };
const engine = findEndpoint({ host: `unix://${path}`, raw: [] }, {});

/** Whatever stands where a verifier or an engine should. */
async function against<T>(answer: RequestListener, ask: () => Promise<T>): Promise<T> {
  const server = createServer(answer).listen(path);
  await once(server, "listening");
  try {
    return await ask();
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function explainInfo() {
  return explainRequest(verifier, "dkid_x", { method: "GET", target: "/info" });
}

const echo: RequestListener = (request, response) => {
  response.writeHead(404, { "api-version": "1.41", "set-cookie": "x", "content-type": "application/json" });
  response.end(`{"id":"${String(request.headers["x-docker-id"])}","url":"${request.url}"}`);
};
const large: RequestListener = (_, response) => response.end(Buffer.alloc(17 * 1024 * 1024));
const half: RequestListener = (_, response) => {
  response.writeHead(200, { "content-length": "100" });
  response.write("{", () => response.destroy());
};

describe("asking what would become of a request", () => {
  it("goes to the verifier with the id that asks", async () => {
    const seen: unknown[] = [];
    const explanation = { verdict: "allowed", reasons: [] };
    const answer: RequestListener = (request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        seen.push(request.method, request.url, request.headers.authorization, JSON.parse(body));
        response.end(JSON.stringify(explanation));
      });
    };
    expect(await against(answer, explainInfo)).toEqual(explanation);
    expect(seen).toEqual(["POST", "/v1/explain", "Bearer dkid_x", { method: "GET", target: "/info" }]);
  });

  it.each(["{}", "null", "<html>", '{"verdict":"perhaps"}'])("takes %s for no answer", async (body) => {
    await expect(against((_, response) => response.end(body), explainInfo)).rejects.toMatchObject({ code: "failed" });
  });
});

describe("reading from the engine", () => {
  it("is done with the id, and keeps what docker goes by", async () => {
    const got = await against(echo, () => readFromEngine(engine, "GET", "/v1.41/x%2Fy?a=%20", "dkid_x"));
    expect({ ...got, body: got.body.toString() }).toEqual({
      status: 404,
      headers: { "api-version": "1.41", "content-type": "application/json" },
      body: '{"id":"dkid_x","url":"/v1.41/x%2Fy?a=%20"}',
    });
  });

  it("fails over an answer that is too large, or not whole", async () => {
    for (const answer of [large, half]) {
      const got = against(answer, () => readFromEngine(engine, "GET", "/info", "dkid_x"));
      await expect(got).rejects.toMatchObject({ code: "no_engine" });
    }
  });
});
