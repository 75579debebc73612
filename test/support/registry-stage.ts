import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { hashSync } from "bcrypt";
import { makeAuthority, type Pair } from "./certificates.ts";
import { type Engine, startEngine } from "./engine.ts";
import { freePort } from "./free-port.ts";
import { node } from "./node.ts";
import { type Registry, startRegistry } from "./registry.ts";
import { type RegistryPerson, registryPerson } from "./registry-person.ts";
import { type Outcome, type RunOptions, run } from "./run.ts";
import { makeSigningKeys } from "./signing-keys.ts";
import { personOf, secret } from "./stage.ts";
import { entry, startVerifier, type Verifier } from "./verifier.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/** A verifier with the registry's door, a registry that trusts it, one that anybody may use, and maybe an engine. */
export interface RegistryStage {
  readonly workspace: Workspace;
  readonly verifier: Verifier;
  readonly registry: Registry;
  /** Has no guard: what a client does there is what it does by itself. */
  readonly open: Registry;
  readonly engine: Engine;
  /** `http://127.0.0.1:PORT` of the registry's door. */
  readonly door: string;
  /** The same by `https://`, with a certificate that nobody knows. */
  readonly secureDoor: string;
  /** The verifier's configuration file. */
  readonly configFile: string;
  readonly keys: Pair;
  /** The root id; empty where the verifier is not initialized. */
  readonly root: string;
  /** The environment of whoever holds it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs docker-id as whoever holds the root id. */
  readonly id: (args: readonly string[], options?: RunOptions) => Promise<Outcome>;
  /** Narrows the root id. */
  readonly narrow: (...args: readonly string[]) => Promise<string>;
  /** Somebody with a home of their own, and the clients of registries. */
  readonly person: (name: string) => RegistryPerson;
  /** Writes the htpasswd file anew. */
  readonly setPasswords: (passwords: Readonly<Record<string, string>>) => void;
  readonly close: () => Promise<void>;
}

export interface RegistryStageOptions {
  readonly withoutEngine?: boolean;
  /** The engine asks docker-id, too. */
  readonly guarded?: boolean;
  /** There is no root id yet. */
  readonly uninitialized?: boolean;
  /** Of the service, beside its name, hosts and users. */
  readonly service?: object;
  readonly otherServices?: readonly object[];
  /** More of the `registry` section. */
  readonly settings?: object;
  /** The whole configuration file in place of ours; the door's port and the signing keys are to stand in it. */
  readonly config?: (places: Places) => string;
  /** How the verifier is started, up to the configuration's path; `serve --config` unless given. */
  readonly command?: readonly [...string[], string];
  /** The service's name, where `config` says another. */
  readonly serviceName?: string;
  /** Files that something else reads, before anything is started. */
  readonly prepare?: (workspace: Workspace) => Promise<void>;
}

export interface Places {
  readonly workspace: Workspace;
  readonly door: number;
  readonly secureDoor: number;
  readonly tls: Pair;
  readonly host: string;
  readonly keys: Pair;
}

/** Who has a password on every stage. */
export const passwords = { alice: "wonder:land", bob: "the builder" } as const;

const rules = [
  { match: { account: "", type: "repository", name: "public/**" }, actions: ["pull"], comment: "anybody" },
  { match: { account: "alice", name: "alice/**" }, actions: ["*"], comment: "her own" },
  { match: { account: "alice", type: "registry", name: "catalog" }, actions: ["*"] },
  { match: { account: "bob", name: "alice/app" }, actions: ["pull"] },
];

