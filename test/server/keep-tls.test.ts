import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SecureContextOptions } from "node:tls";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type KeptTls, keepTls } from "../../src/server/keep-tls.ts";
import { createLog } from "../../src/server/log.ts";
import { makeAuthority, type Pair } from "../support/certificates.ts";
import { suite } from "../support/on-stage.ts";
import { until } from "../support/until.ts";

suite("the files of a door that speaks TLS", ["openssl"], () => {
  let folder: string;
  let first: Pair;
  let second: Pair;
  let lines: string[];
  let told: SecureContextOptions[];
  let kept: KeptTls | undefined;
  const file = (name: string): string => path.join(folder, `used.${name}`);
  const use = (pair: Pair, ...which: readonly ("key" | "certificate")[]): void => {
    for (const each of which) copyFileSync(pair[each], file(each));
  };
  const keep = async (): Promise<KeptTls> => {
    const files = { certificate: file("certificate"), key: file("key"), clientCa: file("ca") };
    const log = createLog("info", false, (line) => lines.push(line));
    const parts = { whose: "the door", hint: "mend them", log, lookEveryMs: 5 };
    kept = await keepTls(files, (context) => told.push(context), parts);
    return kept;
  };
  const warnings = (): number => lines.filter((line) => line.includes("is not used")).length;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "docker-id-tls-"));
    const authority = makeAuthority(folder);
    first = authority.issue("first", "/CN=first");
    second = authority.issue("second", "/CN=second");
    use(first, "key", "certificate");
    copyFileSync(authority.certificate, file("ca"));
    [lines, told] = [[], []];
  });
  afterEach(() => {
    kept?.close();
    rmSync(folder, { recursive: true });
  });

  it("are warned of where the key is everybody's", async () => {
    await keep();
    expect(lines.join("")).not.toContain("chmod");
    kept?.close();
    chmodSync(file("key"), 0o644);
    await keep();
    expect(lines.join("")).toMatch(/key of the door .*chmod 600/);
  });

  it("are read again when they are others, and not before they go together", async () => {
    const { current } = await keep();
    expect(current()).toMatchObject({ cert: readFileSync(first.certificate), ca: readFileSync(file("ca")) });
    use(second, "certificate");
    await until("it is complained of", () => warnings() === 1);
    expect(told).toEqual([]);
    expect(current()).toMatchObject({ cert: readFileSync(first.certificate) });
    use(second, "key");
    await until("they are shown", () => told.length === 1);
    const now = { cert: readFileSync(second.certificate), key: readFileSync(second.key) };
    expect(told).toMatchObject([now]);
    expect(current()).toMatchObject(now);
    expect(warnings()).toBe(1);
  });

  it("are read again for other authorities too, but for none", async () => {
    await keep();
    writeFileSync(file("ca"), "");
    await until("it is complained of", () => warnings() === 1);
    const other = makeAuthority(folder, "other").certificate;
    copyFileSync(other, file("ca"));
    await until("it is trusted", () => told.length === 1);
    expect(told).toMatchObject([{ ca: readFileSync(other) }]);
  });

  it.each(["key", "certificate", "ca"])("must be there to begin with: %s", async (name) => {
    rmSync(file(name));
    await expect(keep()).rejects.toMatchObject({ code: "misuse", hint: "mend them" });
    writeFileSync(file(name), "no PEM");
    await expect(keep()).rejects.toMatchObject({ code: "misuse" });
  });
});
