import { readFileSync, writeFileSync } from "node:fs";
import { SignJWT } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Access } from "../../../src/registry/access.ts";
import type { KeyIdForm } from "../../../src/registry/signing/key-id.ts";
import { readPair, type SigningPair } from "../../../src/registry/signing/pair.ts";
import { signToken, type TokenClaims } from "../../../src/registry/signing/sign-token.ts";
import { openssl, type Pair } from "../../support/certificates.ts";
import { suite } from "../../support/on-stage.ts";
import { type Registry, startRegistry } from "../../support/registry.ts";
import { certify, certifyBetween, makePairOf, makeSigningPair, pairIn } from "../../support/signing.ts";
import { openWorkspace, type Workspace } from "../../support/workspace.ts";

const accepted = 404; // there is no such manifest, and the token would have let one be read
const refused = 401;
const pull: Access = { type: "repository", name: "alice/app", actions: ["pull"] };
const said = { issuer: "docker-id", service: "registry", subject: "alice", access: [pull], jti: "1", lifeSeconds: 60 };
const hour = 60 * 60 * 1000;

async function load(pair: Pair, x5c = true, kid: KeyIdForm = "libtrust"): Promise<SigningPair> {
  const [certificate, key] = [readFileSync(pair.certificate, "latin1"), readFileSync(pair.key, "latin1")];
  return readPair({ certificate, key, certificateName: pair.certificate, keyName: pair.key }, { x5c, kid });
}
const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);

suite("tokens before a real registry", ["docker-registry", "openssl"], () => {
  let workspace: Workspace;
  let registry: Registry;
  let pairs: Record<"one" | "two" | "p384" | "p521" | "rsa" | "expired" | "stranger", Pair>;

  async function present(token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`http://${registry.host}/v2/alice/app/manifests/latest`, { headers });
    await answer.arrayBuffer();
    return answer.status;
  }
  async function tell(pair: SigningPair, claims: Partial<TokenClaims> = {}, now = new Date()): Promise<number> {
    return present((await signToken(pair, { ...said, ...claims }, now)).token);
  }

  beforeAll(async () => {
    workspace = openWorkspace();
    pairs = {
      one: makeSigningPair(workspace.dir, "one"),
      two: makeSigningPair(workspace.dir, "two"),
      p384: makeSigningPair(workspace.dir, "p384", "secp384r1"),
      p521: makeSigningPair(workspace.dir, "p521", "secp521r1"),
      rsa: makePairOf(workspace.dir, "rsa", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
      expired: makeSigningPair(workspace.dir, "expired"),
      stranger: makeSigningPair(workspace.dir, "stranger"),
    };
    await certifyBetween(pairs.expired, new Date(Date.now() - 2 * hour), new Date(Date.now() - hour));
    const bundle = workspace.path("bundle.pem");
    const { stranger, ...trusted } = pairs;
    expect(stranger).toBeDefined();
    writeFileSync(
      bundle,
      Object.values(trusted)
        .map(({ certificate }) => readFileSync(certificate, "utf8"))
        .join(""),
    );
    const auth = { realm: "http://127.0.0.1:1/auth", service: "registry", issuer: "docker-id", bundle };
    registry = await startRegistry(workspace, { name: "registry", auth });
  });
  afterAll(() => workspace.close());

  it("are accepted with x5c and a kid, and with libtrust's kid alone, and from every pair of the bundle", async () => {
    for (const pair of [pairs.one, pairs.two, pairs.p384, pairs.p521, pairs.rsa]) {
      expect(await tell(await load(pair))).toBe(accepted);
      expect(await tell(await load(pair, true, "rfc7638"))).toBe(accepted);
      expect(await tell(await load(pair, false))).toBe(accepted);
    }
  });

  it("are refused with another kid alone", async () => {
    expect(await tell(await load(pairs.two, false, "rfc7638"))).toBe(refused);
    expect(await tell(await load(pairs.two, false, { text: "mine" }))).toBe(refused);
    expect(registry.log()).toContain("token signed by untrusted key with ID");
  });

  it("are refused from a pair that is not in the bundle, and from another issuer or for another service", async () => {
    expect(await tell(await load(pairs.stranger))).toBe(refused);
    expect(await tell(await load(pairs.stranger, false))).toBe(refused);
    const one = await load(pairs.one);
    expect(await tell(one, { issuer: "somebody" })).toBe(refused);
    expect(await tell(one, { service: "other" })).toBe(refused);
    expect(await tell(one, { access: [{ ...pull, actions: [] }] })).toBe(refused);
    expect(await tell(one, { access: [{ ...pull, name: "bob/app" }] })).toBe(refused);
    expect(await tell(one)).toBe(accepted);
  });

  it("are accepted a minute past their time, and not later or sooner", async () => {
    const one = await load(pairs.one);
    // Of a pair that was valid all that time
    const old = { ...one, validFrom: new Date(0) };
    expect(await tell(old, { lifeSeconds: 60 }, ago(90))).toBe(accepted);
    expect(await tell(old, { lifeSeconds: 60 }, ago(130))).toBe(refused);
    expect(await tell(old, {}, ago(-30))).toBe(accepted);
    expect(await tell(old, {}, ago(-120))).toBe(refused);
  });

  it("are not signed with an expired certificate, which the registry refuses in x5c", async () => {
    const expired = await load(pairs.expired);
    await expect(tell(expired)).rejects.toMatchObject({ code: "failed" });
    const { issuer, service, access } = said;
    const token = await new SignJWT({ access })
      .setIssuer(issuer)
      .setAudience(service)
      .setExpirationTime("1m")
      .setNotBefore(new Date())
      .setProtectedHeader({ ...expired.header })
      .sign(expired.key);
    expect(await present(token)).toBe(refused);
    expect(registry.log()).toContain("certificate has expired");
  });

  it("are refused with a list of services, as the older registry reads no list", async () => {
    const { key, header } = await load(pairs.one);
    const token = await new SignJWT({ access: said.access })
      .setIssuer(said.issuer)
      .setAudience([said.service])
      .setExpirationTime("1m")
      .setNotBefore(new Date())
      .setProtectedHeader({ ...header })
      .sign(key);
    expect(await present(token)).toBe(refused);
  });

  it.each([
    ["a curve that it does not know", ["ecparam", "-genkey", "-name", "secp224r1"]],
    ["a curve that is spelled out", ["ecparam", "-genkey", "-name", "secp256r1", "-param_enc", "explicit"]],
    ["an Ed25519 key", ["genpkey", "-algorithm", "ED25519"]],
  ])("would not be signed by what keeps it from starting: %s", async (name, kind) => {
    const odd = pairIn(workspace.dir, "odd");
    openssl(...kind, "-out", odd.key);
    certify(odd, 2);
    const auth = {
      realm: "http://127.0.0.1:1/auth",
      service: "registry",
      issuer: "docker-id",
      bundle: odd.certificate,
    };
    await expect(startRegistry(workspace, { name, auth })).rejects.toThrow(/panic: unable to configure authorization/);
    await expect(load(odd)).rejects.toMatchObject({ code: "misuse" });
  });
});
