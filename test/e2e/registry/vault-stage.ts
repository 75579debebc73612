import { writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { openUsers } from "../../../src/server/users/open-users.ts";
import type { Users, VaultSettings } from "../../../src/server/users/users.ts";
import { vaultMemoryMs } from "../../../src/server/users/vault/vault-users.ts";
import { hashingFor, readableLog, standingClock } from "../../server/users/records.ts";
import { needsOpenBao, startOpenBao, type OpenBao } from "../../support/openbao.ts";
import { openWorkspace, type Workspace } from "../../support/workspace.ts";

/** A real OpenBao with two stores of users, and a clock that passes when it is told to. */
export interface VaultStage {
  readonly bao: OpenBao;
  readonly workspace: Workspace;
  /** What was logged so far. */
  readonly logged: () => string;
  readonly pass: (this: void, ms: number) => void;
  /** Users of the store as godoauth laid it out, asked for with the root token, unless told otherwise; closed after the test. */
  readonly open: (this: void, settings: Partial<VaultSettings>) => Promise<Users>;
  /** The same without what is usual. */
  readonly openVault: (this: void, vault: VaultSettings) => Promise<Users>;
  /** Writes a file for nobody else, and gives its path. */
  readonly write: (this: void, name: string, text: string) => string;
}

/** A describe with one; what it logs never has a token or a password in it. */
export function withVault(title: string, tests: (stage: () => VaultStage) => void): void {
  const why = needsOpenBao();
  describe.skipIf(why !== undefined)(why === undefined ? title : `${title} (${why})`, () => {
    let stage: VaultStage;
    const opened: Users[] = [];
    const { clock, pass } = standingClock();
    const { log, lines } = readableLog();

    const openVault = async (vault: VaultSettings) => {
      const users = await openUsers({ users: {}, vault }, { clock, log, hashing: hashingFor(clock) });
      opened.push(users);
      return users;
    };

    beforeAll(async () => {
      const workspace = openWorkspace();
      const bao = await startOpenBao(workspace);
      await bao.mountKv("registry", 1);
      await bao.mountKv("versioned", 2);
      await bao.allowReading("users", "registry/*", "versioned/data/*");
      await bao.writeUser("registry", 1, "alice", { password: "plain wörds", access: "repository:linux/app:*" });
      await bao.writeUser("versioned", 2, "alice", { password: "other words", access: "repository:linux/db:pull" });
      const { address, token, ca = "" } = bao;
      const usual = { address, ca, mount: "registry", kv: 1, auth: { token }, timeoutMs: 10_000 } as const;
      stage = {
        bao,
        workspace,
        logged: () => lines.join("\n"),
        pass,
        openVault,
        open: async (settings) => await openVault({ ...usual, ...settings }),
        write: (name, text) => {
          writeFileSync(workspace.path(name), text, { mode: 0o600 });
          return workspace.path(name);
        },
      };
    });
    afterEach(() => {
      for (const users of opened.splice(0)) users.close();
      pass(10 * vaultMemoryMs);
    });
    afterAll(async () => {
      await stage.workspace.close();
      expect(lines.join("\n")).not.toMatch(/root-[0-9a-f]|\bs\.\w{20}|plain wörds|other words|secret-id/);
    });
    tests(() => stage);
  });
}
