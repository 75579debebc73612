import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { Args, Flags } from "@oclif/core";
import { BaseCommand } from "../../base-command.ts";
import { service as serviceCaveat } from "../../caveats/service.ts";
import { writeCaveat } from "../../caveats/vocabulary.ts";
import { readRegistryHost } from "../../config/registry-host.ts";
import { readRegistries, type RegistrySettings } from "../../config/settings.ts";
import { writeRegistrySettings } from "../../config/write-settings.ts";
import { addCredHelper, holdsLogin, removeCredHelper } from "../../docker-cli/cred-helpers.ts";
import { dockerSettings } from "../../docker-cli/holds-id.ts";
import { Failure } from "../../errors.ts";
import { askRegistry } from "../../registry-doctor/ask-registry.ts";
import { quoteWord } from "../../shell/quote.ts";

interface Used {
  readonly done: "settled" | "removed" | "nothing";
  readonly host: string;
  readonly settled?: RegistrySettings;
}

const program = "docker-credential-docker-id";

/** `docker-id registry use`: has docker ask docker-id for a registry's credentials. */
export default class Use extends BaseCommand {
  static override summary = "push to and pull from a registry under the default id, without docker login";
  static override description =
    "Settles which service a registry's tokens are asked for, and adds docker-credential-docker-id to credHelpers in " +
    "docker's config.json. From then on docker, and whatever else reads that file, is given this engine's default id, " +
    "narrowed offline to that service and to some minutes. docker hands it to whatever realm the registry names, on " +
    "every pull and push: say this only of a registry that you trust to name the right one. Where no service is given " +
    "the registry is asked for it, and what it says is printed. Other registries are given nothing.";
  static override examples = [
    "<%= config.bin %> registry use registry.example.com",
    "<%= config.bin %> registry use 127.0.0.1:5100 --service registry --expires 1h",
    "<%= config.bin %> registry use registry.example.com --remove",
  ];
  static override args = { host: Args.string({ required: true, description: "the registry, as images name it" }) };
  static override flags = {
    service: Flags.string({ helpValue: "NAME", summary: "the registry's service, in place of what it says itself" }),
    expires: Flags.string({ helpValue: "15m", summary: "how long what docker is given may be used (15m)" }),
    remove: Flags.boolean({ summary: "give docker nothing for it any more", exclusive: ["service", "expires"] }),
  };

  async run(): Promise<Used> {
    const { args, flags } = await this.parse(Use);
    const host = readRegistryHost(args.host);
    if (host === undefined)
      throw new Failure("misuse", "a registry is named as images name it, registry.example.com:5000");
    if (/(^|\.)docker\.io(:|$)/.test(host))
      throw new Failure(
        "misuse",
        "Docker Hub takes nobody's tokens but its own, and would be shown the id for nothing",
      );
    const path = dockerSettings(process.env, BaseCommand.dockerFlags.config);
    if (flags.remove) return await this.#remove(host, path);
    const { expires } = flags;
    if (expires !== undefined) writeCaveat("expires", expires, new Date());
    const service = flags.service ?? (await this.#askService(host));
    serviceCaveat.parse(serviceCaveat.format([service]));
    const settled = { service, engine: this.engine.name, ...(expires === undefined ? {} : { expires }) };
    writeRegistrySettings(this.configFolder, host, settled);
    await addCredHelper(path, host);
    this.log(`docker is given the default id of ${settled.engine} for ${host}, narrowed to the service ${service}`);
    if (await holdsLogin(path, host))
      this.say(`the login that docker keeps for ${host} is not used any more: docker logout ${host}`);
    if (!isOnPath(program)) {
      this.say(
        `docker looks for ${program} on the PATH, and it is not there: link it to docker-id's own, of the same name`,
      );
    }
    return { done: "settled", host, settled };
  }

  async #remove(host: string, path: string): Promise<Used> {
    const settled = Object.hasOwn(readRegistries(this.configFolder), host);
    // docker first: what it asks for is to be there as long as it asks
    const asked = await removeCredHelper(path, host);
    writeRegistrySettings(this.configFolder, host, undefined);
    this.log(settled || asked ? `docker is given nothing for ${host} any more` : `nothing was settled for ${host}`);
    return { done: settled || asked ? "removed" : "nothing", host };
  }

  async #askService(host: string): Promise<string> {
    const hint = "say it with --service, as auth.token.service in the registry's configuration";
    const found = await askRegistry(host, [], () => new Date());
    if ("silence" in found)
      throw new Failure("failed", `${host} cannot be asked for its service: it ${found.said}`, { hint });
    const { challenge } = found;
    if (challenge?.scheme !== "bearer" || challenge.service === undefined || challenge.realm === undefined) {
      throw new Failure("failed", `${host} asks nobody for a token`, { hint });
    }
    this.say(
      `${host} says that its service is ${JSON.stringify(challenge.service)}, and its realm ${JSON.stringify(challenge.realm)}: that is where the id goes`,
    );
    const named = challenge.service;
    const others = Object.entries(readRegistries(this.configFolder)).filter(([other]) => other !== host);
    const same = others.find(([, { service }]) => service === named);
    // Whoever runs one registry must not come by ids for another, by giving its service as his own
    if (same !== undefined) {
      throw new Failure(
        "conflict",
        `${host} says that its service is the one of ${same[0]}, whose ids it would be given`,
        {
          hint: `if both have one token server, say so: --service ${quoteWord("bash", named)}`,
        },
      );
    }
    return named;
  }
}

function isOnPath(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
