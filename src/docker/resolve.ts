import type { EngineLookup, Inspectable, Level, Touch } from "./attempt.ts";
import { containerOfExec, identify, nonsense, touchOfTask } from "./identify.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { Unread } from "./unread.ts";

/** A thing that the engine knows: how the attempt touches it, and the engine's whole inspect answer. */
export interface Resolved {
  readonly touch: Touch;
  readonly inspect: JsonObject;
  /** Of an exec, the engine's answer about itself. */
  readonly exec?: JsonObject;
}

/** Throws Unread when the engine knows no such thing, cannot be asked, or answers what makes no sense. */
type Resolve = (name: string, level: Level) => Promise<Resolved>;

/** Names become full ids here, by asking the engine, each name once a request. */
export interface Resolver extends Readonly<Record<Exclude<Inspectable, "exec" | "task">, Resolve>> {
  /** An exec stands for its container: the touch and the inspect are that container's. */
  readonly exec: Resolve;
  /** A task stands for its service; the inspect is the task's own. */
  readonly task: Resolve;
  /** Like the above, but undefined when the engine knows no such thing. */
  readonly find: (kind: Inspectable, name: string, level: Level) => Promise<Resolved | undefined>;
  /** What was asked for, in order. */
  readonly asked: readonly Asked[];
  /** The same resolver for names that are not the request's own: they stand in inspect answers, and are not kept. */
  readonly unsaid: Resolver;
}

/** A name that a request says, and what the engine knows by it. */
export interface Asked {
  readonly kind: Inspectable;
  readonly name: string;
  /** The request can go on without it. */
  readonly optional: boolean;
  /** Absent when the engine knows no such thing, or could not be asked. */
  readonly found?: Resolved;
  /** The engine could not be asked. */
  readonly unanswered?: true;
}

/** Makes the resolver of one request. */
export function createResolver(lookup: EngineLookup): Resolver {
  const known = new Map<string, Promise<JsonObject | undefined>>();

  function ask(kind: Inspectable, name: string): Promise<JsonObject | undefined> {
    if (!spellings[kind].test(name)) throw new Unread(`${JSON.stringify(name)} is no name of ${article(kind)}`);
    const key = `${kind} ${name}`;
    let answer = known.get(key);
    if (answer === undefined) {
      answer = fetchInspect(lookup, kind, name);
      known.set(key, answer);
    }
    return answer;
  }

  async function look(kind: Inspectable, name: string, level: Level): Promise<Resolved | undefined> {
    const inspect = await ask(kind, name);
    if (inspect === undefined) return undefined;
    if (kind === "exec") {
      const container = await look("container", containerOfExec(inspect), level);
      return container && { ...container, exec: inspect };
    }
    if (kind === "task") return { touch: touchOfTask(inspect, name, level), inspect };
    return { touch: { ...identify[kind](inspect, name), level }, inspect };
  }

  const asked: Asked[] = [];
  async function note(optional: boolean, ...of: Parameters<typeof look>): ReturnType<typeof look> {
    const [kind, name] = of;
    try {
      const found = await look(...of);
      asked.push({ kind, name, optional, ...(found && { found }) });
      return found;
    } catch (error) {
      const unanswered = error instanceof Unanswered ? ({ unanswered: true } as const) : {};
      asked.push({ kind, name, optional, ...unanswered });
      throw error;
    }
  }

  const unsaid = withKinds(look, look, []);
  return withKinds(
    (...of) => note(true, ...of),
    (...of) => note(false, ...of),
    asked,
    unsaid,
  );
}

type Find = Resolver["find"];

function withKinds(find: Find, seek: Find, asked: readonly Asked[], unsaid?: Resolver): Resolver {
  const by =
    (kind: Inspectable): Resolve =>
    async (name, level) => {
      const found = await seek(kind, name, level);
      if (found === undefined) throw new Unread(`the engine knows no ${kind} ${JSON.stringify(name)}`);
      return found;
    };
  return {
    container: by("container"),
    image: by("image"),
    volume: by("volume"),
    network: by("network"),
    exec: by("exec"),
    plugin: by("plugin"),
    service: by("service"),
    task: by("task"),
    node: by("node"),
    secret: by("secret"),
    config: by("config"),
    find,
    asked,
    get unsaid() {
      return unsaid ?? this;
    },
  };
}

class Unanswered extends Unread {}

async function fetchInspect(lookup: EngineLookup, kind: Inspectable, name: string): Promise<JsonObject | undefined> {
  let answer: unknown;
  try {
    answer = await lookup.inspect(kind, name);
  } catch {
    throw new Unanswered(`the engine could not be asked for the ${kind} ${JSON.stringify(name)}`);
  }
  if (answer === undefined) return undefined;
  if (!isObject(answer as Json)) throw nonsense();
  return answer as JsonObject;
}

// What the engine itself would take for a name, less what could escape the path that it is asked by
const word = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/;
const reference = /^[a-zA-Z0-9][a-zA-Z0-9._:@/-]{0,511}$/;
const spellings: Readonly<Record<Inspectable, RegExp>> = {
  container: word,
  image: reference,
  volume: word,
  network: word,
  exec: /^[0-9a-f]{64}$/,
  plugin: reference,
  service: word,
  task: word,
  node: word,
  secret: word,
  config: word,
};

function article(kind: Inspectable): string {
  return kind === "image" || kind === "exec" ? `an ${kind}` : `a ${kind}`;
}
