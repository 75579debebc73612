import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Docker } from "./dockers.ts";
import type { Engine } from "./engine.ts";
import { type Outcome, type RunOptions, run } from "./run.ts";
import type { Workspace } from "./workspace.ts";

/** Name and password, as a client is given them; an id may be the password. */
export interface Login {
  readonly name: string;
  readonly password: string;
}

/** Somebody with a home of their own, in which clients keep what they remember. */
export interface RegistryPerson {
  /** Runs docker; `login` writes to the home, and whatever comes after it reads that. */
  readonly docker: (cli: Docker, engine: Engine, args: readonly string[], options?: RunOptions) => Promise<Outcome>;
  readonly login: (cli: Docker, engine: Engine, host: string, login: Login) => Promise<Outcome>;
  /** What docker keeps for a registry. */
  readonly kept: (host: string) => { readonly auth?: string; readonly identitytoken?: string } | undefined;
  /** Has docker send an id to the engine. */
  readonly carry: (id: string) => void;
  /** Runs `skopeo copy`, `inspect`, `delete` …, without TLS. */
  readonly skopeo: (verb: string, args: readonly string[], login?: Login) => Promise<Outcome>;
  /** Runs `ctr images pull IMAGE` or `push IMAGE LOCAL`, without TLS, in the engine's own containerd. */
  readonly ctr: (engine: Engine, words: readonly ["pull" | "push", ...string[]], login?: Login) => Promise<Outcome>;
}

/** What an id is given as to clients that want a name, too. */
export function asLogin(id: string, name = "docker-id"): Login {
  return { name, password: id };
}

/** Gives the person of that name in a workspace. */
export function registryPerson(workspace: Workspace, name: string): RegistryPerson {
  const home = workspace.path("people", name);
  const configFile = `${home}/.docker/config.json`;
  mkdirSync(`${home}/.docker`, { recursive: true, mode: 0o700 });
  const read = (): Config =>
    existsSync(configFile) ? (JSON.parse(readFileSync(configFile, "utf8")) as Config) : { auths: {} };
  const docker: RegistryPerson["docker"] = (cli, engine, args, options = {}) =>
    run(cli.path, ["-H", engine.host, ...args], { ...options, env: { HOME: home, ...options.env } });
  return {
    docker,
    login: (cli, engine, host, login) =>
      docker(cli, engine, ["login", "--username", login.name, "--password-stdin", host], { input: login.password }),
    kept: (host) => read().auths?.[host],
    carry(id) {
      // Each docker CLI reads this one
      writeFileSync(configFile, JSON.stringify({ ...read(), HttpHeaders: { "X-Docker-Id": id } }), { mode: 0o600 });
    },
    skopeo(verb, args, login) {
      const tls = verb === "copy" ? ["--src-tls-verify=false", "--dest-tls-verify=false"] : ["--tls-verify=false"];
      return run("skopeo", ["--insecure-policy", verb, ...tls, ...credentials(verb, args, login), ...args], {
        // As root it would remember for all of this machine where blobs lie, and which passwords were given
        env: { HOME: home, _CONTAINERS_ROOTLESS_UID: "65534", REGISTRY_AUTH_FILE: `${home}/auth.json` },
      });
    },
    ctr(engine, [verb, ...images], login) {
      const address = engine.socket.replace(/docker\.sock$/, "exec/containerd/containerd.sock");
      const user = login === undefined ? [] : ["--user", `${login.name}:${login.password}`];
      const snapshots = verb === "pull" ? ["--snapshotter", "native"] : [];
      const flags = ["-a", address, "-n", "docker-id-test", "images", verb, "--plain-http", ...snapshots, ...user];
      return run("ctr", [...flags, ...images], { env: { HOME: home } });
    },
  };
}

interface Config {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
}

/** Told for each end that is a registry; without, skopeo is told to have none, and asks as nobody. */
function credentials(verb: string, args: readonly string[], login: Login | undefined): readonly string[] {
  if (verb !== "copy") return login === undefined ? ["--no-creds"] : ["--creds", `${login.name}:${login.password}`];
  const ends = [
    ["src", args[0]],
    ["dest", args[1]],
  ] as const;
  return ends
    .filter(([, end]) => end?.startsWith("docker://"))
    .flatMap(([side]) =>
      login === undefined ? [`--${side}-no-creds`] : [`--${side}-creds`, `${login.name}:${login.password}`],
    );
}
