import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt, decodeProtectedHeader, importX509, jwtVerify } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openSigner, type Signer, type SigningSettings } from "../../../src/server/signing/open-signer.ts";
import type { SignedToken } from "../../../src/registry/signing/sign-token.ts";
import { createLog } from "../../../src/server/log.ts";
import type { Pair } from "../../support/certificates.ts";
import { needs } from "../../support/needs.ts";
import { makeSigningPair } from "../../support/signing.ts";
import { until } from "../../support/until.ts";

const missing = needs("openssl");
const day = 24 * 60 * 60 * 1000;

function sign(signer: Signer): Promise<SignedToken> {
  return signer.sign({
    service: "registry",
    subject: "alice",
    access: [{ type: "repository", name: "alice/app", actions: ["pull"] }],
  });
}

async function kidOf(signer: Signer): Promise<string | undefined> {
  return decodeProtectedHeader((await sign(signer)).token).kid;
}

describe.skipIf(missing !== undefined)(`a signer${missing === undefined ? "" : `: ${missing}`}`, () => {
  let folder: string;
  let one: Pair;
  let two: Pair;
  let now = new Date();
  let lines: string[] = [];
  const opened: Signer[] = [];

  let place = 0;
  const at = (name: string): string => join(folder, `${place}-${name}`);
  const put = (pair: Pair): void => {
    copyFileSync(pair.certificate, at("cert.pem"));
    copyFileSync(pair.key, at("key.pem"));
  };
  const log = createLog("info", false, (line) => lines.push(line));
  const said = (text: string): string[] => lines.filter((line) => line.includes(text));

  async function open(settings: Partial<SigningSettings> = {}): Promise<Signer> {
    const signer = await openSigner(
      {
        issuer: "docker-id",
        certificate: at("cert.pem"),
        key: at("key.pem"),
        x5c: true,
        kid: "libtrust",
        lifeSeconds: 120,
        ...settings,
      },
      { clock: () => now, random: randomBytes, log, lookEveryMs: 5 },
    );
    opened.push(signer);
    return signer;
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docker-id-signing-"));
    [one, two] = [makeSigningPair(folder, "one"), makeSigningPair(folder, "two")];
  });
  beforeEach(() => {
    now = new Date();
    place += 1;
  });
  afterEach(() => {
    for (const signer of opened.splice(0)) signer.close();
    lines = [];
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("signs what the certificate's key verifies, with a jti of its own each time", async () => {
    put(one);
    const signer = await open();
    const [first, second] = [await sign(signer), await sign(signer)];
    const key = await importX509(readFileSync(one.certificate, "latin1"), "ES256");
    const { payload } = await jwtVerify(first.token, key, { issuer: "docker-id", audience: "registry" });
    expect(payload).toMatchObject({ aud: "registry", sub: "alice", jti: first.jti });
    expect(Buffer.from(first.jti, "base64url")).toHaveLength(16);
    expect(decodeJwt(second.token).jti).toBe(second.jti);
    expect(second.jti).not.toBe(first.jti);
  });

  it("takes up another pair only when it is whole", async () => {
    put(one);
    const signer = await open();
    const before = await kidOf(signer);
    copyFileSync(two.certificate, at("cert.pem"));
    const health = await until("a warning", () => signer.health().warning);
    expect(health).toMatch(/^the signing key .*key\.pem is not the key of the signing certificate .*cert\.pem$/);
    expect(await kidOf(signer)).toBe(before);
    copyFileSync(two.key, at("key.pem"));
    await until("the other pair", async () => (await kidOf(signer)) !== before);
    await until("no warning", () => signer.health().warning === undefined);
    expect(said("is not used")).toHaveLength(1);
    expect(said("another pair signs")).toHaveLength(1);
  });

  it("keeps signing when the files are gone, emptied or cut short, and says so", async () => {
    for (const spoil of [
      () => rmSync(at("key.pem")),
      () => writeFileSync(at("cert.pem"), ""),
      () => writeFileSync(at("key.pem"), readFileSync(one.key).subarray(0, 150)),
    ]) {
      put(one);
      const signer = await open();
      const before = await kidOf(signer);
      spoil();
      await until("a warning", () => signer.health().warning);
      expect(await kidOf(signer)).toBe(before);
      put(one);
      await until("no warning", () => signer.health().warning === undefined);
    }
  });

  it("takes up no pair that is not valid yet, or no more", async () => {
    put(one);
    const signer = await open();
    const before = await kidOf(signer);
    now = new Date(Date.now() - 2 * day);
    put(two);
    expect(await until("a warning", () => signer.health().warning)).toContain("is valid from");
    now = new Date();
    await until("the other pair", async () => (await kidOf(signer)) !== before);
  });

  it("refuses to sign with a certificate that has expired, and mends when there is another", async () => {
    put(one);
    now = new Date(Date.now() + 61 * day);
    const signer = await open();
    await expect(sign(signer)).rejects.toMatchObject({
      code: "failed",
      message: expect.stringMatching(/^the signing certificate expired at .*, and registries refuse it$/) as string,
    });
    expect(signer.health().warning).toContain("expired at");
    expect(said("no token is signed")).toHaveLength(1);
    put(makeSigningPair(folder, "later", "secp256r1", 120));
    await until("the later pair", async () => kidOf(signer).catch(() => undefined));
    expect(signer.health().warning).toBeUndefined();
  });

  it("warns early in its health", async () => {
    put(one);
    now = new Date(Date.now() + 30.5 * day);
    const signer = await open();
    expect(signer.health().warning).toMatch(/expires in 29 days, at .*: make the next pair: docker-id registry keys/);
    expect(said("expires in 29 days")).toHaveLength(1);
    expect(signer.health().certificateExpires.getTime()).toBeGreaterThan(now.getTime() + 29 * day);
  });

  it("does not open on a life that is none, or retiring certificates that are none", async () => {
    put(one);
    for (const lifeSeconds of [0, -1, 1.5, Number.NaN]) {
      await expect(open({ lifeSeconds })).rejects.toMatchObject({ code: "misuse" });
    }
    await expect(open({ retiring: [one.key] })).rejects.toMatchObject({ code: "misuse" });
    await expect(open({ retiring: [at("nowhere.pem")] })).rejects.toMatchObject({ code: "failed" });
    await open({ retiring: [two.certificate] });
  });

  it("looks at its files until it is closed", async () => {
    put(one);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const signer = await open();
      expect(vi.getTimerCount()).toBe(1);
      signer.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
