import { readFileSync } from "node:fs";
import path from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { BaseCommand, toPresented } from "../../base-command.ts";
import { parseAddress } from "../../caveats/address.ts";
import { coloursOf } from "../../colour.ts";
import { readGivenId } from "../../config/given.ts";
import { Failure } from "../../errors.ts";
import { exitStatus } from "../../exit-status.ts";
import { type ExplainedAccess, explainAccess } from "../../registry/explain.ts";
import { parseScopes } from "../../registry/scopes.ts";
import { readRegistryFile, type ServiceSettings } from "../../registry/settings.ts";
import { ownName } from "../../registry/settings-users.ts";

/** `docker-id registry explain`: which rule or caveat gives or withholds each action at a registry. */
export default class Explain extends BaseCommand {
  static override summary = "tell what a registry's token would grant, and which rule or caveat gives or withholds it";
  static override description =
    "Reads the configuration file and judges as the registry's door would, without it: nobody is asked for a password " +
    "or a user's labels, and an id's signature is not verified. Without --account and --id it tells of whoever gives no " +
    "credentials. Exits with 3 where something would be withheld.";
  static override examples = [
    "<%= config.bin %> registry explain --config serve.yml --service hub --account alice repository:team/app:pull,push",
    "<%= config.bin %> registry explain --config serve.yml --service hub --id @ci.txt --address 10.1.2.3 'repository:team/app:*'",
  ];
  // More of them than one
  static override strict = false;
  static override args = {
    scope: Args.string({ ignoreStdin: true, required: true, description: "type:name:action,action …" }),
  };
  static override flags = {
    config: Flags.string({ helpValue: "FILE", required: true, summary: "the verifier's configuration, or godoauth's" }),
    service: Flags.string({ helpValue: "NAME", required: true, summary: "the registry, by its service" }),
    account: Flags.string({ helpValue: "NAME", summary: "the user name" }),
    address: Flags.string({ helpValue: "IP", summary: "the client's address, as the door would see it" }),
    label: Flags.string({
      helpValue: "KEY=VALUE",
      multiple: true,
      multipleNonGreedy: true,
      summary: "a label of the user's",
    }),
    access: Flags.string({ helpValue: "STRING", summary: "the user's access string, as Vault has it" }),
    id: Flags.string({ helpValue: "-|@FILE", summary: "the id that stands in the password's place" }),
    engine: Flags.string({
      helpValue: "NAME",
      multiple: true,
      multipleNonGreedy: true,
      summary: "a name of the engine that the verifier guards",
    }),
  };

  async run(): Promise<ExplainedAccess> {
    const { argv, flags } = await this.parse(Explain);
    const { config, account, address, access, id, engine = [], label = [] } = flags;
    if (account === ownName && id === undefined) {
      throw new Failure("misuse", `the user name ${ownName} stands for an id, and none is given`, {
        hint: "give --id",
      });
    }
    if (address !== undefined && parseAddress(address) === undefined) {
      throw new Failure("misuse", "--address is no IPv4 or IPv6 address");
    }
    const presented = id === undefined ? undefined : await readGivenId(id, "--id", (sentence) => this.say(sentence));
    const explained = explainAccess(readService(config, flags.service), {
      requested: parseScopes(argv as string[]),
      labels: readLabels(label),
      engine,
      now: new Date(),
      ...(account === undefined ? {} : { account }),
      ...(address === undefined ? {} : { address }),
      ...(access === undefined ? {} : { access }),
      ...(presented === undefined ? {} : { id: toPresented(presented).macaroon }),
    });
    this.#tell(explained);
    return explained;
  }

  #tell({ notes, refused, wishes }: ExplainedAccess): void {
    const colours = coloursOf(process.stdout, process.env);
    for (const note of notes) this.say(note);
    for (const why of refused) this.log(`${colours.red("refused")}, no token at all: ${why}`);
    for (const { type, name, action, granted, why } of wishes) {
      const verdict = granted ? colours.green("granted") : colours.red("withheld");
      this.log(`${verdict} ${type}:${name}:${action}: ${why.join("; ")}`);
    }
    if (refused.length > 0 || wishes.some(({ granted }) => !granted)) process.exitCode = exitStatus.refused;
  }
}

function readService(file: string, name: string): ServiceSettings {
  const settings = readRegistryFile(file, readText(file), (inFile) => path.resolve(path.dirname(file), inFile));
  if (settings === undefined) throw new Failure("misuse", `${file} says nothing of a registry`);
  const service = settings.services.find((one) => one.name === name) ?? settings.anyService?.(name);
  if (service !== undefined) return service;
  const names = settings.services.map((one) => one.name).join(", ");
  throw new Failure("misuse", `${file} has no service of that name`, { hint: `it has ${names}` });
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Failure("misuse", `the configuration ${file} cannot be read`, { cause });
  }
}

function readLabels(typed: readonly string[]): Record<string, readonly string[]> {
  const labels = new Map<string, string[]>();
  for (const one of typed) {
    const at = one.indexOf("=");
    if (at < 1) throw new Failure("misuse", "a label is written as key=value");
    const key = one.slice(0, at);
    labels.set(key, [...(labels.get(key) ?? []), one.slice(at + 1)]);
  }
  return Object.fromEntries(labels);
}
