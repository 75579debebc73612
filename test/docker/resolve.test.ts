import { describe, expect, it } from "vitest";
import type { EngineLookup, Inspectable } from "../../src/docker/attempt.ts";
import { createResolver } from "../../src/docker/resolve.ts";
import { Unread } from "../../src/docker/unread.ts";
import { containerNamed, id, image } from "./bodies/engine.ts";
import { ids, smallEngine } from "./engine.ts";

const answering = (answer: unknown): EngineLookup => ({ inspect: async () => answer });
const swarmId = "s".repeat(25);

describe("a name", () => {
  it("is a container, with its image and labels, by its name, a part of its id, or all of it", async () => {
    const resolver = createResolver(smallEngine());
    const touch = {
      kind: "container",
      id: ids.container,
      names: ["c1"],
      labels: { team: "a" },
      image,
      level: "write",
    };
    for (const name of ["c1", ids.container, ids.container.slice(0, 12)]) {
      expect((await resolver.container(name, "write")).touch).toEqual(touch);
    }
  });

  it("is an image with all its names", async () => {
    const { touch } = await createResolver(smallEngine()).image("box:1", "read");
    expect(touch).toEqual({ kind: "image", id: image, names: ["box:1", "box:2"], level: "read" });
  });

  it.each<[Exclude<Inspectable, "container" | "image">, string, string]>([
    ["volume", "v1", "volume:v1"],
    ["network", "n1", `network:${ids.network}`],
    ["exec", ids.exec, `container:${ids.container}`],
    ["plugin", "a/b:latest", `plugin:${id("9d")}`],
    ["service", "web", `service:${swarmId}`],
    ["task", "t".repeat(25), `service:${swarmId}`],
    ["node", "self", `node:${swarmId}`],
    ["secret", "key", `secret:${swarmId}`],
    ["config", "web", `config:${swarmId}`],
  ])("is a %s: %s", async (kind, name, expected) => {
    const { touch } = await createResolver(smallEngine())[kind](name, "read");
    expect(`${touch.kind}:${touch.id}`).toBe(expected);
  });

  it("is asked for once a request, at whatever level", async () => {
    const engine = smallEngine();
    const resolver = createResolver(engine);
    const both = await Promise.all([resolver.container("c1", "read"), resolver.container("c1", "write")]);
    expect(both.map(({ touch }) => touch.level)).toEqual(["read", "write"]);
    await resolver.find("volume", "none", "read");
    await resolver.find("volume", "none", "read");
    expect(engine.asked).toEqual(["container c1", "volume none"]);
  });

  it("that nothing has is found to be absent, and refused where it is needed", async () => {
    const resolver = createResolver(smallEngine());
    expect(await resolver.find("container", "none", "read")).toBeUndefined();
    await expect(resolver.container("none", "read")).rejects.toThrow(Unread);
  });

  it.each<[Inspectable, string]>([
    ["container", ""],
    ["container", "a/b"],
    ["container", "/c1"],
    ["container", ".."],
    ["container", "c1?size=1"],
    ["container", "c1%2f"],
    ["container", "c1\n"],
    ["container", "a".repeat(300)],
    ["image", "../containers/c1"],
    ["image", "a b"],
    ["image", "a?b"],
    ["volume", "a/b"],
    ["network", "a b"],
    ["exec", "c1"],
    ["service", "a#b"],
  ])("that could leave the path that the engine is asked by is never asked for: %s %j", async (kind, name) => {
    const engine = smallEngine();
    await expect(createResolver(engine)[kind](name, "read")).rejects.toThrow(Unread);
    expect(engine.asked).toEqual([]);
  });
});

describe("an engine's answer", () => {
  const plain = containerNamed("c1") as Record<string, unknown>;

  it.each<[string, Inspectable, string, unknown]>([
    ["no object", "container", "c1", []],
    ["null", "container", "c1", null],
    ["a text", "container", "c1", "c1"],
    ["no id", "container", "c1", { ...plain, Id: undefined }],
    ["a short id", "container", "c1", { ...plain, Id: "c1" }],
    ["an id in capitals", "container", "c1", { ...plain, Id: "C".repeat(64) }],
    ["no name", "container", "c1", { ...plain, Name: "" }],
    ["another's name", "container", "c1", { ...plain, Name: "/other" }],
    ["no image", "container", "c1", { ...plain, Image: "" }],
    ["no config", "container", "c1", { ...plain, Config: undefined }],
    ["labels that are none", "container", "c1", { ...plain, Config: { Labels: ["a"] } }],
    ["a label that is none", "container", "c1", { ...plain, Config: { Labels: { a: 1 } } }],
    ["an image's short id", "image", "a", { Id: "sha256:00" }],
    ["tags that are none", "image", "a", { Id: image, RepoTags: "a" }],
    ["another volume", "volume", "a", { Name: "b", Labels: null }],
    ["another network", "network", "a", { Id: id("2b"), Name: "b", Labels: {} }],
    ["a network of the swarm, by part of its id", "network", "s", { Id: swarmId, Name: "b", Labels: {} }],
    ["an exec of nothing", "exec", ids.exec, { ContainerID: "" }],
    ["a service without a name", "service", "web", { ID: swarmId, Spec: {} }],
  ])("is refused for %s", async (_, kind, name, answer) => {
    await expect(createResolver(answering(answer))[kind](name, "read")).rejects.toThrow(Unread);
  });

  it("that does not come is no answer", async () => {
    const silent: EngineLookup = {
      inspect: async () => {
        throw new Error("connect ENOENT /secret/path");
      },
    };
    await expect(createResolver(silent).container("c1", "read")).rejects.toThrow(/could not be asked/);
    await expect(createResolver(silent).container("c1", "read")).rejects.not.toThrow(/secret/);
  });
});
