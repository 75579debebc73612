import { Flags } from "@oclif/core";
import { BaseCommand } from "../../base-command.ts";
import { logLevels, readSettings } from "../../server/settings.ts";
import { readConfig, serveUntilTold } from "../serve.ts";

/** `docker-id registry serve`: the verifier by the file of the token server that was there before it, called as that was. */
export default class RegistryServe extends BaseCommand {
  static override summary = "run the verifier by godoauth's configuration file, as it is";
  static override description =
    "The same as docker-id serve, called as godoauth was: -config FILE, and config.yaml where none is given. Users stay " +
    "in Vault as they are. What godoauth did wrong is mended, and the log says so at start.";
  static override examples = [
    "<%= config.bin %> registry serve -config /etc/godoauth/config.yaml",
    "<%= config.bin %> registry serve -config godoauth.yml --state-dir state --admin unix:///run/my/admin.sock",
  ];
  static override flags = {
    config: Flags.string({ helpValue: "FILE", default: "config.yaml", summary: "godoauth's file, or docker-id's own" }),
    registry: Flags.string({
      multiple: true,
      helpValue: "http[s]://ADDRESS:PORT",
      summary: "listen there, in place of registry.listen of docker-id's own file",
    }),
    "state-dir": Flags.string({ helpValue: "DIR", summary: "where the state is kept" }),
    "guarded-marker": Flags.string({
      helpValue: "PATH",
      summary: "the file outside of it that says that an engine is guarded",
    }),
    admin: Flags.string({ helpValue: "unix:///PATH", summary: "the admin door" }),
    authz: Flags.string({ helpValue: "unix:///PATH", summary: "the authorization plugin's door" }),
    "docker-host": Flags.string({ helpValue: "unix:///PATH", summary: "the engine, where there is one" }),
    "admin-group": Flags.string({ helpValue: "GROUP", summary: "who may open the admin door" }),
    "log-level": Flags.string({ options: [...logLevels], summary: "how much the log on stderr says" }),
  };

  async run(): Promise<{ readonly ended: string }> {
    // Go's flags have one dash or two
    this.argv = this.argv.map((word) => word.replace(/^-config(?==|$)/, "--config"));
    const { flags } = await this.parse(RegistryServe);
    const { config, registry, admin, authz } = flags;
    const settings = readSettings(
      {
        registry,
        admin,
        authz,
        stateDir: flags["state-dir"],
        guardedMarker: flags["guarded-marker"],
        dockerHost: flags["docker-host"],
        adminGroup: flags["admin-group"],
        logLevel: flags["log-level"],
      },
      await readConfig(config),
      process.cwd(),
    );
    return await serveUntilTold(settings, this.config.version, (sentence) => this.say(sentence));
  }
}
