import { afterAll, beforeAll, expect, it } from "vitest";
import { newestDocker } from "../support/dockers.ts";
import { openSession, type Session } from "../support/keyring.ts";
import { onStage } from "../support/on-stage.ts";
import { run } from "../support/run.ts";
import { secret } from "../support/stage.ts";
import { openWorkspace, type Workspace } from "../support/workspace.ts";
import { allowed, failed, refused } from "../support/verdicts.ts";

onStage(
  "ids in a real gnome-keyring",
  (stage) => {
    let session: Session;
    let workspace: Workspace;
    /** docker-id in that session, with the keychain that is the default: the system's. */
    const id = (...words: string[]) =>
      stage().id(words, { env: { ...session.env, HOME: stage().env["HOME"] ?? "", DOCKER_ID_KEYCHAIN: "" } });
    const ps = (token?: string) => stage().docker(newestDocker(), token, ["ps"]);
    const state = async () => (JSON.parse(allowed(await id("status", "--json"))) as { state: string }).state;

    beforeAll(async () => {
      workspace = openWorkspace();
      session = await openSession(workspace, "silent");
    });
    afterAll(() => workspace.close());

    it("leaves the host as it was where there is no keyring, and says what would work", async () => {
      const outcome = await id("init", "--secret", secret);
      failed(outcome, 4, /keychain/);
      expect(outcome.stderr).toContain("--keychain file");
      allowed(await ps());
      expect(await state()).toBe("open");
    });

    it("does so where there is no session bus at all", async () => {
      const words = ["init", "--secret", secret];
      failed(await stage().id(words, { env: { DOCKER_ID_KEYCHAIN: "os" } }), 4, /keychain/);
      allowed(await ps());
    });

    it("does so where the keyring is locked", async () => {
      await session.become("unlocked");
      await session.become("locked");
      failed(await id("init", "--secret", secret), 4, /locked/);
      allowed(await ps());
      expect(await state()).toBe("open");
    });

    it("keeps the root id in an unlocked one, where secret-tool sees it", async () => {
      await session.become("unlocked");
      allowed(await id("init", "--secret", secret));
      refused(await ps());
      const root = allowed(await id("show"));
      allowed(await ps(root));
      const found = await run("secret-tool", ["search", "--all", "service", "docker-id"], { env: session.env });
      expect(found.stdout + found.stderr).toContain(root);
    });

    it("finds it again after a logout and a login", async () => {
      const root = allowed(await id("show"));
      await session.become("unlocked");
      expect(allowed(await id("show"))).toBe(root);
    });

    it("tells a locked keyring from one without an id, and never falls back to a file by itself", async () => {
      await session.become("locked");
      failed(await id("show"), 4, /locked/);
      failed(await id("create", "--op", "read"), 4, /locked/);
      await session.become("unlocked");
      allowed(await id("destroy", "--yes"));
      failed(await id("show"), 4);
      const found = await run("secret-tool", ["search", "--all", "service", "docker-id"], { env: session.env });
      expect(found.stdout + found.stderr).not.toContain("dkid_");
    });

    it("uses a file when that is chosen, and remembers the choice", async () => {
      await session.become("silent");
      allowed(await id("init", "--keychain", "file", "--secret", secret));
      const root = allowed(await id("show"));
      allowed(await ps(root));
      allowed(await id("destroy", "--yes"));
    });
  },
  { also: ["gnome-keyring", "dbus", "libsecret"] },
);
