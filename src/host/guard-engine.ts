import { basename } from "node:path";
import { Failure } from "../errors.ts";
import { readDaemonJson, writePlugins, type DaemonJson } from "./daemon-json.ts";
import { findDockerd, reload, type Dockerd } from "./dockerd.ts";
import { activates, askSocket, unixPath, until } from "./sockets.ts";
import { hasSystemd, removeUnit, startUnit, unitPath, unitText } from "./systemd.ts";

/** Which engine is to be guarded, and by what. */
export interface Guarding {
  /** `unix:///…` of the engine. */
  readonly dockerHost: string;
  /** `unix:///run/docker/plugins/NAME.sock`; NAME is what daemon.json will say. */
  readonly authz: string;
  /** Path of daemon.json; undefined: the one that the running dockerd reads, else `/etc/docker/daemon.json`. */
  readonly daemonConfig: string | undefined;
  readonly pidFile: string;
  /** The absolute argv that starts the verifier. */
  readonly command: readonly string[];
  /** The verifier's own word on whether the engine asks it just now; undefined while it does not say. */
  readonly asks: () => Promise<boolean | undefined>;
  /** Told of each step, one line. */
  readonly say: (line: string) => void;
}

/** What became of it. */
export interface Guarded {
  readonly plugin: string;
  readonly daemonConfig: string;
  /** Whether a running engine was told; else it takes effect when the engine starts. */
  readonly live: boolean;
  /** What the engine answered to a request without an id, where it refused it. */
  readonly refusal?: string;
}

const activationMs = 30_000;
const reloadMs = 20_000;

/** What the engine says to a request without an id, when the plugin refuses it; undefined when it does not. */
async function readRefusal(socket: string, plugin: string): Promise<string | undefined> {
  const answer = await askSocket(socket, "GET", "/info");
  if (answer?.status !== 403) return undefined;
  const message = /^\s*\{"message":("(?:[^"\\]|\\.)*")\}\s*$/.exec(answer.text)?.[1];
  const said: unknown = message === undefined ? undefined : JSON.parse(message);
  return typeof said === "string" && said.startsWith(`authorization denied by plugin ${plugin}:`) ? said : undefined;
}

async function look(guarding: Guarding): Promise<{ dockerd: Dockerd | undefined; found: DaemonJson; plugin: string }> {
  if (process.getuid?.() !== 0) {
    throw new Failure("misuse", "only root can put a guard before the engine", { hint: "run it with sudo" });
  }
  const plugin = basename(unixPath(guarding.authz), ".sock");
  const dockerd = await findDockerd(guarding.pidFile);
  const path = guarding.daemonConfig ?? dockerd?.configFile ?? "/etc/docker/daemon.json";
  if (dockerd && dockerd.flagPlugins.length > 0) {
    throw new Failure("conflict", `dockerd was started with --authorization-plugin=${dockerd.flagPlugins.join(",")}`, {
      hint: `such a flag can't be taken back while it runs, and dockerd refuses it beside the same setting in a file: move it to "authorization-plugins" in ${path} and restart dockerd; nothing was changed`,
    });
  }
  return { dockerd, found: await readDaemonJson(path), plugin };
}

async function startVerifier(guarding: Guarding, socket: string): Promise<void> {
  if (hasSystemd()) {
    guarding.say(`writing ${unitPath} and starting it`);
    await startUnit(unitText(guarding.command, socket));
  } else if (!(await activates(socket))) {
    throw new Failure("no_verifier", "there is no systemd here to run the verifier, and none answers yet", {
      hint: `keep this running, started before dockerd, then call again: ${guarding.command.join(" ")}`,
    });
  }
  guarding.say(`waiting until ${socket} answers`);
  if (!(await until(() => activates(socket), activationMs))) {
    throw new Failure("no_verifier", `nothing answered at ${socket}, so the engine was not told of it`, {
      hint: hasSystemd() ? "see: journalctl -u docker-id" : `start it: ${guarding.command.join(" ")}`,
    });
  }
}

/**
 * Puts the guard before an engine: the verifier first, then daemon.json, then the running dockerd. Never the other
 * order: dockerd that is told of a plugin that does not answer lets everything pass for 15 s and then dies.
 */
export async function installGuard(guarding: Guarding): Promise<Guarded> {
  const { dockerd, found, plugin } = await look(guarding);
  const engine = unixPath(guarding.dockerHost);
  await startVerifier(guarding, unixPath(guarding.authz));
  if (!found.plugins.includes(plugin)) {
    guarding.say(`adding "${plugin}" to "authorization-plugins" in ${found.path}`);
    await writePlugins(found, [...found.plugins, plugin]);
  }
  const result = { plugin, daemonConfig: found.path };
  if (!dockerd) {
    guarding.say("dockerd is not running; it will ask docker-id from its next start");
    return { ...result, live: false };
  }
  guarding.say(`telling dockerd (pid ${dockerd.pid}) to read it`);
  reload(dockerd);
  if (!(await until(async () => (await guarding.asks()) === true, reloadMs))) {
    throw new Failure("failed", `dockerd does not ask ${plugin}, though ${found.path} names it`, {
      hint: "see dockerd's log; another --config-file may be in force (--daemon-config says which to write)",
    });
  }
  const refusal = await readRefusal(engine, plugin);
  return { ...result, live: true, ...(refusal === undefined ? {} : { refusal }) };
}

/** Takes the guard away: daemon.json first, then the running dockerd, and the verifier last. Ids and keys stay. */
export async function removeGuard(guarding: Guarding): Promise<Guarded> {
  const { dockerd, found, plugin } = await look(guarding);
  if (found.plugins.includes(plugin)) {
    guarding.say(`taking "${plugin}" out of ${found.path}`);
    await writePlugins(
      found,
      found.plugins.filter((name) => name !== plugin),
    );
  }
  if (dockerd) {
    guarding.say(`telling dockerd (pid ${dockerd.pid}) to read it`);
    reload(dockerd);
    // A verifier that is gone can't say, and there is none to keep running for the engine either
    const gone = !(await activates(unixPath(guarding.authz)));
    if (!gone && !(await until(async () => (await guarding.asks()) === false, reloadMs))) {
      throw new Failure("failed", `dockerd still asks ${plugin}; the verifier is left running`, {
        hint: "see dockerd's log; stopping the verifier now would make the engine refuse everything",
      });
    }
  }
  if (hasSystemd() && (await removeUnit())) guarding.say(`stopped the verifier and removed ${unitPath}`);
  return { plugin, daemonConfig: found.path, live: dockerd !== undefined };
}
