import type { EngineLookup } from "../../src/docker/attempt.ts";
import { containerNamed, id, image } from "./bodies/engine.ts";
import { ids } from "./engine.ts";

const swarmId = "s".repeat(25);

/** What the engine has; it answers to a name, to an id and to the beginning of one, as the real one does. */
const things: readonly (readonly [kind: string, inspect: Readonly<Record<string, unknown>>])[] = [
  ["container", { ...containerNamed("c1"), Id: ids.container }],
  ["container", { ...containerNamed("mighty", { Privileged: true, Binds: ["/etc:/host"] }) }],
  ["container", { ...containerNamed("c2") }],
  ["exec", { ID: ids.exec, ContainerID: ids.container, ProcessConfig: { privileged: false } }],
  ["image", { Id: image, RepoTags: ["box:1", "box:2", "box:latest"], RepoDigests: [], Config: {} }],
  ["image", { Id: `sha256:${id("5a")}`, RepoTags: ["reg.example:5000/a/json:latest"], Config: {} }],
  ["image", { Id: `sha256:${id("6a")}`, RepoTags: ["registry.invalid/x:1"], Config: {} }],
  ["volume", { Name: "v1", Driver: "local", Options: null, Labels: null }],
  ["network", { Id: ids.network, Name: "n1", Driver: "bridge", Labels: {} }],
  ["network", { Id: id("7c"), Name: "n2", Driver: "bridge", Labels: { a: "b" } }],
  ["network", { Id: id("3c"), Name: "host", Driver: "host", Labels: {} }],
  ["plugin", { Id: id("9d"), Name: "a/b:latest" }],
  ["service", { ID: swarmId, Spec: { Name: "web" } }],
  ["task", { ID: "t".repeat(25), ServiceID: swarmId }],
  ["node", { ID: swarmId, Description: { Hostname: "self" } }],
  ["secret", { ID: swarmId, Spec: { Name: "key" } }],
  ["config", { ID: swarmId, Spec: { Name: "web" } }],
];

interface Known {
  readonly Id?: string;
  readonly ID?: string;
  readonly Name?: string;
  readonly RepoTags?: readonly string[];
  readonly Spec?: { readonly Name: string };
  readonly Description?: { readonly Hostname: string };
}

function isKnownAs(kind: string, inspect: Known, name: string): boolean {
  const own = inspect.Id ?? inspect.ID ?? "";
  if (kind === "image") {
    const { RepoTags: tags = [] } = inspect;
    return tags.includes(name) || tags.includes(`${name}:latest`) || own === name || own.startsWith(`sha256:${name}`);
  }
  const called = inspect.Name ?? inspect.Spec?.Name ?? inspect.Description?.Hostname ?? "";
  return called.replace(/^\//, "") === name || (own !== "" && own.startsWith(name));
}

/** The engine that requests are made canonical over. */
export const knowingEngine: EngineLookup = {
  async inspect(kind, name): Promise<unknown> {
    return things.find(([of, inspect]) => of === kind && isKnownAs(kind, inspect, name))?.[1];
  },
};
