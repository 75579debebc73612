import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { assert, asyncProperty, integer } from "fast-check";
import { describe, expect, it } from "vitest";
import { algorithms } from "../../../src/registry/signing/algorithms.ts";
import type { SigningPair } from "../../../src/registry/signing/pair.ts";
import { signToken, type TokenClaims } from "../../../src/registry/signing/sign-token.ts";

const now = new Date("2030-01-01T00:00:00.750Z");
const issued = Date.UTC(2030, 0, 1) / 1000;
const curves = { ES256: "P-256", ES384: "P-384", ES512: "P-521" } as const;

function makePair(name: keyof typeof curves | "RS256"): SigningPair {
  const { privateKey } =
    name === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: curves[name] });
  const algorithm = algorithms.find((row) => row.name === name) ?? algorithms[0];
  return {
    algorithm,
    key: privateKey.toCryptoKey(algorithm.web, false, ["sign"]),
    publicKey: createPublicKey(privateKey),
    header: { typ: "JWT", alg: name, kid: "KID", x5c: ["AAAA"] },
    validFrom: new Date("2029-12-31T00:00:00Z"),
    validTo: new Date("2031-01-01T00:00:00Z"),
  };
}

const pair = makePair("ES256");
const claims: TokenClaims = {
  issuer: "docker-id",
  service: "registry",
  subject: "alice",
  access: [{ type: "repository", name: "alice/app", actions: ["pull", "push"] }],
  jti: "JTI",
  lifeSeconds: 120,
};
const sign = async (more: Partial<TokenClaims> = {}, at = now, by = pair) => signToken(by, { ...claims, ...more }, at);

const end = async (more: Partial<TokenClaims>, at = now) => decodeJwt((await sign(more, at)).token).exp;

describe("a token", () => {
  it("says what registries read, and nothing more", async () => {
    const { token, jti, issuedAt, expiresAt } = await sign();
    expect(decodeProtectedHeader(token)).toEqual({ typ: "JWT", alg: "ES256", kid: "KID", x5c: ["AAAA"] });
    expect(decodeJwt(token)).toEqual({
      iss: "docker-id",
      aud: "registry",
      sub: "alice",
      iat: issued,
      nbf: issued - 5,
      exp: issued + 120,
      jti: "JTI",
      access: [{ type: "repository", name: "alice/app", actions: ["pull", "push"] }],
    });
    expect({ jti, issuedAt, expiresAt }).toEqual({
      jti: "JTI",
      issuedAt: new Date(issued * 1000),
      expiresAt: new Date((issued + 120) * 1000),
    });
  });

  it("may grant nothing, to nobody", async () => {
    const nothing = { type: "repository", name: "a", actions: [] };
    const { token } = await sign({ subject: "", access: [nothing] });
    expect(decodeJwt(token)).toMatchObject({ sub: "", access: [nothing] });
  });

  it("holds nothing of an access beside what registries read", async () => {
    const more = { type: "repository", name: "a", actions: ["pull"], why: "a rule" };
    expect(decodeJwt((await sign({ access: [more] })).token)["access"]).toEqual([
      { type: "repository", name: "a", actions: ["pull"] },
    ]);
  });

  it.each([
    ["ES256", 64, "sha256"],
    ["ES384", 96, "sha384"],
    ["ES512", 132, "sha512"],
    ["RS256", 256, "sha256"],
  ] as const)("is signed as node:crypto verifies it, r and s raw: %s", async (name, length, hash) => {
    const by = makePair(name);
    const { token } = await sign({}, now, by);
    const [head = "", body = "", tail = ""] = token.split(".");
    const signature = Buffer.from(tail, "base64url");
    expect(signature).toHaveLength(length);
    const key = name === "RS256" ? by.publicKey : ({ key: by.publicKey, dsaEncoding: "ieee-p1363" } as const);
    expect(verify(hash, Buffer.from(`${head}.${body}`), key, signature)).toBe(true);
  });
});

describe("a token's end", () => {
  it("is no later than what the token stands on, in whole seconds", async () => {
    expect(await end({ notAfter: new Date("2030-01-01T00:00:30.999Z") })).toBe(issued + 30);
    expect(await end({ notAfter: new Date("2030-01-01T00:00:01Z") })).toBe(issued + 1);
    expect(await end({ notAfter: new Date("2030-01-02T00:00:00Z") })).toBe(issued + 120);
    await assert(
      asyncProperty(integer({ min: 251, max: 10_000_000 }), integer({ min: 1, max: 3600 }), async (ms, life) => {
        const notAfter = new Date(now.getTime() + ms);
        const { token } = await sign({ notAfter, lifeSeconds: life });
        const { iat = 0, exp = 0 } = decodeJwt(token);
        expect(exp * 1000).toBeLessThanOrEqual(notAfter.getTime());
        expect(exp - iat).toBeLessThanOrEqual(life);
        expect(exp).toBeGreaterThan(iat);
      }),
    );
  });

  it("is no later than the certificate's", async () => {
    expect(await end({}, new Date(pair.validTo.getTime() - 10_000))).toBe(pair.validTo.getTime() / 1000);
  });

  it("is not before its beginning: there is no such token", async () => {
    for (const notAfter of ["2030-01-01T00:00:00.999Z", "2030-01-01T00:00:00Z", "2029-12-31T00:00:00Z"]) {
      await expect(sign({ notAfter: new Date(notAfter) })).rejects.toMatchObject({ code: "refused" });
    }
    await expect(sign({ notAfter: new Date(Number.NaN) })).rejects.toMatchObject({ code: "refused" });
  });
});

describe("what is not signed", () => {
  it("is anything under a certificate that has expired, or is not valid yet", async () => {
    await expect(sign({}, pair.validTo)).rejects.toMatchObject({
      code: "failed",
      message: "the signing certificate expired at 2031-01-01T00:00:00.000Z, and registries refuse it",
    });
    await expect(sign({}, new Date(pair.validFrom.getTime() - 1))).rejects.toMatchObject({
      code: "failed",
      message: "the signing certificate is valid from 2029-12-31T00:00:00.000Z on, and not before",
    });
    await sign({}, pair.validFrom);
    await sign({}, new Date(pair.validTo.getTime() - 1000));
  });

  it("is a grant of every action, but for the catalog, which is asked for by that name", async () => {
    for (const [type, name] of [
      ["repository", "a"],
      ["registry", "other"],
      ["other", "catalog"],
    ] as const) {
      const access = [...claims.access, { type, name, actions: ["pull", "*"] }];
      await expect(sign({ access })).rejects.toMatchObject({ code: "failed" });
    }
    const catalog = { type: "registry", name: "catalog", actions: ["*"] };
    expect(decodeJwt((await sign({ access: [catalog] })).token)["access"]).toEqual([catalog]);
  });
});
