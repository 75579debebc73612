import type { Attempt, EngineLookup, EngineRequest, GuardBounds, Unreadable } from "../../src/docker/attempt.ts";
import { readAttempt } from "../../src/docker/read-attempt.ts";
import { containerNamed, id, image } from "./bodies/engine.ts";

/** Ids that recorded requests name are read as these. */
export const ids = {
  image,
  container: id("c1"),
  exec: id("ec"),
  network: id("2b"),
} as const;

const swarmId = "s".repeat(25);
const running = { ...containerNamed("c1"), Id: ids.container };
const mighty = containerNamed("mighty", { Privileged: true, Binds: ["/etc:/host"] });

const things: Readonly<Record<string, object>> = {
  "container c1": running,
  [`container ${ids.container}`]: running,
  [`container ${ids.container.slice(0, 12)}`]: running,
  "container mighty": mighty,
  [`exec ${ids.exec}`]: { ContainerID: ids.container, ProcessConfig: { privileged: false } },
  "image box:1": { Id: image, RepoTags: ["box:1", "box:2"], RepoDigests: [], Config: {} },
  "image box": { Id: image, RepoTags: ["box:latest"], RepoDigests: [], Config: {} },
  [`image ${image}`]: { Id: image, RepoTags: ["box:1", "box:2"], RepoDigests: [], Config: {} },
  "image reg.example:5000/a/json": { Id: image, RepoTags: ["reg.example:5000/a/json:latest"], Config: {} },
  "image reg.example:5000/a/json:latest": { Id: image, RepoTags: ["reg.example:5000/a/json:latest"], Config: {} },
  "image registry.invalid/x:1": { Id: image, RepoTags: ["registry.invalid/x:1"], Config: {} },
  "volume v1": { Name: "v1", Driver: "local", Options: null, Labels: null },
  "network n1": { Id: ids.network, Name: "n1", Driver: "bridge", Labels: {} },
  "network host": { Id: id("3c"), Name: "host", Driver: "host", Labels: {} },
  "plugin a/b:latest": { Id: id("9d"), Name: "a/b:latest" },
  "service web": { ID: swarmId, Spec: { Name: "web" } },
  [`task ${"t".repeat(25)}`]: { ID: "t".repeat(25), ServiceID: swarmId },
  "node self": { ID: swarmId, Description: { Hostname: "self" } },
  "secret key": { ID: swarmId, Spec: { Name: "key" } },
  "config web": { ID: swarmId, Spec: { Name: "web" } },
};

/** A small engine that counts what it is asked. */
export function smallEngine(more: Readonly<Record<string, object>> = {}): EngineLookup & { readonly asked: string[] } {
  const known = { ...things, ...more };
  const asked: string[] = [];
  return {
    asked,
    async inspect(kind, name): Promise<unknown> {
      const key = `${kind} ${name}`;
      asked.push(key);
      return Object.hasOwn(known, key) ? known[key] : undefined;
    },
  };
}

/** What lies out of reach in these tests. */
export const guard: GuardBounds = { paths: ["/run/docker.sock", "/etc/docker"] };

/** A request as a door has it: `POST /commit`, perhaps a body, whose type and length follow from it. */
export function request(
  line: string,
  body?: object | string,
  headers: Readonly<Record<string, string>> = {},
): EngineRequest {
  const space = line.indexOf(" ");
  const method = line.slice(0, space);
  const target = line.slice(space + 1);
  const carries = method === "POST" || method === "PUT";
  if (body === undefined) return { method, target, headers: carries ? { "content-length": "0", ...headers } : headers };
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const said = { "content-type": "application/json", "content-length": String(bytes.length) };
  return { method, target, headers: { ...said, ...headers }, body: bytes };
}

/** Reads a request over the small engine. */
export async function attempted(...asked: Parameters<typeof request>): Promise<Attempt | Unreadable> {
  return readAttempt(request(...asked), smallEngine(), guard);
}

/** An attempt in one line: `container.logs read container:…:read`, `~` at the end where its answer is a stream. */
export function spell(attempt: Attempt | Unreadable): string {
  if ("unreadable" in attempt) return `unreadable: ${attempt.unreadable}`;
  const touches = attempt.touches.map(({ kind, id: what, level, names }) => {
    const plain = what.replace(/^(sha256:)?([0-9a-f]{64})$/, (_, prefix = "", hex: string) => prefix + hex.slice(0, 4));
    return `${kind}:${what === "+" ? `+${names?.join(",") ?? ""}` : plain}:${level}`;
  });
  return [attempt.action, attempt.op, ...touches, ...(attempt.stream ? ["~"] : [])].join(" ");
}
