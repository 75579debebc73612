import { readFileSync } from "node:fs";
import * as Flags from "@oclif/core/flags";
import { BaseCommand } from "../base-command.ts";
import { destroyRootKey, readStatus } from "../client/admin.ts";
import { askWhether, canAsk } from "../config/prompt.ts";
import { Failure } from "../errors.ts";
import { forgetId, listNames, readKeptId } from "../keychain/kept-id.ts";
import type { Destroyed } from "../protocol/admin.ts";
import { defaults } from "../protocol/defaults.ts";

const offlineFlags = {
  config: offlineFlag("FILE", "the verifier's settings, for --offline"),
  "state-dir": offlineFlag("DIR", `the verifier's state folder, for --offline (${defaults.stateDir})`),
  "guarded-marker": offlineFlag("PATH", `the verifier's marker, for --offline (${defaults.marker}, else DIR.guarded)`),
  "docker-host": offlineFlag("unix:///PATH", `the verifier's engine, for --offline (${defaults.dockerHost})`),
};

function offlineFlag(helpValue: string, summary: string) {
  return Flags.string({ helpValue, summary, dependsOn: ["offline"] });
}

const now = (): Date => new Date();

/** `docker-id destroy`: ends authorization. */
export default class Destroy extends BaseCommand {
  static override summary = "take the guard away: the engine obeys everyone again";
  static override description =
    "Needs the root id. Every id of this engine is void afterwards, for good. As root on the engine's host, --offline does " +
    "it without a verifier and without the root id.";
  static override examples = ["<%= config.bin %> destroy", "<%= config.bin %> destroy --yes"];
  static override flags = {
    id: Flags.string({ helpValue: "-|@FILE", summary: "the root id, in place of the default one" }),
    yes: Flags.boolean({ char: "y", summary: "do not ask" }),
    offline: Flags.boolean({ summary: "without a verifier, as root on the engine's host", exclusive: ["id"] }),
    ...offlineFlags,
  };

  async run(): Promise<Destroyed> {
    const { flags } = await this.parse(Destroy);
    if (flags.offline) {
      await this.#ask(flags.yes, "this host's engine");
      return await this.#destroyOffline(flags);
    }
    const id = await this.requireId(flags.id);
    const status = await readStatus(this.verifier);
    await this.requireSameEngine(status, id.macaroon);
    await this.#ask(flags.yes, this.engine.name);
    const destroyed = await destroyRootKey(this.verifier, id.text);
    await this.#forget(destroyed.kid);
    this.#tell(this.engine.name);
    return destroyed;
  }

  async #destroyOffline(flags: Partial<Record<keyof typeof offlineFlags, string | undefined>>): Promise<Destroyed> {
    const [{ readSettings }, { destroyOffline }, { openAudit }] = await Promise.all([
      import("../server/settings.ts"),
      import("../server/stores/destroy-offline.ts"),
      import("../server/audit/log.ts"),
    ]);
    const file = flags.config === undefined ? undefined : { path: flags.config, text: readSettingsFile(flags.config) };
    const {
      stateDir,
      guardedMarker,
      dockerSocket,
      audit: kept,
    } = readSettings(
      { stateDir: flags["state-dir"], guardedMarker: flags["guarded-marker"], dockerHost: flags["docker-host"] },
      file,
      process.cwd(),
    );
    const places = {
      stateDir,
      marker: guardedMarker,
      machineMarker: defaults.marker,
      dockerHost: `unix://${dockerSocket}`,
    };
    const destroyed = await destroyOffline({ ...places, clock: now }, (kid) => {
      const audit = openAudit({ ...kept, clock: now });
      const line = {
        action: "guard.destroy",
        op: "write",
        touches: [`key:${kid}:write`],
        reasons: ["offline"],
      } as const;
      try {
        audit.record(
          { time: now().toISOString(), door: "offline", verdict: "allowed", ...line },
          { administrative: true },
        );
      } finally {
        audit.close();
      }
    });
    this.#tell("this host's engine");
    return destroyed;
  }

  async #ask(yes: boolean, engine: string): Promise<void> {
    if (yes) return;
    if (!canAsk())
      throw new Failure("misuse", "there is nobody to ask whether to take the guard away", { hint: "say --yes" });
    if (!(await askWhether(`Take the guard away from ${engine}? Every id of it is void then.`))) {
      throw new Failure("refused", "nothing was changed");
    }
  }

  /** What is kept for another key stays: it may be of an engine that was guarded anew by someone else. */
  async #forget(kid: string): Promise<void> {
    try {
      const keychain = await this.openKeychain();
      for (const name of await listNames(keychain, this.engine.name)) {
        const kept = await readKeptId(keychain, this.engine.name, name);
        if (kept?.kid === kid) await forgetId(keychain, this.engine.name, name);
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.say(`the void id could not be taken out of the keychain: ${error.message}`);
    }
  }

  #tell(engine: string): void {
    this.say(`${engine} obeys everyone again; the engine still asks docker-id, which now lets everything pass`);
    this.say("docker-id install --engine --uninstall ends that too");
  }
}

function readSettingsFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new Failure("misuse", `${path} cannot be read`, { cause });
  }
}
