import { createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import type { RegistryAuth, RegistryConfig, TokenAuth } from "../../src/registry/registry-config.ts";
import type { ServiceSettings, SigningSettings } from "../../src/registry/settings-types.ts";
import { keyIdOf } from "../../src/registry/signing/key-id.ts";
import type { Answer } from "../../src/registry-doctor/ask.ts";
import { isLoopback } from "../../src/registry-doctor/ask-registry.ts";
import { examineAuth } from "../../src/registry-doctor/examine-auth.ts";
import { examinePair, examineTrust, readOurPair } from "../../src/registry-doctor/examine-keys.ts";
import { examineClocks, examineRegistry, originOf } from "../../src/registry-doctor/examine-registry.ts";
import { quote, type Surroundings } from "../../src/registry-doctor/surroundings.ts";
import { suite } from "../support/on-stage.ts";
import type { Pair } from "../support/certificates.ts";
import { makeSigningKeys } from "../support/signing-keys.ts";

describe("where a registry is reached", () => {
  const config: RegistryConfig = { prefix: "/", secure: false, auth: { kind: "none" }, endpoints: [] };
  it.each([
    [{}, "http://127.0.0.1:5000"],
    [{ addr: ":5100" }, "http://127.0.0.1:5100"],
    [{ addr: "0.0.0.0:80" }, "http://127.0.0.1:80"],
    [{ addr: "[::]:80" }, "http://127.0.0.1:80"],
    [{ addr: "[::1]:80" }, "http://[::1]:80"],
    [{ addr: "r.example:443", secure: true }, "https://r.example:443"],
    [{ addr: "r.example" }, "http://r.example"],
  ])("%j is %s", (more, origin) => {
    expect(originOf({ ...config, ...more })).toBe(origin);
  });
  it("is not told of what is no address", async () => {
    const auth: TokenAuth = { kind: "token", autoRedirect: false };
    const around: Surroundings = {
      config: { ...config, addr: "a b:1" },
      read: async () => "",
      clock: () => new Date(),
      random: (bytes) => new Uint8Array(bytes),
      ca: [],
    };
    const { findings } = await examineRegistry(auth, around);
    expect(findings).toMatchObject([{ verdict: "bad", said: expect.stringMatching(/listens at "a b:1"/) }]);
  });
  it.each([
    ["localhost", true],
    ["127.0.0.1:5000", true],
    ["127.8.9.10", true],
    ["[::1]:5000", true],
    ["127.0.0.1.evil.example", false],
    ["localhost.evil.example:5000", false],
    ["10.0.0.1", false],
  ])("without TLS docker takes %s: %s", (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });
});

it("what strangers say is quoted in printable ASCII, and not at length", () => {
  expect(quote('a\u001B[2J\u202E\u009B\n"')).toBe('"a\\u001b[2J\\u202e\\u009b\\n\\""');
  expect(quote("x".repeat(1000)).length).toBeLessThan(220);
  expect(quote(undefined)).toBe("nothing");
});

describe("a registry's configuration", () => {
  it.each<[RegistryAuth, string]>([
    [{ kind: "none" }, "the registry asks nobody for a token: whoever reaches it may do everything"],
    [{ kind: "other", names: ["htpasswd"] }, "the registry goes by auth.htpasswd, and not by tokens alone"],
    [
      { kind: "token", autoRedirect: false, realm: "x" },
      "auth.token lacks service, issuer, rootcertbundle, and the registry does not start without",
    ],
  ])("%j is bad", (auth, said) => {
    expect(examineAuth(auth)).toMatchObject([{ verdict: "bad", said }]);
  });
});

describe("clocks", () => {
  const at = new Date("2030-01-01T00:00:00.500Z");
  const told = (date: string | undefined): Answer => ({
    status: 200,
    headers: date === undefined ? {} : { date },
    text: "",
    at,
  });
  const now = told("Tue, 01 Jan 2030 00:00:00 GMT");
  it.each<[string, string, string]>([
    ["Tue, 01 Jan 2030 00:00:09 GMT", "good", "agree"],
    ["Tue, 01 Jan 2030 00:00:11 GMT", "note", "11 s ahead of"],
    ["Tue, 01 Jan 2030 00:01:01 GMT", "bad", "61 s ahead of the token server's, and tokens seem to have expired"],
    ["Mon, 31 Dec 2029 23:58:59 GMT", "bad", "61 s behind the token server's, and tokens seem not to be valid yet"],
  ])("%s is %s", (date, verdict, said) => {
    expect(examineClocks(told(date), now)).toMatchObject([{ verdict, said: expect.stringContaining(said) }]);
  });
  it("are not compared where one does not tell", () => {
    for (const silent of [undefined, told(undefined), told("soon")]) expect(examineClocks(silent, now)).toEqual([]);
  });
});

suite("keys", ["openssl"], () => {
  let folder: string;
  let pair: Pair;
  let other: Pair;
  const files = new Map<string, string>();
  beforeAll(() => {
    folder = mkdtempSync(`${tmpdir()}/docker-id-`);
    pair = makeSigningKeys(folder);
    other = makeSigningKeys(folder, "secp256r1", "other");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const around: Surroundings = {
    config: { prefix: "/", secure: false, auth: { kind: "none" }, endpoints: [] },
    read: async (path, what) => {
      try {
        return files.get(path) ?? readFileSync(path, "utf8");
      } catch (cause) {
        throw new Failure("failed", `${what} is not there`, { cause });
      }
    },
    clock: () => new Date(),
    random: (bytes) => new Uint8Array(bytes),
    ca: [],
  };
  const signing = (more: Partial<SigningSettings> = {}): SigningSettings => ({
    issuer: "docker-id",
    certificate: pair.certificate,
    key: pair.key,
    x5c: true,
    kid: "libtrust",
    lifeSeconds: 120,
    ...more,
  });
  const trust = async (auth: Partial<TokenAuth>, more: Partial<SigningSettings> = {}) => {
    const settings = signing(more);
    const service: ServiceSettings = {
      name: "registry",
      hosts: [],
      signing: settings,
      users: { users: {} },
      rules: [],
    };
    const whole: TokenAuth = { kind: "token", autoRedirect: false, ...auth };
    return await examineTrust(await readOurPair(settings, around), { auth: whole, service }, around);
  };

  it("of a key set are found by what they are, and named as they are there", async () => {
    const key = createPublicKey(readFileSync(pair.key));
    const foreign = createPublicKey(readFileSync(other.key)).export({ format: "jwk" });
    const jwk = key.export({ format: "jwk" });
    const kid = await keyIdOf(key, "libtrust");
    const off = { x5c: false };
    files.set("/jwks", JSON.stringify({ keys: [null, 7, foreign, { ...jwk, kid }] }));
    expect(await trust({ jwks: "/jwks" }, off)).toMatchObject([{ verdict: "good" }, { verdict: "good" }]);
    expect(await trust({ jwks: "/jwks" })).toMatchObject([
      { verdict: "good" },
      { verdict: "bad", said: expect.stringMatching(/carry the certificate/), advice: "set registry.token.x5c: false" },
    ]);
    files.set("/jwks", JSON.stringify({ keys: [{ ...jwk, kid: "mine" }] }));
    expect(await trust({ jwks: "/jwks" }, off)).toMatchObject([
      { verdict: "bad", said: expect.stringMatching(/under the name "mine", and tokens name it "[A-Z2-7:]{59}"$/) },
      {},
    ]);
    expect(await trust({ jwks: "/jwks" }, { ...off, kid: { text: "mine" } })).toMatchObject([{ verdict: "good" }, {}]);
    files.set("/jwks", JSON.stringify({ keys: [foreign] }));
    expect(await trust({ jwks: "/jwks" }, off)).toMatchObject([
      { verdict: "bad", said: expect.stringMatching(/does not hold/) },
      {},
    ]);
    for (const odd of ["", "{", "null", "{}", "[]", '{"keys":{}}']) {
      files.set("/jwks", odd);
      expect(await trust({ jwks: "/jwks" }, off)).toMatchObject([
        { verdict: "bad", said: expect.stringMatching(/is no JSON Web Key Set/) },
        {},
      ]);
    }
    await expect(trust({ jwks: "/nowhere" }, off)).rejects.toThrow(/is not there/);
  });

  it("of a bundle may be those of an authority", async () => {
    expect(await trust({ bundle: pair.certificate })).toMatchObject([{ verdict: "good" }, { verdict: "good" }]);
    expect(await trust({ bundle: other.certificate })).toMatchObject([{ verdict: "bad" }, { verdict: "good" }]);
    expect(await trust({ bundle: pair.certificate }, { x5c: false, kid: { text: "x" } })).toMatchObject([
      { verdict: "good" },
      { verdict: "note", said: expect.stringMatching(/no registry with a bundle makes/) },
    ]);
  });

  it("are told of before they expire", async () => {
    const read = await readOurPair(signing(), around);
    const before = (days: number) => new Date(read.validTo.getTime() - days * 24 * 60 * 60 * 1000);
    expect(examinePair(read, before(15))).toMatchObject([{ verdict: "good" }]);
    expect(examinePair(read, before(13))).toMatchObject([{ verdict: "note", said: expect.stringMatching(/soon$/) }]);
    expect(examinePair(read, before(-1))).toMatchObject([{ verdict: "bad", said: expect.stringMatching(/expired/) }]);
  });
});
