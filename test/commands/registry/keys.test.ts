import { createPublicKey, X509Certificate } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { hasLeadingZero } from "../../../src/registry/signing/key-id.ts";
import { readPair } from "../../../src/registry/signing/pair.ts";
import { openssl } from "../../support/certificates.ts";
import { needs } from "../../support/needs.ts";
import { node } from "../../support/node.ts";
import { asNobody, run } from "../../support/run.ts";
import { certify, pairIn } from "../../support/signing.ts";
import { personOf } from "../../support/stage.ts";
import { allowed, failed } from "../../support/verdicts.ts";
import { entry } from "../../support/verifier.ts";
import { openWorkspace, type Workspace } from "../../support/workspace.ts";

const dayMs = 24 * 60 * 60 * 1000;
const read = (path: string): string => readFileSync(path, "latin1");

async function load(folder: string, prefix = "") {
  const [keyName, certificateName] = [`${folder}/${prefix}key.pem`, `${folder}/${prefix}cert.pem`];
  const texts = { key: read(keyName), certificate: read(certificateName), keyName, certificateName };
  return readPair(texts, { x5c: false, kid: "rfc7638" });
}

/** What is to be copied, block by block. */
function blocksOf(stderr: string): string[] {
  return stderr
    .split(/^docker-id: .*\n/m)
    .map((block) => block.replaceAll(/^ {2}/gm, ""))
    .filter((block) => block !== "");
}

