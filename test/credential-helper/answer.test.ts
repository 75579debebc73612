import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeRegistrySettings } from "../../src/config/write-settings.ts";
import { answerDocker } from "../../src/credential-helper/answer.ts";
import { fileKeychain } from "../../src/keychain/file.ts";
import { keepId } from "../../src/keychain/kept-id.ts";
import { parse } from "../../src/macaroon/parse.ts";
import { verify } from "../../src/macaroon/verify.ts";
import { link, narrow, root, rootKey } from "../server/room.ts";

const host = "127.0.0.1:5100";
const engine = "unix:///here.sock";
const now = new Date("2030-01-01T00:00:00Z");
const notFound = "credentials not found in native keychain";

let folder: string;
let environment: Record<string, string>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "docker-id-"));
  environment = { DOCKER_ID_CONFIG_DIR: folder, DOCKER_ID_KEYCHAIN: "file", DOCKER_HOST: engine };
  await keepId(fileKeychain(folder), engine, "default", { id: root, kid: rootKey.kid });
  writeRegistrySettings(folder, host, { service: "registry, the" });
});
afterEach(() => rmSync(folder, { recursive: true }));

const call = (verb: string | undefined, input = "") =>
  answerDocker(verb, () => input, { environment, clock: () => now, random: randomBytes, version: "1.2.3" });
const stored = (Secret: string, ServerURL = host) => JSON.stringify({ ServerURL, Username: "docker-id", Secret });

async function secretOf(server = host): Promise<string> {
  const { said, status } = await call("get", `${server}\n`);
  expect(status).toBe(0);
  return (JSON.parse(said) as { Secret: string }).Secret;
}

describe("get", () => {
  it("gives the default id, narrowed to the service and some minutes", async () => {
    const { said, status } = await call("get", `${host}\n`);
    expect(status).toBe(0);
    expect(JSON.parse(said)).toEqual({ ServerURL: host, Username: "docker-id", Secret: expect.any(String) });
    const macaroon = parse((JSON.parse(said) as { Secret: string }).Secret);
    expect(macaroon.caveats).toEqual([
      "service=registry%2C%20the",
      "expires=2030-01-01T00:15:00Z",
      expect.stringMatching(/^link=1893456000\./),
    ]);
    expect(verify(macaroon, rootKey.key)).toBeTruthy();
  });

  it("keeps the caveats that the id has", async () => {
    const id = narrow(root, "op=read", `link=${link("a")}`);
    await keepId(fileKeychain(folder), engine, "default", { id, kid: rootKey.kid });
    expect(parse(await secretOf()).caveats.slice(0, 2)).toEqual(["op=read", `link=${link("a")}`]);
  });

  it("lasts as long as was settled", async () => {
    writeRegistrySettings(folder, host, { service: "registry", expires: "1h" });
    expect(parse(await secretOf()).caveats[1]).toBe("expires=2030-01-01T01:00:00Z");
  });

  it("is of the engine that was settled, whatever docker speaks to now", async () => {
    writeRegistrySettings(folder, host, { service: "registry", engine });
    environment["DOCKER_HOST"] = "unix:///other.sock";
    expect(parse(await secretOf()).caveats[0]).toBe("service=registry");
  });

  it("takes the id of the environment where there is one", async () => {
    environment["DOCKER_ID_TOKEN"] = narrow(root, "op=read");
    environment["DOCKER_HOST"] = "nonsense://";
    expect(parse(await secretOf()).caveats[0]).toBe("op=read");
  });

  it("gives what docker runs under, and nothing in place of an id that it was given", async () => {
    const id = narrow(root, "op=read");
    await keepId(fileKeychain(folder), engine, "reader", { id, kid: rootKey.kid });
    environment["DOCKER_ID_UNDER"] = "reader";
    expect(parse(await secretOf()).caveats[0]).toBe("op=read");
    environment["DOCKER_ID_UNDER"] = "nobody";
    expect(await call("get", host)).toMatchObject({ said: notFound });
    environment["DOCKER_ID_UNDER"] = "-";
    for (const verb of ["get", "store"]) {
      const input = verb === "get" ? host : stored(root);
      await expect(call(verb, input)).rejects.toMatchObject({ code: "refused" });
    }
    expect(await call("get", "other.example.com")).toMatchObject({ said: notFound });
    environment["DOCKER_ID_UNDER"] = "";
    expect(await secretOf()).toMatch(/^dkid_/);
  });

  it.each([`https://${host}`, `http://${host}/v2/`, `${host}/alice/app`, ` ${host} `])("knows %j", async (server) => {
    expect(await secretOf(server)).toMatch(/^dkid_/);
  });

  it.each(["127.0.0.1:5101", "127.0.0.1", "https://index.docker.io/v1/", "__proto__", "toString", "a b", `x@${host}`])(
    "has nothing for %j",
    async (server) => {
      expect(await call("get", server)).toEqual({ said: notFound, status: 1 });
    },
  );

  it("has nothing where no id is kept, and says which engine that is", async () => {
    environment["DOCKER_HOST"] = "unix:///other.sock";
    expect(await call("get", host)).toMatchObject({ said: notFound, status: 1, aside: expect.stringMatching(/other/) });
  });

  it("says so where none was named", async () => {
    expect(await call("get", "\n")).toEqual({ said: "no credentials server URL", status: 1 });
  });

  it("fails where the id cannot be read or narrowed, and does not repeat it", async () => {
    environment["DOCKER_ID_TOKEN"] = "dkid_hunter2";
    const failure = await call("get", host).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "Failure" });
    expect(String(failure)).not.toContain("hunter2");
    environment["DOCKER_ID_TOKEN"] = root;
    writeRegistrySettings(folder, host, { service: "registry", expires: "never" });
    await expect(call("get", host)).rejects.toThrow(/time is written/);
  });
});

