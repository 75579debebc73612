import type { EngineLookup } from "../../docker/attempt.ts";
import { Failure } from "../../errors.ts";
import { passHeader } from "../../protocol/headers.ts";
import { createAsk } from "./ask.ts";
import type { Answer } from "./ask.ts";
import type { Passes } from "./passes.ts";
import { infoTarget, inspectTarget } from "./paths.ts";

/** Who an engine says that it is. */
export interface EngineIdentity {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/** The engine that the verifier guards, as far as the verifier asks it. Every question carries a pass of its own. */
export interface Engine extends EngineLookup {
  /** Asks who it is; rejects with Failure("no_engine") when it does not say. */
  identity(): Promise<EngineIdentity>;
  /** Who it last said that it is; undefined until it was reached once. */
  known(): EngineIdentity | undefined;
  /** Whether it answers now. */
  reachable(): Promise<boolean>;
  /** Whether its live configuration asks an authorization plugin of this name; rejects when it does not say. */
  asks(plugin: string): Promise<boolean>;
  close(): void;
}

export interface EngineOptions {
  /** `unix:///PATH` of the engine's own socket. */
  readonly dockerHost: string;
  readonly passes: Passes;
  readonly timeoutMs: number;
}

/** Far above what an engine says of one thing. */
const largestBytes = 8 * 1024 * 1024;

interface Info extends EngineIdentity {
  readonly authorization: readonly string[];
}

/** Connects to the engine; makes no request yet. Failure("misuse") when it is not reached by a unix socket. */
export function createEngine({ dockerHost, passes, timeoutMs }: EngineOptions): Engine {
  const socketPath = /^unix:\/\/(\/[^\0]+)$/.exec(dockerHost)?.[1];
  if (socketPath === undefined) {
    throw new Failure("misuse", `the verifier reaches its engine by a unix socket only, and ${dockerHost} is none`, {
      hint: "give --docker-host unix:///var/run/docker.sock",
    });
  }
  const ask = createAsk({ socketPath, timeoutMs, largestBytes });
  const get = (target: string): Promise<Answer> =>
    ask(target, () => ({ [passHeader]: passes.issue({ method: "GET", target }) }));

  let known: EngineIdentity | undefined;
  let asking: Promise<Info> | undefined;

  const askInfo = async (): Promise<Info> => {
    const info = readInfo(readObject(await get(infoTarget), infoTarget));
    known = { id: info.id, name: info.name, version: info.version };
    return info;
  };
  /** Questions at the same time share one answer. */
  const info = (): Promise<Info> => {
    asking ??= askInfo().finally(() => {
      asking = undefined;
    });
    return asking;
  };

  return {
    async inspect(kind, name) {
      const target = inspectTarget(kind, name);
      const answer = await get(target);
      if (answer.status === 404 && saysNoSuchThing(answer)) return undefined;
      return readObject(answer, target);
    },
    async identity() {
      const { id, name, version } = await info();
      return { id, name, version };
    },
    known: () => known,
    reachable: () =>
      info().then(
        () => true,
        () => false,
      ),
    asks: async (plugin) => (await info()).authorization.includes(plugin),
    close: () => ask.close(),
  };
}

/** A 404 also means a route that this engine does not have, and that tells nothing of the thing. */
function saysNoSuchThing(answer: Answer): boolean {
  const message = readJson(answer)?.["message"];
  return typeof message === "string" && message !== "page not found";
}

function readObject(answer: Answer, target: string): Record<string, unknown> {
  const body = answer.status === 200 ? readJson(answer) : undefined;
  if (body !== undefined) return body;
  throw new Failure("no_engine", `the engine's answer to GET ${target} cannot be used (status ${answer.status})`);
}

function readJson({ body }: Answer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function readInfo(info: Record<string, unknown>): Info {
  const text = (key: string): string => {
    const value = info[key];
    if (typeof value !== "string") throw new Failure("no_engine", `the engine does not say its ${key}`);
    return value;
  };
  const plugins = info["Plugins"];
  const names: unknown =
    typeof plugins === "object" && plugins !== null && "Authorization" in plugins ? plugins.Authorization : undefined;
  const authorization = Array.isArray(names) ? names.filter((each): each is string => typeof each === "string") : [];
  return { id: text("ID"), name: text("Name"), version: text("ServerVersion"), authorization };
}
