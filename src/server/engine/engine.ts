import type { EngineLookup } from "../../docker/attempt.ts";
import { Failure } from "../../errors.ts";
import { passHeader } from "../../protocol/headers.ts";
import { createAsk } from "./ask.ts";
import type { Answer } from "./ask.ts";
import type { Passes } from "./passes.ts";
import { infoTarget, inspectTarget, type Listed, listTarget } from "./paths.ts";

/** Who an engine says that it is. */
export interface EngineIdentity {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/** The engine that the verifier guards, as far as the verifier asks it. Every question carries a pass of its own. */
export interface Engine extends EngineLookup {
  /** Its own list of containers, stopped ones too, networks or volumes that carry all these labels; parsed JSON. */
  list(kind: Listed, labels: readonly string[]): Promise<unknown>;
  /** Asks who it is; rejects with Failure("no_engine") when it does not say. */
  identity(): Promise<EngineIdentity>;
  /** Who it last said that it is; undefined until it was reached once. */
  known(): EngineIdentity | undefined;
  /** Where it last said that its data is, an absolute path of its host; undefined until it was reached once. */
  dataRoot(): string | undefined;
  /** Whether it answers now. */
  reachable(): Promise<boolean>;
  /** Whether it asks our plugin before it answers; rejects when it does not answer. Its own info tells of its start alone. */
  asks(): Promise<boolean>;
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

interface Asked extends Answer {
  /** Our plugin was asked about the question before it was answered. */
  readonly authorized: boolean;
}

interface Info extends EngineIdentity {
  readonly authorized: boolean;
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
  const get = async (target: string): Promise<Asked> => {
    const issued: string[] = [];
    const headers = (): Record<string, string> => {
      const pass = passes.issue({ method: "GET", target });
      issued.push(pass);
      return { [passHeader]: pass };
    };
    let unused: readonly boolean[] = [];
    const answer = await ask(target, headers).finally(() => {
      unused = issued.map((pass) => passes.withdraw(pass));
    });
    return { ...answer, authorized: unused.includes(false) };
  };

  let known: EngineIdentity | undefined;
  let dataRoot: string | undefined;
  let asking: Promise<Info> | undefined;

  const askInfo = async (): Promise<Info> => {
    const answer = await get(infoTarget);
    const told = readObject(answer, infoTarget);
    const info = { ...readInfo(told), authorized: answer.authorized };
    known = { id: info.id, name: info.name, version: info.version };
    const root = told["DockerRootDir"];
    if (typeof root === "string" && root.startsWith("/")) dataRoot = root;
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
    async list(kind, labels) {
      const target = listTarget(kind, labels);
      const answer = await get(target);
      const list = answer.status === 200 ? parseJson(answer) : undefined;
      if (list !== undefined) return list;
      throw unusable(answer, target);
    },
    async identity() {
      const { id, name, version } = await info();
      return { id, name, version };
    },
    known: () => known,
    dataRoot: () => dataRoot,
    reachable: () =>
      info().then(
        () => true,
        () => false,
      ),
    asks: async () => (await info()).authorized,
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
  throw unusable(answer, target);
}

function unusable({ status }: Answer, target: string): Failure {
  return new Failure("no_engine", `the engine's answer to GET ${target} cannot be used (status ${status})`);
}

function readJson(answer: Answer): Record<string, unknown> | undefined {
  const value = parseJson(answer);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

function parseJson({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

function readInfo(info: Record<string, unknown>): EngineIdentity {
  const text = (key: string): string => {
    const value = info[key];
    if (typeof value !== "string") throw new Failure("no_engine", `the engine does not say its ${key}`);
    return value;
  };
  return { id: text("ID"), name: text("Name"), version: text("ServerVersion") };
}