describe("store", () => {
  it("takes back what was given, or grew from it, and keeps nothing", async () => {
    const given = await secretOf();
    for (const secret of [given, narrow(given, "account=alice"), root]) {
      expect(await call("store", stored(secret))).toEqual({ said: "", status: 0 });
    }
    expect(await fileKeychain(folder).list()).toEqual([`${engine}#default`]);
  });

  it("refuses anything else", async () => {
    const foreign = narrow(root, "op=read").replace(/.$/, (last) => (last === "A" ? "Q" : "A"));
    for (const secret of ["hunter2", foreign, ""]) {
      const { said, status } = await call("store", stored(secret));
      expect([status, said]).toEqual([1, expect.stringContaining(`docker-id registry use ${host} --remove`)]);
      expect(said).not.toContain("hunter2");
    }
    expect(await call("store", stored(root, "other.example.com"))).toMatchObject({ status: 1 });
    expect(await call("store", stored(root, ""))).toMatchObject({ said: "no credentials server URL", status: 1 });
    for (const odd of ["", "hunter2", "null", "{}", '{"ServerURL":1,"Secret":"hunter2"}']) {
      const failure = await call("store", odd).catch((error: unknown) => error);
      expect(String(failure)).toMatch(/no credentials in JSON/);
    }
  });
});

describe("the rest", () => {
  it("lists what it answers for", async () => {
    expect(await call("list")).toEqual({ said: `{"${host}":"docker-id"}`, status: 0 });
  });
  it("erases nothing", async () => {
    expect(await call("erase", host)).toMatchObject({ status: 1, said: expect.stringContaining("--remove") });
    expect(await call("erase", "other")).toEqual({ said: notFound, status: 1 });
    expect(await call("erase", "")).toEqual({ said: "no credentials server URL", status: 1 });
  });
  it("says what it is", async () => {
    for (const verb of ["version", "--version", "-v"])
      expect(await call(verb)).toEqual({ said: "docker-credential-docker-id (docker-id) 1.2.3", status: 0 });
    for (const verb of [undefined, "frobnicate", "constructor"])
      expect(await call(verb)).toMatchObject({ status: 1, said: expect.stringMatching(/^Usage/) });
  });
});
