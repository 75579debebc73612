import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readAudit, readStatus } from "../../src/client/admin.ts";
import { askVerifier } from "../../src/client/ask-verifier.ts";
import { findVerifier } from "../../src/client/find-verifier.ts";
import { Failure } from "../../src/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-id-"));
afterAll(() => rmSync(folder, { recursive: true }));
const address = (name: string) => ({ path: join(folder, name), name: `unix://${join(folder, name)}` });

/** Whatever stands where a verifier should. */
async function against<T>(
  answer: RequestListener,
  ask: (verifier: ReturnType<typeof address>) => Promise<T>,
): Promise<T> {
  const server = createServer(answer).listen(join(folder, "admin.sock"));
  await once(server, "listening");
  try {
    return await ask(address("admin.sock"));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
const failureOf = async (asked: Promise<unknown>): Promise<Failure> => {
  const failure = await asked.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  return failure as Failure;
};
const status = { method: "GET", path: "/status" } as const;

const ask = (verifier: ReturnType<typeof address>) => failureOf(askVerifier(verifier, status));
const halfway: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-length": "100" });
  response.write("{", () => response.destroy());
};
const somethingElse: RequestListener = (_request, response) => response.end("<html>");
const answering =
  (code: number, body: string): RequestListener =>
  (_request, response) => {
    response.writeHead(code, { "content-type": "application/json" }).end(body);
  };

describe("no verifier", () => {
  it("where no socket is, or one that nobody listens at", async () => {
    const failure = await failureOf(askVerifier(address("none.sock"), status));
    expect(failure).toMatchObject({
      code: "no_verifier",
      message: expect.stringMatching(/no verifier listens at unix:/),
    });
    expect(failure.hint).toMatch(/docker-id serve/);
    writeFileSync(join(folder, "file.sock"), "");
    expect(await failureOf(askVerifier(address("file.sock"), status))).toMatchObject({ code: "no_verifier" });
    expect(await failureOf(askVerifier(address("file.sock/below"), status))).toMatchObject({ code: "no_verifier" });
  });

  it.skipIf(process.getuid?.() !== 0)(
    "where the socket may not be opened (needs root, to be someone else)",
    async () => {
      const server = createServer(() => undefined).listen(join(folder, "closed.sock"));
      await once(server, "listening");
      chmodSync(folder, 0o755);
      chmodSync(join(folder, "closed.sock"), 0o600);
      process.seteuid?.(65534);
      try {
        const failure = await failureOf(askVerifier(address("closed.sock"), status));
        expect(failure).toMatchObject({ code: "no_verifier", hint: expect.stringMatching(/group|sudo/) });
      } finally {
        process.seteuid?.(0);
        server.close();
      }
    },
  );

  it("where it breaks off", async () => {
    expect(await against((request) => request.socket.destroy(), ask)).toMatchObject({ code: "no_verifier" });
    expect(await against(halfway, ask)).toMatchObject({ code: "no_verifier" });
  });

  it("where something else listens", async () => {
    expect(await against(somethingElse, (verifier) => failureOf(readStatus(verifier)))).toMatchObject({
      code: "no_verifier",
    });
  });
});

describe("a problem", () => {
  it.each([
    [
      409,
      '{"code":"conflict","message":"guarded","hint":"do this"}',
      { code: "conflict", message: "guarded", hint: "do this" },
    ],
    [503, '{"code":"unreadable","message":"gone"}', { code: "unreadable", message: "gone", hint: undefined }],
    [401, '{"code":"invented","message":"no"}', { code: "refused", message: "no" }],
    [404, "", { code: "not_found", message: "the verifier answered 404" }],
    [409, "[]", { code: "conflict" }],
    [500, "null", { code: "failed" }],
    [302, "x", { code: "failed" }],
  ])("%i %s", async (code, body, expected) => {
    expect(await against(answering(code, body), ask)).toMatchObject(expected);
  });
});

describe("a question", () => {
  it("carries the id as a bearer and a body as JSON, and asks below /v1", async () => {
    const seen = await against(
      (request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => response.end(JSON.stringify({ url: request.url, headers: request.headers, body })));
      },
      (verifier) =>
        askVerifier<object>(verifier, { method: "POST", path: "/revocations", id: "dkid_x", body: { link: "1.a" } }),
    );
    expect(seen).toMatchObject({
      url: "/v1/revocations",
      body: '{"link":"1.a"}',
      headers: { authorization: "Bearer dkid_x", "content-type": "application/json" },
    });
  });

  it("about the audit gives whole lines, however they come, and fails when they break off", async () => {
    const lines: string[] = [];
    const asked = against(
      (request, response) => {
        expect(request.url).toBe("/v1/audit?refused=true");
        response.write('{"time":"1"}\n{"ti', () => response.write('me":"2"}\n{"half', () => response.destroy()));
      },
      async (verifier) => {
        for await (const { raw } of readAudit(verifier, "dkid_x", { refused: true, follow: false })) lines.push(raw);
      },
    );
    await expect(asked).rejects.toMatchObject({ code: "no_verifier" });
    expect(lines).toEqual(['{"time":"1"}', '{"time":"2"}']);
  });
});

describe("where the verifier is", () => {
  const local = { name: "unix:///a.sock", local: true };
  const far = { name: "tcp://far:2376", local: false };
  it.each([
    [far, "unix:///env.sock", "unix:///set.sock", "/env.sock"],
    [far, "/env.sock", undefined, "/env.sock"],
    [far, undefined, "unix:///set.sock", "/set.sock"],
    [local, "", undefined, "/run/docker-id/admin.sock"],
    [local, undefined, undefined, "/run/docker-id/admin.sock"],
  ])("%j, environment %s, settings %s", (engine, server, settled, path) => {
    expect(findVerifier(engine, server, settled).path).toBe(path);
  });
  it("is not the local one for an engine that is far", () => {
    expect(() => findVerifier(far, undefined, undefined)).toThrow(/nobody has said where the verifier/);
  });
  it("is misuse where it is not a path", () => {
    expect(() => findVerifier(local, "https://x", undefined)).toThrow(/unix:\/\/\/path/);
  });
});