/** Opens one whose verifier is initialized. */
export async function openRegistryStage(options: RegistryStageOptions = {}): Promise<RegistryStage> {
  const workspace = openWorkspace();
  try {
    return await openIn(workspace, options);
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

async function openIn(workspace: Workspace, options: RegistryStageOptions): Promise<RegistryStage> {
  await options.prepare?.(workspace);
  const folder = workspace.path("settings");
  mkdirSync(folder, { mode: 0o700 });
  const [port, securePort, registryPort] = [freePort(), freePort(), freePort()];
  const door = `http://127.0.0.1:${port}`;
  const keys = makeSigningKeys(folder);
  const tls = makeAuthority(folder).issue("door", "/CN=door");
  const host = `127.0.0.1:${registryPort}`;
  const places: Places = { workspace, door: port, secureDoor: securePort, tls, host, keys };
  const htpasswd = `${folder}/users.htpasswd`;
  const setPasswords = (given: Readonly<Record<string, string>>) => {
    const lines = Object.entries(given).map(([name, password]) => `${name}:${hashSync(password, 4)}\n`);
    writeFileSync(htpasswd, lines.join(""), { mode: 0o600 });
  };
  setPasswords(passwords);
  const configFile = `${folder}/docker-id.yml`;
  writeFileSync(`${folder}/notify.secret`, "notify-secret\n", { mode: 0o600 });
  writeFileSync(configFile, options.config?.(places) ?? JSON.stringify(ownConfig(places, options)), { mode: 0o600 });
  chmodSync(keys.key, 0o600);

  const dockerHost = `unix://${workspace.path("engine", "docker.sock")}`;
  const plugins = workspace.path("plugins");
  mkdirSync(plugins);
  const [configFlag, ...words] = (options.command ?? ["serve", "--config"]).toReversed();
  const command = words.toReversed();
  const flags = [configFlag ?? "", configFile];
  const verifier = await startVerifier(workspace, { dockerHost, plugins, command, flags });
  const guard = options.guarded === true ? { plugin: workspace.plugin, plugins } : {};
  const events = { url: `${door}/events`, authorization: "Bearer notify-secret" };
  const auth = {
    realm: `${door}/auth`,
    service: options.serviceName ?? "registry",
    issuer: "docker-id",
    bundle: keys.certificate,
  };
  const [registry, open, engine] = await Promise.all([
    startRegistry(workspace, { name: "registry", port: registryPort, auth, events }),
    startRegistry(workspace, { name: "open-registry" }),
    options.withoutEngine === true ? undefined : startEngine(workspace, guard),
  ]);

  const env = personOf(workspace, dockerHost, verifier.admin, "root");
  const id = (args: readonly string[], more: RunOptions = {}) =>
    run(node, [entry, ...args], { ...more, env: { ...env, ...more.env } });
  const printed = async (args: readonly string[], more: RunOptions = {}) => {
    const outcome = await id(args, more);
    if (outcome.status !== 0) throw new Error(`docker-id ${args[0]}: ${outcome.stderr}`);
    return outcome.stdout.trim();
  };
  if (options.uninitialized !== true) await printed(["init", "--secret", "-"], { input: secret });
  return {
    workspace,
    verifier,
    registry,
    open,
    get engine() {
      if (engine === undefined) throw new Error("this stage has no engine");
      return engine;
    },
    door,
    secureDoor: `https://127.0.0.1:${securePort}`,
    configFile,
    keys,
    root: options.uninitialized === true ? "" : await printed(["show"]),
    env,
    id,
    narrow: (...args) => printed(["create", ...args]),
    person: (name) => registryPerson(workspace, name),
    setPasswords,
    close: () => workspace.close(),
  };
}

function ownConfig(
  { door, secureDoor, tls, host, keys }: Places,
  { service, otherServices = [], settings }: RegistryStageOptions,
): object {
  return {
    registry: {
      listen: [`http://127.0.0.1:${door}`, `https://127.0.0.1:${secureDoor}`],
      certificate: tls.certificate,
      key: tls.key,
      issuer: "docker-id",
      token: { certificate: keys.certificate, key: keys.key },
      services: [{ name: "registry", hosts: [host], htpasswd: "users.htpasswd", rules, ...service }, ...otherServices],
      events: { secret_file: "notify.secret" },
      ...settings,
    },
  };
}
