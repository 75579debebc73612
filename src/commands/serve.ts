import { randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { Flags } from "@oclif/core";
import { BaseCommand } from "../base-command.ts";
import { Failure } from "../errors.ts";
import { defaults } from "../protocol/defaults.ts";
import { createLog } from "../server/log.ts";
import { serve } from "../server/serve.ts";
import { logLevels, readSettings, type Settings, type SettingsFile } from "../server/settings.ts";

/** `docker-id serve`: the verifier, in the foreground, until it is told to end. */
export default class Serve extends BaseCommand {
  static override summary = "run the verifier that guards an engine";
  static override description =
    "Opens the admin door, the authorization plugin's and, where it is told to, the gateway and the registry's, says `docker-id: ready` on stderr, and runs until SIGTERM or " +
    "SIGINT. An engine need not be there yet.";
  static override examples = [
    "<%= config.bin %> serve",
    "<%= config.bin %> serve --state-dir /srv/docker-id --admin unix:///run/my/admin.sock",
  ];
  static override flags = {
    config: Flags.string({ helpValue: "FILE", summary: "read settings from a YAML file; flags go before it" }),
    "state-dir": Flags.string({ helpValue: "DIR", summary: `where the state is kept (${defaults.stateDir})` }),
    "guarded-marker": Flags.string({
      helpValue: "PATH",
      summary: `the file outside of it that says that the engine is guarded (${defaults.marker}, else DIR.guarded)`,
    }),
    admin: Flags.string({ helpValue: "unix:///PATH", summary: `the admin door (${defaults.admin})` }),
    authz: Flags.string({ helpValue: "unix:///PATH", summary: `the authorization plugin's door (${defaults.authz})` }),
    gateway: Flags.string({
      multiple: true,
      helpValue: "unix:///PATH|tcp://ADDRESS:PORT",
      summary: "stand in front of the engine there, for every client; may be given several times",
    }),
    "gateway-certificate": Flags.string({ helpValue: "FILE", summary: "the gateway's TLS certificate, PEM" }),
    "gateway-key": Flags.string({ helpValue: "FILE", summary: "its key, PEM" }),
    "gateway-client-ca": Flags.string({
      helpValue: "FILE",
      summary: "admit only TLS clients whose certificates these authorities vouch for, PEM",
    }),
    "gateway-insecure-tcp": Flags.boolean({ summary: "serve plain TCP to other machines, too", allowNo: true }),
    "gateway-trusted-proxy": Flags.string({
      multiple: true,
      helpValue: "ADDRESS|CIDR|unix",
      summary: "whose X-Forwarded-For is believed; may be given several times",
    }),
    registry: Flags.string({
      multiple: true,
      helpValue: "http[s]://ADDRESS:PORT",
      summary:
        "make tokens for the configured registries there, in place of registry.listen; may be given several times",
    }),
    "docker-host": Flags.string({ helpValue: "unix:///PATH", summary: `the engine (${defaults.dockerHost})` }),
    "admin-group": Flags.string({
      helpValue: "GROUP",
      summary: "who may open the admin door (docker, where there is one)",
    }),
    "strict-streams": Flags.boolean({ summary: "refuse endless answers to ids that expire", allowNo: true }),
    "log-level": Flags.string({ options: [...logLevels], summary: "how much the log on stderr says (info)" }),
  };

  async run(): Promise<{ readonly ended: string }> {
    const { flags } = await this.parse(Serve);
    const { config } = flags;
    const file = config === undefined ? undefined : await readConfig(config);
    const settings = readSettings(
      {
        stateDir: flags["state-dir"],
        guardedMarker: flags["guarded-marker"],
        admin: flags.admin,
        authz: flags.authz,
        dockerHost: flags["docker-host"],
        gateway: flags.gateway,
        gatewayCertificate: flags["gateway-certificate"],
        gatewayKey: flags["gateway-key"],
        gatewayClientCa: flags["gateway-client-ca"],
        gatewayInsecureTcp: flags["gateway-insecure-tcp"],
        gatewayTrustedProxy: flags["gateway-trusted-proxy"],
        registry: flags.registry,
        adminGroup: flags["admin-group"],
        strictStreams: flags["strict-streams"],
        logLevel: flags["log-level"],
      },
      file,
      process.cwd(),
    );
    return await serveUntilTold(settings, this.config.version, (sentence) => this.say(sentence));
  }
}

/** Runs a verifier until SIGTERM or SIGINT; says when it is ready. */
export async function serveUntilTold(
  settings: Settings,
  version: string,
  say: (sentence: string) => void,
): Promise<{ readonly ended: string }> {
  const told = new Promise<string>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, resolve);
  });
  const log = createLog(settings.logLevel, process.stderr.isTTY, (line) => process.stderr.write(line));
  const verifier = await serve(settings, { version, log, clock: () => new Date(), random: randomBytes });
  say("ready");
  const ended = await told;
  await verifier.close();
  return { ended };
}

/** Reads a configuration file. */
export async function readConfig(file: string): Promise<SettingsFile> {
  try {
    const [text, { mode }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    return { path: file, text, open: (mode & 0o004) !== 0 };
  } catch (cause) {
    throw new Failure("misuse", `${file} cannot be read`, { cause });
  }
}
