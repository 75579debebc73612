import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { json } from "node:stream/consumers";
import { freePort } from "./free-port.ts";
import { until } from "./until.ts";
import type { Workspace } from "./workspace.ts";

/** A real OpenBao, which has Vault's API, in memory and on a port of its own. */
export interface OpenBao {
  readonly address: string;
  /** The certificate of whoever vouches for it, where it speaks TLS. */
  readonly ca?: string;
  /** The root token. */
  readonly token: string;
  /** Asks its API with the root token, or another. */
  ask(method: string, path: string, body?: unknown, as?: { token?: string; namespace?: string }): Promise<Answered>;
  /** The same, and fails where it is not done; gives what it answered. */
  tell(method: string, path: string, body?: unknown, namespace?: string): Promise<Answered["body"]>;
  mountKv(mount: string, kv: 1 | 2, namespace?: string): Promise<void>;
  writeUser(mount: string, kv: 1 | 2, name: string, data: unknown, namespace?: string): Promise<void>;
  removeUser(mount: string, kv: 1 | 2, name: string): Promise<void>;
  /** Lets whoever has the policy read all that lies there, `secret/*`. */
  allowReading(policy: string, ...paths: readonly string[]): Promise<void>;
  /** A token that lives for so long unless it is renewed. */
  makeToken(policy: string, seconds: number, more?: Readonly<Record<string, unknown>>): Promise<string>;
  /** A role with a secret id; its tokens live as the settings of the role say. */
  makeAppRole(role: string, settings: Readonly<Record<string, unknown>>): Promise<{ roleId: string; secretId: string }>;
  stop(): Promise<void>;
}

interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Where the bao is that packaging/openbao.sh found or fetched. */
function findBao(): string | undefined {
  const { PATH = "", HOME = "", XDG_CACHE_HOME = `${HOME}/.cache` } = process.env;
  const script = readFileSync(new URL("../../packaging/openbao.sh", import.meta.url), "utf8");
  const [, version = ""] = /^version=(.+)$/m.exec(script) ?? [];
  const folders = [...PATH.split(":"), `${XDG_CACHE_HOME}/docker-id/openbao-${version}`];
  return folders.map((folder) => `${folder}/bao`).find((path) => existsSync(path));
}

/** Why no OpenBao can be started here, for a visible skip; undefined when one can. */
export function needsOpenBao(): string | undefined {
  return findBao() === undefined ? "it needs OpenBao (packaging/openbao.sh fetches it)" : undefined;
}

/** Starts one in a workspace, which ends it. */
export async function startOpenBao(
  workspace: Workspace,
  options: { tls?: boolean; port?: number } = {},
): Promise<OpenBao> {
  const { tls = true, port = freePort() } = options;
  const token = `root-${randomBytes(12).toString("hex")}`;
  const home = workspace.path(`openbao-${port}`);
  if (!existsSync(home)) mkdirSync(home);
  // The path of what is started has to lie in the workspace
  const bao = `${home}/bao`;
  if (!existsSync(bao)) symlinkSync(findBao() ?? "", bao);
  const secure = tls ? ["-dev-tls", `-dev-tls-cert-dir=${home}`] : [];
  const listen = ["-dev-no-store-token", `-dev-listen-address=127.0.0.1:${port}`, `-dev-root-token-id=${token}`];
  const log = `${home}/log-${token.slice(-6)}`;
  const started = workspace.start(bao, ["server", "-dev", ...secure, ...listen], {
    log,
    env: { HOME: home, PATH: "" },
  });
  const ended = started.ended.then((status) => {
    throw new Error(`OpenBao ended (${status}): ${readFileSync(log, "utf8").slice(-2000)}`);
  });
  const ca = tls ? `${home}/vault-ca.pem` : undefined;
  const address = `${tls ? "https" : "http"}://127.0.0.1:${port}`;
  const bare = speakTo(address, token, ca);
  const answers = async () => {
    if (!readFileSync(log, "utf8").includes("OpenBao server started")) return false;
    return (await bare("GET", "sys/health")).status === 200;
  };
  await Promise.race([until("OpenBao answers", answers, 60), ended]);
  ended.catch(() => undefined);
  return {
    address,
    token,
    ...(ca === undefined ? {} : { ca }),
    ...helpersOf(bare),
    stop: async () => {
      await started.stop("SIGKILL");
    },
  };
}

function speakTo(address: string, root: string, ca: string | undefined): OpenBao["ask"] {
  return async (method, path, body, { token = root, namespace } = {}) => {
    const url = new URL(`/v1/${path}`, address);
    const headers = { "x-vault-token": token, ...(namespace === undefined ? {} : { "x-vault-namespace": namespace }) };
    const trust = ca === undefined ? {} : { ca: readFileSync(ca) };
    const request = ca === undefined ? requestPlain : requestTls;
    return await new Promise((resolve, reject) => {
      const asked = request(url, { method, headers, agent: false, ...trust }, (answer) => {
        const { statusCode: status = 0 } = answer;
        json(answer).then(
          (said) => resolve({ status, body: said as Answered["body"] }),
          () => resolve({ status, body: {} }),
        );
      });
      asked.on("error", reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  };
}

function pathOf(mount: string, kv: 1 | 2, name: string): string {
  return `${mount}/${kv === 2 ? "data/" : ""}${encodeURIComponent(name)}`;
}

function helpersOf(ask: OpenBao["ask"]) {
  const tell: OpenBao["tell"] = async (method, path, body, namespace) => {
    const answer = await ask(method, path, body, namespace === undefined ? {} : { namespace });
    if (answer.status < 300) return answer.body;
    throw new Error(`OpenBao, ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  return {
    ask,
    tell,
    mountKv: async (mount, kv, namespace) => {
      await tell("POST", `sys/mounts/${mount}`, { type: "kv", options: { version: String(kv) } }, namespace);
      // A store of version 2 first has to make itself ready
      const isReady = async () =>
        (await ask("GET", pathOf(mount, kv, "nobody"), undefined, namespace === undefined ? {} : { namespace }))
          .status === 404;
      await until("the store is ready", isReady);
    },
    writeUser: async (mount, kv, name, data, namespace) => {
      await tell("POST", pathOf(mount, kv, name), kv === 2 ? { data } : data, namespace);
    },
    removeUser: async (mount, kv, name) => {
      await tell("DELETE", pathOf(mount, kv, name));
    },
    allowReading: async (policy, ...paths) => {
      const rules = paths.map((path) => `path "${path}" { capabilities = ["read"] }`).join("\n");
      await tell("POST", `sys/policies/acl/${policy}`, { policy: rules });
    },
    makeToken: async (policy, seconds, more = {}) => {
      const settings = { policies: [policy], ttl: `${seconds}s`, ...more };
      return String((await tell("POST", "auth/token/create", settings))["auth"]?.["client_token"]);
    },
    makeAppRole: async (role, settings) => {
      if ((await tell("GET", "sys/auth"))["approle/"] === undefined)
        await tell("POST", "sys/auth/approle", { type: "approle" });
      await tell("POST", `auth/approle/role/${role}`, settings);
      const roleId = (await tell("GET", `auth/approle/role/${role}/role-id`))["data"]?.["role_id"];
      const secretId = (await tell("POST", `auth/approle/role/${role}/secret-id`))["data"]?.["secret_id"];
      return { roleId: String(roleId), secretId: String(secretId) };
    },
  } satisfies Partial<OpenBao>;
}
