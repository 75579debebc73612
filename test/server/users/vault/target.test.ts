import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openUsers } from "../../../../src/server/users/open-users.ts";
import type { VaultSettings } from "../../../../src/server/users/users.ts";
import { hashingFor, readableLog, standingClock } from "../records.ts";
import { freePort } from "../../../support/free-port.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-id-"));
afterAll(() => rmSync(folder, { recursive: true }));

const usual = { mount: "registry", kv: 1, auth: { token: "s.token" }, timeoutMs: 1000 } as const;
const open = async (settings: Partial<VaultSettings>) => {
  const { clock } = standingClock();
  const { log, lines } = readableLog();
  const vault = { address: `http://127.0.0.1:${freePort()}`, ...usual, ...settings };
  const users = await openUsers({ users: {}, vault }, { clock, log, hashing: hashingFor(clock) });
  users.close();
  return lines;
};

describe("settings of a Vault", () => {
  it.each<Partial<VaultSettings>>([
    { address: "" },
    { address: "vault.example:8200" },
    { address: "ftp://vault.example" },
    { address: "https://user:word@vault.example" },
    { address: "https://vault.example/v1" },
    { address: "https://vault.example/?x" },
    { mount: "" },
    { mount: "a//b" },
    { mount: "../sys" },
    { mount: "a/../sys" },
    { mount: "sys" },
    { mount: "/sys/x" },
    { mount: "auth" },
    { mount: "identity" },
    { mount: "cubbyhole" },
    { mount: "a\nb" },
    { path: "" },
    { path: "a/../../b" },
    { namespace: "" },
    { namespace: "a\r\nX-Vault-Token: b" },
    { namespace: ".." },
    { auth: { token: "" } },
    { auth: { token: "a\r\nb" } },
    { auth: { roleId: "r", secretIdFile: "/nowhere", mount: "../x" } },
    { ca: "/nowhere" },
  ])("are refused: %j", async (settings) => {
    await expect(open(settings)).rejects.toMatchObject({ code: "misuse" });
  });

  it.each(["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])(
    "are refused where nobody vouches in the certificates' file: %j",
    async (text) => {
      const ca = join(folder, "ca.pem");
      writeFileSync(ca, text);
      await expect(open({ ca })).rejects.toMatchObject({ code: "misuse", hint: ca });
    },
  );

  it("do not keep anyone from starting while no Vault is there, which the log says", async () => {
    expect((await open({})).join()).toMatch(/gives no token yet.*ECONNREFUSED/);
    const auth = { tokenFile: join(folder, "none") };
    expect((await open({ auth })).join()).toMatch(/gives no token yet.*cannot be read.*ENOENT/);
  });

  it("are warned of where everything can be read on the way", async () => {
    // This machine's own, by a spelling that nobody needs to see through
    const lines = await open({ address: `http://[::ffff:127.0.0.1]:${freePort()}` });
    expect(lines.join()).toMatch(/asked without TLS/);
    expect((await open({})).join()).not.toMatch(/without TLS/);
  });
});