describe("docker-id registry keys", () => {
  let workspace: Workspace;
  let env: Record<string, string>;
  let folders = 0;

  beforeAll(() => {
    workspace = openWorkspace();
    env = personOf(workspace, "unix:///nowhere.sock", "unix:///nowhere.sock");
  });
  afterAll(() => workspace.close());

  const keys = (...args: readonly string[]) => run(node, [entry, "registry", "keys", ...args], { env });
  const newFolder = (): string => workspace.path(`keys ${(folders += 1)}`);

  it.each(["ES256", "ES384", "ES512", "RS256"] as const)("makes a pair that signs %s", async (algorithm) => {
    const out = newFolder();
    const made = JSON.parse(allowed(await keys("--out", out, "--algorithm", algorithm, "--json"))) as object;
    const pair = await load(out);
    expect(pair.algorithm.name).toBe(algorithm);
    expect(made).toEqual({
      key: `${out}/key.pem`,
      certificate: `${out}/cert.pem`,
      algorithm,
      expires: pair.validTo.toISOString(),
    });
    const certificate = new X509Certificate(read(`${out}/cert.pem`));
    expect(certificate.ca).toBe(false);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it("makes the key for this user alone, with ES256 for a year, and prints where", async () => {
    const out = newFolder();
    expect(allowed(await keys("--out", out))).toBe(`${out}/key.pem\n${out}/cert.pem`);
    expect(readdirSync(out).toSorted()).toEqual(["cert.pem", "key.pem"]);
    expect(statSync(`${out}/key.pem`).mode & 0o777).toBe(0o600);
    expect(statSync(`${out}/cert.pem`).mode & 0o777).toBe(0o644);
    const { algorithm, validFrom, validTo } = await load(out);
    expect(algorithm.name).toBe("ES256");
    expect(validTo.getTime() - validFrom.getTime()).toBe(365 * dayMs + 600_000);
    expect(new X509Certificate(read(`${out}/cert.pem`)).subject).toBe("CN=docker-id");
  });

  it("takes a name and a number of days", async () => {
    const out = newFolder();
    allowed(await keys("--out", out, "--name", "prüfer, O=x", "--days", "2"));
    expect(new X509Certificate(read(`${out}/cert.pem`)).subject).toBe("CN=prüfer\\, O=x");
    const { validFrom, validTo } = await load(out);
    expect(validTo.getTime() - validFrom.getTime()).toBe(2 * dayMs + 600_000);
    for (const flags of [
      ["--days", "0"],
      ["--days", "3651"],
      ["--days", "x"],
      ["--name", ""],
      ["--name", " "],
      ["--name", "a\u001Bb"],
      ["--name", "x".repeat(65)],
      ["--algorithm", "HS256"],
    ]) {
      failed(await keys("--out", newFolder(), ...flags), 2);
    }
  });

  it("makes no key that registries misname: three of four on P-521 would be", async () => {
    const made = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async () => {
        const out = newFolder();
        allowed(await keys("--out", out, "--algorithm", "ES512"));
        return createPublicKey(read(`${out}/key.pem`));
      }),
    );
    expect(made.map(hasLeadingZero)).toEqual(made.map(() => false));
  });

  it("says what to put in the registry's configuration and in ours", async () => {
    const out = newFolder();
    const outcome = await keys("--out", out);
    allowed(outcome);
    const [theirs, ours] = blocksOf(outcome.stderr).map((block) => parse(block) as unknown);
    expect(theirs).toEqual({
      auth: {
        token: {
          realm: "http://127.0.0.1:5101/auth",
          service: "registry",
          issuer: "docker-id",
          rootcertbundle: `${out}/cert.pem`,
        },
      },
    });
    expect(ours).toEqual({
      registry: { issuer: "docker-id", token: { certificate: `${out}/cert.pem`, key: `${out}/key.pem` } },
    });
    expect(outcome.stderr).not.toContain(read(`${out}/key.pem`).split("\n")[1]);
  });

  it("overwrites nothing", async () => {
    for (const there of ["key.pem", "cert.pem"]) {
      const out = newFolder();
      mkdirSync(out);
      writeFileSync(`${out}/${there}`, "mine");
      failed(await keys("--out", out), 3, /is there, and is not overwritten/);
      expect(readdirSync(out)).toEqual([there]);
      expect(read(`${out}/${there}`)).toBe("mine");
    }
  });

  it("writes all or nothing", async () => {
    const out = newFolder();
    mkdirSync(out);
    symlinkSync("nowhere", `${out}/cert.pem`);
    failed(await keys("--out", out), 1, /the pair could not be written \(EEXIST\)/);
    expect(readdirSync(out)).toEqual(["cert.pem"]);
  });

  it.skipIf(process.getuid?.() !== 0)(
    "leaves nothing where it may not write all (needs root, to be nobody)",
    async () => {
      const out = newFolder();
      mkdirSync(out);
      chmodSync(out, 0o755);
      const outcome = await run("setpriv", [...asNobody.slice(1), node, entry, "registry", "keys", "--out", out], {
        env,
      });
      failed(outcome, 1, /the pair could not be written \(EACCES\)/);
      expect(readdirSync(out)).toEqual([]);
    },
  );

  describe("--next", () => {
    let out: string;
    const next = (...args: readonly string[]) => keys("--out", out, "--next", ...args);

    it("makes a pair beside the one in use, and a bundle of both certificates", async () => {
      out = newFolder();
      allowed(await keys("--out", out));
      const [key, certificate] = [read(`${out}/key.pem`), read(`${out}/cert.pem`)];
      const outcome = await next();
      expect(allowed(outcome)).toBe(`${out}/next-key.pem\n${out}/next-cert.pem\n${out}/bundle.pem`);
      expect([read(`${out}/key.pem`), read(`${out}/cert.pem`)]).toEqual([key, certificate]);
      expect(read(`${out}/bundle.pem`)).toBe(certificate.trim() + "\n" + read(`${out}/next-cert.pem`));
      expect(statSync(`${out}/next-key.pem`).mode & 0o777).toBe(0o600);
      expect((await load(out, "next-")).header.kid).not.toBe((await load(out)).header.kid);

      const [first, then = "", last] = blocksOf(outcome.stderr);
      expect(parse(first ?? "")).toEqual({ auth: { token: { rootcertbundle: `${out}/bundle.pem` } } });
      expect(parse(last ?? "")).toEqual({ auth: { token: { rootcertbundle: `${out}/cert.pem` } } });
      const kid = (await load(out, "next-")).header.kid;
      allowed(await run("sh", ["-ec", then]));
      expect((await load(out)).header.kid).toBe(kid);
      expect(readdirSync(out).toSorted()).toEqual(["bundle.pem", "cert.pem", "key.pem"]);
    });

    it("overwrites nothing either, and may be done again when the bundle is gone", async () => {
      failed(await next(), 3, /bundle.pem is there/);
      rmSync(`${out}/bundle.pem`);
      allowed(await next("--json"));
      rmSync(`${out}/bundle.pem`);
      failed(await next(), 3, /next-key.pem is there/);
    });

    it("needs a pair to follow, and copies nothing but certificates of it", async () => {
      out = newFolder();
      failed(await next(), 1, /cert.pem is not there, and the next pair is to follow it/);
      allowed(await keys("--out", out));
      const certificate = read(`${out}/cert.pem`);
      renameSync(`${out}/cert.pem`, `${out}/other.pem`);
      writeFileSync(`${out}/cert.pem`, "");
      failed(await next(), 2, /cert.pem is empty/);
      writeFileSync(`${out}/cert.pem`, read(`${out}/key.pem`) + certificate);
      allowed(await next());
      expect(read(`${out}/bundle.pem`)).not.toContain("PRIVATE");
    });

    it.skipIf(needs("openssl") !== undefined)(
      "bundles nothing on which a registry would not start (openssl)",
      async () => {
        out = newFolder();
        mkdirSync(out);
        const elsewhere = pairIn(out, "other");
        for (const [why, kind] of [
          [/is of the kind ed25519/, ["genpkey", "-algorithm", "ED25519"]],
          [/is on the curve secp224r1/, ["ecparam", "-genkey", "-name", "secp224r1"]],
          [
            /in a form that registries do not read/,
            ["ecparam", "-genkey", "-name", "secp384r1", "-param_enc", "explicit"],
          ],
        ] as const) {
          openssl(...kind, "-out", elsewhere.key);
          certify(elsewhere, 60);
          renameSync(elsewhere.certificate, `${out}/cert.pem`);
          failed(await next(), 2, why);
        }
        expect(readdirSync(out).toSorted()).toEqual(["cert.pem", "other-key.pem"]);
      },
    );
  });
});
