import { createHash } from "node:crypto";
import type { Attempt, EngineLookup, EngineRequest, Inspectable, Unreadable } from "../../docker/attempt.ts";
import { readAttempt } from "../../docker/read-attempt.ts";
import type { ExplainedTouch } from "../../protocol/explain.ts";
import { withMade, type MadeRequest } from "./made.ts";

/** A request as its own words have it. */
export interface ReadAsTyped {
  readonly attempt: Attempt | Unreadable;
  readonly touches: readonly ExplainedTouch[];
}

/**
 * Reads a request with no engine at all: whatever it names is taken to be there, with nothing to it but that name. So
 * the outcome is made of the request alone, and telling it to whoever sent it tells nothing.
 */
export async function readAsTyped(request: EngineRequest, made: readonly MadeRequest[]): Promise<ReadAsTyped> {
  const said = new Map<string, string>();
  const lookup: EngineLookup = {
    inspect: async (kind, name) => {
      const id = kind === "exec" ? digest(`exec ${name}`) : idOf(kind, name);
      if (!said.has(id)) said.set(id, kind === "exec" ? `exec/${name}` : name);
      return inspectOf[kind](id, name);
    },
  };
  const attempt = await readAttempt(request, withMade(lookup, made), { paths: [] });
  if ("unreadable" in attempt) return { attempt, touches: [] };
  const touches = attempt.touches.map(({ kind, id, level, names }) =>
    id === "+" && names !== undefined && names.length > 0
      ? { kind, id, level, names }
      : { kind, id: said.get(id) ?? id, level },
  );
  return { attempt, touches };
}

function idOf(kind: Inspectable, name: string): string {
  if (kind === "image") return `sha256:${/^(?:sha256:)?([0-9a-f]{64})$/.exec(name)?.[1] ?? digest(name)}`;
  if (kind === "volume") return name;
  if (swarmKinds.has(kind)) return /^[0-9a-z]{25}$/.test(name) ? name : digest(name).slice(0, 25);
  return /^[0-9a-f]{64}$/.test(name) ? name : digest(name);
}

const swarmKinds: ReadonlySet<Inspectable> = new Set(["service", "task", "node", "secret", "config"]);

type Inspect = (id: string, name: string) => object;

const ofSwarm: Inspect = (id, name) => ({ ID: id, Spec: { Name: name } });

// As little as the resolver takes for the engine's answer
const inspectOf: Readonly<Record<Inspectable, Inspect>> = {
  container: (id, name) => ({
    Id: id,
    Name: `/${name}`,
    Image: `sha256:${"0".repeat(64)}`,
    Config: { Labels: {} },
    HostConfig: {},
    Mounts: [],
  }),
  image: (id) => ({ Id: id, RepoTags: [], RepoDigests: [] }),
  volume: (_, name) => ({ Name: name, Driver: "local", Options: {}, Labels: {} }),
  network: (id, name) => ({ Id: id, Name: name, Driver: "bridge", Labels: {} }),
  exec: (id) => ({ ContainerID: id, ProcessConfig: { privileged: false } }),
  plugin: (id, name) => ({ Id: id, Name: name }),
  service: ofSwarm,
  task: (id, name) => ({ ID: id, Name: name, ServiceID: "" }),
  node: (id) => ({ ID: id, Description: {} }),
  secret: ofSwarm,
  config: ofSwarm,
};

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
