import { randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Flags } from "@oclif/core";
import { BaseCommand } from "../../base-command.ts";
import { newLink } from "../../caveats/link.ts";
import { service as serviceCaveat } from "../../caveats/service.ts";
import { writeCaveat } from "../../caveats/vocabulary.ts";
import { coloursOf } from "../../colour.ts";
import type { Finding } from "../../doctor/finding.ts";
import { formatFindings, isWell } from "../../doctor/format-findings.ts";
import { Failure } from "../../errors.ts";
import { exitStatus } from "../../exit-status.ts";
import { attenuate } from "../../macaroon/attenuate.ts";
import type { Macaroon } from "../../macaroon/macaroon.ts";
import { serialize } from "../../macaroon/serialize.ts";
import { readRegistryConfig } from "../../registry/registry-config.ts";
import { readRegistryFile, type RegistrySettings } from "../../registry/settings.ts";
import { examineAll } from "../../registry-doctor/doctor.ts";

interface Examined {
  /** Nothing is bad. */
  readonly well: boolean;
  readonly findings: readonly Finding[];
}

const mostBytes = 1024 * 1024;

/** `docker-id registry doctor`: whether a registry and its token server fit together. */
export default class RegistryDoctor extends BaseCommand {
  static override summary = "look whether a registry trusts docker-id's tokens, and say what to do where it does not";
  static override description =
    "Compares a registry's own configuration (and the REGISTRY_… of this command's environment, which go before it) " +
    "with docker-id's: service, issuer, realm, certificate, the key's name, clocks, notifications; asks both whether " +
    "they run with that; then signs a token that grants nothing and shows it to the registry. Where that is refused it " +
    "tries what else the registry might want. Run it where the files of both can be read. Changes nothing. Exits with " +
    "1 where something is bad.";
  static override examples = [
    "<%= config.bin %> registry doctor --registry-config /etc/docker/registry/config.yml --config docker-id.yml",
    "<%= config.bin %> registry doctor --registry-config config.yml --config docker-id.yml --bundle cert.pem --registry https://registry.example.com",
  ];
  static override flags = {
    "registry-config": Flags.string({ required: true, helpValue: "FILE", summary: "the registry's own configuration" }),
    config: Flags.string({ helpValue: "FILE", summary: "docker-id's, as docker-id serve has it" }),
    registry: Flags.string({ helpValue: "URL", summary: "where the registry is reached (as its http.addr says)" }),
    bundle: Flags.string({
      helpValue: "FILE",
      summary: "where its rootcertbundle or jwks is on this machine (as it says)",
    }),
    id: Flags.string({
      helpValue: "-|@FILE",
      summary: "an id to show to the realm, narrowed to the service, a minute and nothing",
    }),
    ca: Flags.string({ helpValue: "FILE", summary: "an authority to trust for TLS, beside the usual ones" }),
  };

  async run(): Promise<Examined> {
    const { flags } = await this.parse(RegistryDoctor);
    const { config: ours, registry, bundle, ca, id, "registry-config": theirs } = flags;
    if (registry !== undefined && !/^https?:\/\//.test(URL.canParse(registry) ? registry : "")) {
      throw new Failure("misuse", "--registry is an address such as https://registry.example.com");
    }
    const presented = id === undefined ? undefined : await this.requireId(id);
    const config = readRegistryConfig(theirs, await readText(theirs, theirs), process.env);
    const findings = await examineAll(ours === undefined ? undefined : await readSettings(ours), {
      config,
      // Relative paths are the registry's, and it is mostly started where its file is
      read: (path, what) => readText(path, what, dirname(resolve(theirs))),
      clock: () => new Date(),
      random: randomBytes,
      ca: ca === undefined ? [] : [await readText(ca, `the authority ${ca}`)],
      ...(presented === undefined ? {} : { idFor: (service) => narrow(presented.macaroon, service) }),
      ...(bundle === undefined ? {} : { bundle: resolve(bundle) }),
      ...(registry === undefined ? {} : { registry }),
    });
    const well = isWell(findings);
    const { green, yellow, red } = coloursOf(process.stdout, process.env);
    for (const line of formatFindings(findings, { good: green, note: yellow, bad: red })) this.log(line);
    if (!well) process.exitCode = exitStatus.failed;
    return { well, findings };
  }
}

/** The realm may be anybody's. */
function narrow(id: Macaroon, service: string): string {
  const now = new Date();
  const caveats = [
    `service=${serviceCaveat.format([service])}`,
    writeCaveat("scope", "repository:docker-id/doctor:pull", now),
    writeCaveat("expires", "60", now),
    `link=${newLink(now, randomBytes)}`,
  ];
  return serialize(attenuate(id, caveats));
}

async function readSettings(name: string): Promise<RegistrySettings> {
  const text = await readText(name, name);
  const settings = readRegistryFile(name, text, (inFile) => resolve(dirname(resolve(name)), inFile), resolve);
  if (settings !== undefined) return settings;
  throw new Failure("misuse", `${name} says nothing of a registry`, {
    hint: "it is the file that docker-id serve has",
  });
}

async function readText(path: string, what: string, folder = "."): Promise<string> {
  const whole = resolve(folder, path);
  try {
    const found = await stat(whole);
    if (!found.isFile() || found.size > mostBytes) throw new Failure("failed", `${what} is no small file`);
    return await readFile(whole, "utf8");
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT")
      throw new Failure("failed", `${what} is not there`, {
        hint: "where the registry runs in a container, --bundle says where its file is on this machine",
        cause,
      });
    throw new Failure("failed", `${what} cannot be read`, { hint: "run this as a user who may read it", cause });
  }
}
