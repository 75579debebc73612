import { resolve } from "node:path";
import { Flags } from "@oclif/core";
import { BaseCommand } from "../base-command.ts";
import { readStatus } from "../client/admin.ts";
import { findVerifier } from "../client/find-verifier.ts";
import { removeContext, writeContext, type OwnContext } from "../own-context.ts";
import { installPlugin, removePlugin, systemPluginFolder, userPluginFolder } from "../docker-cli/plugin.ts";
import { installGuard, removeGuard, type Guarded, type Guarding } from "../host/guard-engine.ts";
import { defaults } from "../protocol/defaults.ts";
import { startCommand } from "../start-command.ts";

/** What was put in place, or taken away. */
interface Installed {
  readonly done: "installed" | "removed" | "nothing";
  /** The script in docker's plugin folder. */
  readonly plugin?: string;
  readonly guard?: Guarded;
  readonly context?: OwnContext;
}

const engineFlags = {
  config: engineFlag("FILE", "settings that the verifier is started with"),
  "docker-host": engineFlag("unix:///PATH", `the engine (${defaults.dockerHost})`),
  authz: engineFlag("unix:///PATH", `the verifier's plugin socket (${defaults.authz})`),
  admin: engineFlag("unix:///PATH", `the verifier's admin door (DOCKER_ID_SERVER, else ${defaults.admin})`),
  "daemon-config": engineFlag("FILE", "the engine's daemon.json (the one that dockerd was started with)"),
  "pid-file": engineFlag("FILE", "dockerd's pid file (/var/run/docker.pid)"),
};

function engineFlag(helpValue: string, summary: string) {
  return Flags.string({ helpValue, summary: `with --engine: ${summary}`, dependsOn: ["engine"] });
}

/** `docker-id install`: makes docker-id a guest of the docker CLI, or the guard of this host's engine. */
export default class Install extends BaseCommand {
  static override summary = "make `docker id` a command of the docker CLI, or with --engine guard this host's engine";
  static override description =
    "With --engine, as root on the engine's host: starts the verifier as a systemd service before docker, waits until " +
    "it answers, adds it to daemon.json and has dockerd read that, without a restart. Nothing is refused until " +
    "docker-id init. --uninstall goes the other way round; ids and keys stay where they are. With --context: makes a " +
    "docker context whose engine is this one under its default id, for plain docker, compose and SDKs; the socket behind " +
    "it is kept by this user's systemd, where there is one.";
  static override examples = [
    "<%= config.bin %> install",
    "<%= config.bin %> install --context",
    "sudo <%= config.bin %> install --engine",
    "sudo <%= config.bin %> install --engine --uninstall",
  ];
  static override flags = {
    engine: Flags.boolean({ summary: "guard this host's engine" }),
    system: Flags.boolean({ summary: "docker id for every user of this host", exclusive: ["engine"] }),
    context: Flags.boolean({ summary: "a docker context under the default id", exclusive: ["engine", "system"] }),
    uninstall: Flags.boolean({ summary: "take it away again" }),
    ...engineFlags,
  };

  async run(): Promise<Installed> {
    const { flags } = await this.parse(Install);
    const { engine, system, context, uninstall } = flags;
    if (context) return await this.#beContext(uninstall);
    if (engine) return await this.#guard(this.#readGuarding(flags), uninstall);
    return await this.#beGuest(system ? systemPluginFolder : userPluginFolder(process.env), uninstall);
  }

  async #beGuest(folder: string, uninstall: boolean): Promise<Installed> {
    if (uninstall) {
      const removed = await removePlugin(folder);
      this.log(removed ? `docker id is no longer in ${folder}` : `there is no docker id of ours in ${folder}`);
      return { done: removed ? "removed" : "nothing" };
    }
    const plugin = await installPlugin(folder, startCommand());
    this.log(`docker id works now: ${plugin}`);
    return { done: "installed", plugin };
  }

  async #beContext(uninstall: boolean): Promise<Installed> {
    const parts = { engine: this.engine, environment: process.env, dockerFlags: BaseCommand.dockerFlags };
    if (uninstall) {
      const context = await removeContext(parts, (line) => this.say(line));
      this.log(context === undefined ? "there is no docker context of ours" : `the docker context ${context} is gone`);
      return { done: context === undefined ? "nothing" : "removed" };
    }
    const context = await writeContext(parts, (line) => this.say(line));
    this.log(`docker context use ${context.name}    # from then on plain docker has the default id`);
    this.log(`export DOCKER_HOST=unix://${context.socket}    # for what knows no contexts`);
    return { done: "installed", context };
  }

  #readGuarding(flags: Partial<Record<keyof typeof engineFlags, string | undefined>>): Guarding {
    const {
      config,
      "docker-host": dockerHost,
      authz,
      admin,
      "daemon-config": daemonConfig,
      "pid-file": pidFile,
    } = flags;
    const verifier = findVerifier(
      { name: "this host", local: true },
      admin ?? process.env["DOCKER_ID_SERVER"],
      undefined,
    );
    return {
      dockerHost: dockerHost ?? defaults.dockerHost,
      authz: authz ?? defaults.authz,
      daemonConfig: daemonConfig === undefined ? undefined : resolve(daemonConfig),
      pidFile: pidFile ?? "/var/run/docker.pid",
      command: [
        ...startCommand(),
        "serve",
        ...(config === undefined ? [] : ["--config", resolve(config)]),
        ...(dockerHost === undefined ? [] : ["--docker-host", dockerHost]),
        ...(authz === undefined ? [] : ["--authz", authz]),
        ...(admin === undefined ? [] : ["--admin", admin]),
      ],
      asks: async () => (await readStatus(verifier).catch(() => undefined))?.engine.asks,
      say: (line) => this.say(line),
    };
  }

  async #guard(guarding: Guarding, uninstall: boolean): Promise<Installed> {
    if (uninstall) {
      const guard = await removeGuard(guarding);
      this.log("the engine does not ask docker-id any more: whoever reaches it may do everything");
      return { done: "removed", guard };
    }
    const guard = await installGuard(guarding);
    if (guard.refusal !== undefined) this.log(`without an id, the engine now says: ${guard.refusal}`);
    else if (guard.live) this.log("the engine asks docker-id, which lets everything pass until: docker-id init");
    return { done: "installed", guard };
  }
}
