import { describe, expect, it } from "vitest";
import type { Users } from "../../../src/server/users/users.ts";
import { vaultMemoryMs } from "../../../src/server/users/vault/vault-users.ts";
import { startOpenBao } from "../../support/openbao.ts";
import { until } from "../../support/until.ts";
import { withVault, type VaultStage } from "./vault-stage.ts";

withVault("users of a real OpenBao, asked for", (stage) => {
  describe("with a token", () => {
    it("of nobody, or without the right, cannot be asked for", async () => {
      await stage().bao.allowReading("elsewhere", "elsewhere/*");
      for (const token of ["s.nobodys", await stage().bao.makeToken("elsewhere", 60)]) {
        const users = await stage().open({ auth: { token } });
        await expect(users.find("alice")).rejects.toThrow(/denies its token the question/);
      }
    });

    it("that lives for seconds go on being found, since it is renewed", async () => {
      const token = await stage().bao.makeToken("users", 5);
      await livesOn(stage(), await stage().open({ auth: { token } }), 7);
    });

    it("that cannot be renewed are found until it ends, and the log has said so", async () => {
      const token = await stage().bao.makeToken("users", 2, { renewable: false });
      const users = await stage().open({ auth: { token } });
      expect(await users.find("alice")).toBeDefined();
      await until("the token ends", async () => {
        stage().pass(vaultMemoryMs);
        return await users.find("alice").then(
          () => false,
          (error: Error) => /denies its token the question/.test(error.message),
        );
      });
      expect(stage().logged()).toMatch(/cannot be renewed any more; it ends within/);
    });

    it("of a file follow when the file is given another one", async () => {
      const first = await stage().bao.makeToken("users", 600);
      const path = stage().write("token", `${first}\n`);
      const users = await stage().open({ auth: { tokenFile: path } });
      expect(await users.find("alice")).toBeDefined();
      await stage().bao.tell("POST", "auth/token/revoke", { token: first });
      stage().pass(10_000);
      await expect(users.find("alice")).rejects.toThrow(/denies its token the question/);
      stage().write("token", await stage().bao.makeToken("users", 600));
      stage().pass(10_000);
      expect(await users.find("alice")).toBeDefined();
    });

    it("of a file that is not there yet are found once it is", async () => {
      const users = await stage().open({ auth: { tokenFile: stage().workspace.path("later") } });
      await expect(users.find("alice")).rejects.toThrow(/credentials cannot be read/);
      stage().write("later", await stage().bao.makeToken("users", 600));
      stage().pass(10_000);
      expect(await users.find("alice")).toBeDefined();
    });
  });

  describe("with an AppRole", () => {
    it("are found, and go on being found past all that a token can be renewed", async () => {
      const settings = { token_policies: "users", token_ttl: "2s", token_max_ttl: "4s" };
      const { roleId, secretId } = await stage().bao.makeAppRole("short", settings);
      const auth = { roleId, secretIdFile: stage().write("short-secret", `${secretId}\n`) };
      await livesOn(stage(), await stage().open({ auth }), 6);
    });

    it("are found with tokens that cannot be renewed at all", async () => {
      const settings = { token_policies: "users", token_ttl: "2s", token_type: "batch" };
      const { roleId, secretId } = await stage().bao.makeAppRole("batch", settings);
      await livesOn(
        stage(),
        await stage().open({ auth: { roleId, secretIdFile: stage().write("batch-secret", secretId) } }),
        5,
      );
    });

    it("are found again after the token was revoked", async () => {
      const { roleId, secretId } = await stage().bao.makeAppRole("long", { token_policies: "users", token_ttl: "1h" });
      const users = await stage().open({ auth: { roleId, secretIdFile: stage().write("long-secret", secretId) } });
      expect(await users.find("alice")).toBeDefined();
      const accessors = (await stage().bao.tell("GET", "auth/token/accessors?list=true"))["data"]?.["keys"] as string[];
      for (const accessor of accessors) {
        const { body } = await stage().bao.ask("POST", "auth/token/lookup-accessor", { accessor });
        if (body["data"]?.["path"] === "auth/approle/login")
          await stage().bao.tell("POST", "auth/token/revoke-accessor", { accessor });
      }
      stage().pass(10_000);
      expect(await users.find("alice")).toBeDefined();
    });

    it("that Vault does not know cannot be asked for, and the log does not have its secret", async () => {
      const auth = { roleId: "nobody", secretIdFile: stage().write("wrong-secret", "not-the-secret-id") };
      const users = await stage().open({ auth });
      await expect(users.find("alice")).rejects.toThrow(/does not accept the AppRole/);
      expect(stage().logged()).toMatch(/gives no token yet/);
      expect(stage().logged()).not.toContain("not-the-secret-id");
    });
  });

  it("are not asked for where nobody vouches for the server", async () => {
    const { address, token } = stage().bao;
    const users = await stage().openVault({ address, mount: "registry", kv: 1, auth: { token }, timeoutMs: 5000 });
    await expect(users.find("alice")).rejects.toThrow(/cannot be asked/);
  });

  it("cannot be asked for while it is gone or sealed, and are found when it is back", async () => {
    const other = await startOpenBao(stage().workspace, { tls: false });
    await other.mountKv("registry", 1);
    await other.writeUser("registry", 1, "alice", { password: "x" });
    const auth = { tokenFile: stage().write("other-token", other.token) };
    const vault = { address: other.address, mount: "registry", kv: 1, auth, timeoutMs: 5000 } as const;
    const users = await stage().openVault(vault);
    expect(await users.find("alice")).toBeDefined();
    await other.tell("PUT", "sys/seal");
    stage().pass(vaultMemoryMs);
    await expect(users.find("alice")).rejects.toThrow(/is sealed \(503\)/);
    await other.stop();
    await expect(users.find("alice")).rejects.toThrow(/cannot be asked/);
    const again = await startOpenBao(stage().workspace, { tls: false, port: Number(new URL(other.address).port) });
    await again.mountKv("registry", 1);
    await again.writeUser("registry", 1, "alice", { password: "x" });
    stage().write("other-token", again.token);
    stage().pass(10_000);
    expect(await users.find("alice")).toBeDefined();
  });
});

/** They are found again and again for so many seconds. */
async function livesOn(stage: VaultStage, users: Users, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  await until("the time is over", async () => {
    stage.pass(vaultMemoryMs);
    expect(await users.find("alice")).toBeDefined();
    return Date.now() > end;
  });
}
