import type { Touch } from "../attempt.ts";
import type { Json } from "../json.ts";
import { hostPower, namedPower } from "../powers/host.ts";
import { healthcheck } from "./container-config.ts";
import {
  command,
  eachText,
  flag,
  flagPower,
  keyPowers,
  list,
  object,
  oneOf,
  text,
  texts,
  textPower,
} from "./fields.ts";
import { whole, zero } from "./fields.ts";
import { joinNetwork } from "./join.ts";
import { labels } from "./label.ts";
import { logReader } from "./log.ts";
import { mount } from "./mount.ts";
import { readImageName, repositoryTouch } from "./repository.ts";
import { ulimits } from "./resources.ts";
import { capabilityPowers, oomScoreAdj } from "./security.ts";
import { defineShape, expectObject, expectText, type FieldReader, readShape, type Reading } from "./shape.ts";

const file = object(defineShape({ Name: text, UID: text, GID: text, Mode: whole }));

const secret = named("Secret", async (name, { resolver }) => [(await resolver.secret(name, "read")).touch]);
const config = named("Config", async (name, { resolver }) => [(await resolver.config(name, "read")).touch]);

const loosens = textPower(() => [hostPower("security-opt/label")]);
const credential = textPower(() => [hostPower("security-opt/credentialspec")]);

const privileges = defineShape({
  CredentialSpec: object(defineShape({ Config: credential, File: credential, Registry: credential })),
  SELinuxContext: object(
    defineShape({
      Disable: flagPower("security-opt/label"),
      User: loosens,
      Role: loosens,
      Type: loosens,
      Level: loosens,
    }),
  ),
  Seccomp: profile("seccomp"),
  AppArmor: profile("apparmor"),
  NoNewPrivileges: flag,
});

// Nodes pull it, whatever this engine has under that name
const image = textPower(async (name, { resolver }): Promise<readonly Touch[]> => {
  const found = await resolver.find("image", name, "read");
  const pulled = repositoryTouch(readImageName(name), "pull");
  return found === undefined ? [pulled] : [found.touch, pulled];
});

const container = defineShape({
  Image: image,
  Labels: labels,
  Command: command,
  Args: texts,
  Hostname: text,
  Env: texts,
  Dir: text,
  User: text,
  Groups: eachText((group) => [namedPower("group-add", group)]),
  Privileges: object(privileges),
  TTY: flag,
  OpenStdin: flag,
  ReadOnly: flag,
  Mounts: list(mount),
  StopSignal: text,
  StopGracePeriod: whole,
  // The description of the API spells it otherwise than the engine's own code
  HealthCheck: healthcheck,
  Healthcheck: healthcheck,
  Hosts: texts,
  DNSConfig: object(defineShape({ Nameservers: texts, Search: texts, Options: texts })),
  Secrets: list(secret),
  Configs: list(config),
  Isolation: oneOf("", "default"),
  Init: flag,
  Sysctls: keyPowers("sysctl"),
  CapabilityAdd: eachText(capabilityPowers),
  CapabilityDrop: texts,
  Ulimits: ulimits,
  OomScoreAdj: oomScoreAdj,
});

const generic = defineShape({
  NamedResourceSpec: object(defineShape({ Kind: text, Value: text })),
  DiscreteResourceSpec: object(defineShape({ Kind: text, Value: whole })),
});

const resources = defineShape({
  Limits: object(defineShape({ NanoCPUs: whole, MemoryBytes: whole, Pids: whole })),
  Reservations: object(defineShape({ NanoCPUs: whole, MemoryBytes: whole, GenericResources: list(object(generic)) })),
  SwapBytes: whole,
  MemorySwappiness: whole,
});

const placement = defineShape({
  Constraints: texts,
  Preferences: list(object(defineShape({ Spread: object(defineShape({ SpreadDescriptor: text })) }))),
  MaxReplicas: whole,
  Platforms: list(object(defineShape({ Architecture: text, OS: text }))),
});

const attachment = defineShape({ Target: text, Aliases: texts, DriverOpts: keyPowers("network-option") });

/** A network that a service's tasks would be attached to. */
export const serviceNetwork: FieldReader = async (value, field, reading) => [
  ...(await readShape(attachment, value, field, reading)),
  ...(await joinNetwork(expectText(expectObject(value, field)["Target"] ?? "", field), "write", reading)),
];

/** What a service's tasks are: containers on any node, with what they would hold of it. */
export const taskTemplate: FieldReader = object(
  defineShape({
    ContainerSpec: object(container),
    // A plugin on every node, which could stand where the guard does
    PluginSpec: (): readonly Touch[] => [{ kind: "guard", id: "plugins", level: "write" }],
    NetworkAttachmentSpec: zero,
    Runtime: oneOf("", "container"),
    Resources: object(resources),
    RestartPolicy: object(defineShape({ Condition: text, Delay: whole, MaxAttempts: whole, Window: whole })),
    Placement: object(placement),
    ForceUpdate: whole,
    Networks: list(serviceNetwork),
    LogDriver: logReader("Name", "Options"),
  }),
);

type Lookup = (name: string, reading: Reading) => Promise<readonly Touch[]>;

function named(kind: string, lookup: Lookup): FieldReader {
  const shape = defineShape({
    File: file,
    Runtime: object(defineShape({})),
    [`${kind}ID`]: textPower(lookup),
    [`${kind}Name`]: textPower(lookup),
  });
  return (value: Json, field: string, reading: Reading) => readShape(shape, value, field, reading);
}

function profile(power: string): FieldReader {
  return object(
    defineShape({
      Mode: textPower((mode) => (mode === "default" ? [] : [hostPower(`security-opt/${power}`)])),
      Profile: textPower(() => [hostPower(`security-opt/${power}`)]),
    }),
  );
}
