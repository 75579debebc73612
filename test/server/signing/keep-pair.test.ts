import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLog } from "../../../src/server/log.ts";
import { keepPair, type KeptPair } from "../../../src/server/signing/keep-pair.ts";
import type { Pair } from "../../support/certificates.ts";
import { needs } from "../../support/needs.ts";
import { certify, makeSigningPair } from "../../support/signing.ts";

const missing = needs("openssl");

describe.skipIf(missing !== undefined)(`a kept pair${missing === undefined ? "" : `: ${missing}`}`, () => {
  let folder: string;
  let one: Pair;
  let two: Pair;
  let lines: string[];
  const at = (name: string): string => join(folder, name);
  const put = (from: Pair, what: "key" | "certificate"): void => copyFileSync(from[what], at(`${what}.pem`));
  const log = createLog("info", false, (line) => lines.push(line));
  const open = (): Promise<KeptPair> =>
    keepPair(
      { certificate: at("certificate.pem"), key: at("key.pem"), x5c: true, kid: "libtrust" },
      { clock: () => new Date(), log },
    );

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docker-id-kept-"));
    [one, two] = [makeSigningPair(folder, "one"), makeSigningPair(folder, "two")];
  });
  beforeEach(() => {
    lines = [];
    for (const what of ["key", "certificate"] as const) put(one, what);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is left alone while its files are", async () => {
    const kept = await open();
    const before = kept.current();
    await kept.look();
    expect(kept.current()).toBe(before);
    expect(kept.trouble()).toBeUndefined();
    expect(lines).toEqual([]);
  });

  it("says nothing of a half that is there at one look alone, and then says it once", async () => {
    const kept = await open();
    const before = kept.current();
    put(two, "key");
    await kept.look();
    expect(kept.trouble()).toBeUndefined();
    put(one, "key");
    await kept.look();
    put(two, "key");
    await kept.look();
    expect(kept.trouble()).toBeUndefined();
    expect(lines).toEqual([]);

    for (const _ of [1, 2, 3]) await kept.look();
    expect(kept.trouble()).toMatch(/is not the key of the signing certificate/);
    expect(lines).toHaveLength(1);
    expect(kept.current()).toBe(before);

    put(one, "key");
    await kept.look();
    expect(kept.trouble()).toBeUndefined();
  });

  it("takes up a renewed certificate of the same key", async () => {
    const kept = await open();
    const before = kept.current();
    const renewed = { key: one.key, certificate: at("renewed.pem") };
    certify(renewed, 90);
    put(renewed, "certificate");
    await kept.look();
    expect(kept.current().validTo.getTime()).toBeGreaterThan(before.validTo.getTime());
    expect(kept.current().header.kid).toBe(before.header.kid);
  });

  it("warns when everybody may read the key", async () => {
    await open();
    expect(lines).toEqual([]);
    chmodSync(at("key.pem"), 0o644);
    await open();
    chmodSync(at("key.pem"), 0o600);
    expect(lines.join("")).toContain("may be read by everybody");
    expect(lines).toHaveLength(1);
  });
});
