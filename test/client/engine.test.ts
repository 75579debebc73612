import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pingEngine, readEngineId, resolveName } from "../../src/client/engine.ts";
import { requireSameEngine } from "../../src/client/same-engine.ts";
import { findEndpoint } from "../../src/docker-cli/endpoint.ts";
import type { StubEngine } from "../commands/stub-engine.ts";
import { alpine, startStubEngine, web } from "../commands/stub-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-id-"));
let one: StubEngine;
let two: StubEngine;
beforeAll(async () => {
  one = await startStubEngine(join(folder, "one.sock"), "engine-one");
  two = await startStubEngine(join(folder, "two.sock"), "engine-two");
});
afterAll(async () => {
  await one.close();
  await two.close();
  rmSync(folder, { recursive: true });
});
const at = (host: string) => findEndpoint({ host, raw: [] }, {});
const nowhere = () => at(`unix://${join(folder, "none.sock")}`);

const never = () => {
  throw new Error("asked");
};

describe("the engine itself", () => {
  it("says who it is, and whom it admits", async () => {
    expect(await readEngineId(at(one.host), undefined)).toBe("engine-one");
    expect(await pingEngine(at(one.host), undefined)).toBe("admitted");
    one.admits = (id) => id === "dkid_x";
    expect(await pingEngine(at(one.host), undefined)).toBe("refused");
    expect(await pingEngine(at(one.host), "dkid_x")).toBe("admitted");
    await expect(readEngineId(at(one.host), undefined)).rejects.toMatchObject({ code: "refused" });
    one.admits = undefined;
  });
  it("is missed where it does not answer", async () => {
    await expect(pingEngine(nowhere(), undefined)).rejects.toMatchObject({ code: "no_engine" });
    await expect(pingEngine(at("tcp://127.0.0.1:1"), undefined)).rejects.toMatchObject({ code: "no_engine" });
    await expect(pingEngine(at("npipe:////./pipe/docker"), undefined)).rejects.toMatchObject({
      code: "no_engine",
      hint: expect.stringMatching(/--no-resolve/),
    });
  });
  it.each([
    ["container", "web", web],
    ["container", "a1a1a1a1a1a1", web],
    ["image", "alpine", alpine],
    ["image", "library/alpine:3", alpine],
    ["image", alpine, alpine],
  ] as const)("resolves the %s %s", async (kind, name, id) => {
    expect(await resolveName(at(one.host), kind, name, undefined)).toBe(id);
  });
  it.each([
    ["container", "gone", "not_found"],
    ["container", "", "not_found"],
    ["container", "..", "not_found"],
    ["container", "a?b#c", "not_found"],
    ["image", "../containers/web", "not_found"],
    ["container", "deadbeefdead", "refused"],
  ] as const)("does not resolve the %s %j", async (kind, name, code) => {
    await expect(resolveName(at(one.host), kind, name, undefined)).rejects.toMatchObject({ code });
  });
});

describe("the same engine", () => {
  it("is known by its socket, whatever leads there", async () => {
    symlinkSync(join(folder, "one.sock"), join(folder, "link.sock"));
    await requireSameEngine(at(one.host), { host: one.host, reachable: true }, never);
    await requireSameEngine(at(`unix://${join(folder, "link.sock")}`), { host: one.host, reachable: true }, never);
  });
  it("is known by its one spelling where it is not there", async () => {
    await requireSameEngine(nowhere(), { host: nowhere().name, reachable: false }, never);
  });
  it("is else known by its id", async () => {
    await requireSameEngine(
      at(one.host),
      { host: "unix:///elsewhere.sock", id: "engine-one", reachable: true },
      () => undefined,
    );
  });
  it.each([
    ["another id", () => at(two.host), "engine-one"],
    ["no id known", () => at(two.host), undefined],
    ["no answer", nowhere, "engine-one"],
  ])("is not taken for granted: %s", async (_what, engine, id) => {
    const guarded = { host: "unix:///elsewhere.sock", reachable: true, ...(id === undefined ? {} : { id }) };
    await expect(requireSameEngine(engine(), guarded, () => undefined)).rejects.toMatchObject({ code: "wrong_engine" });
  });
});

describe("over TLS", () => {
  const key = join(folder, "key.pem");
  const cert = join(folder, "cert.pem");
  const made = (() => {
    try {
      const request = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "1",
      ];
      const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
      execFileSync("openssl", [...request, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  })();

  it.skipIf(!made)("knows the engine by its certificate, and makes itself known (needs openssl)", async () => {
    const pem = { key: readFileSync(key), cert: readFileSync(cert) };
    const server = createServer(
      { ...pem, ca: pem.cert, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        response.end(JSON.stringify({ ID: "engine-tls", url: request.url, id: request.headers["x-docker-id"] }));
      },
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const files = { tlscacert: cert, tlscert: cert, tlskey: key };
    try {
      const good = findEndpoint({ host, tlsverify: true, ...files, raw: [] }, {});
      expect(await readEngineId(good, undefined)).toBe("engine-tls");
      const noCa = findEndpoint(
        { host, tlsverify: true, tlscert: cert, tlskey: key, raw: [] },
        { DOCKER_CERT_PATH: "/nowhere" },
      );
      await expect(readEngineId(noCa, undefined)).rejects.toMatchObject({ code: "no_engine" });
      const noKey = findEndpoint({ host, tls: true, raw: [] }, { DOCKER_CERT_PATH: "/nowhere" });
      await expect(readEngineId(noKey, undefined)).rejects.toMatchObject({ code: "no_engine" });
      const gone = findEndpoint({ host, tls: true, tlscert: "/nowhere", raw: [] }, {});
      await expect(readEngineId(gone, undefined)).rejects.toMatchObject({ code: "no_engine" });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
