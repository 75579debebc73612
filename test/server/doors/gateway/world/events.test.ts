import { describe, expect, it } from "vitest";
import { readEvent } from "../../../../../src/docker/event.ts";
import { planForward } from "../../../../../src/server/doors/gateway/world/plan.ts";
import { request } from "../../../../docker/engine.ts";
import { admit, annas, berts, caveat, containers, engineOf, forwarded, idOf, imageOf } from "./scene.ts";

interface Told {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** An event of a container that was created from its image's id, as through the gateway; or by that image's name. */
function ofContainer(name: string, action: string, more: Readonly<Record<string, string>> = {}, named = false): Told {
  const made = containers.find((one) => one.name === name);
  if (made === undefined) throw new Error(`no container ${name}`);
  const image = named ? made.image : imageOf(made.image);
  const attributes = { ...made.labels, image, name, ...more };
  return { Type: "container", Action: action, Actor: { ID: idOf(name), Attributes: attributes } };
}

function of(type: string, action: string, id: string, attributes: Readonly<Record<string, string>> = {}): Told {
  return { Type: type, Action: action, Actor: { ID: id, Attributes: attributes } };
}

/** What an id that listens makes of each event. */
async function listen(caveats: readonly string[], engine = engineOf()) {
  const asked = request("GET /events");
  const plan = await planForward({ request: asked, admission: await admit(caveats, asked, engine), engine });
  if ("status" in plan || plan.answer === "whole" || plan.answer.kind !== "lines") throw new Error("no lines");
  return plan.answer.keep;
}

/** Which of the events, by type, action and name, reach an id. */
async function heard(
  caveats: readonly string[],
  events: readonly unknown[],
  engine = engineOf(),
): Promise<readonly string[]> {
  const keep = await listen(caveats, engine);
  const kept: string[] = [];
  for (const event of events) {
    const line = (await keep(event)) as Told | undefined;
    if (line !== undefined) kept.push(`${line.Type} ${line.Action} ${line.Actor.Attributes["name"] ?? line.Actor.ID}`);
  }
  return kept;
}

describe("events", () => {
  it("are those of one's own containers", async () => {
    const all = containers.map(({ name }) => ofContainer(name, "start"));
    expect(await heard(annas, all)).toEqual(["container start a1"]);
    expect(await heard(berts, all)).toEqual(["container start b1"]);
    expect(await heard(["label=team=web"], all)).toEqual(["container start b1", "container start web"]);
    expect(await heard([caveat("container_id", idOf("web"))], all)).toEqual(["container start web"]);
    expect(await heard([caveat("image_id", imageOf("claims"))], all)).toHaveLength(2);
    expect(await heard(["scope=container:w*:read"], all)).toEqual(["container start web"]);
  });

  it("are looked up where the container was created by an image's name", async () => {
    const all = containers.map(({ name }) => ofContainer(name, "die", { exitCode: "0" }, true));
    expect(await heard(annas, all)).toEqual(["container die a1"]);
    const engine = engineOf();
    await heard(annas, [...all, ...all, ...all], engine);
    const lookups = engine.asked.filter((one) => one.startsWith("container "));
    expect(new Set(lookups).size).toBe(lookups.length);
  });

  it("are told to the end of a container that was seen before, and not of one that was not", async () => {
    const end = ["kill", "die", "destroy"].map((action) => ofContainer("a1", action, {}, true));
    const engine = engineOf();
    const gone = engineOf([idOf("a1")]);
    let asked = 0;
    const going = {
      ...engine,
      inspect: (...question: Parameters<typeof engine.inspect>) => (asked++ ? gone : engine).inspect(...question),
    };
    expect(await heard(annas, end, { ...going, asked: [] })).toHaveLength(3);
    expect(await heard(annas, end, gone)).toEqual([]);
    // What tells enough of itself needs no looking up
    const whole = ["kill", "die", "destroy"].map((action) => ofContainer("a1", action));
    expect(await heard(annas, whole, gone)).toHaveLength(3);
  });

  it("do not take what the engine adds for labels", async () => {
    const died = ofContainer("web", "die", { exitCode: "137" });
    expect(await heard(["label=exitCode"], [died])).toEqual([]);
    expect(await heard(["label=image,name"], [died])).toEqual([]);
  });

  it("tell of networks and volumes, and of others' containers in them nothing", async () => {
    const connect = (network: string, container: string) =>
      of("network", "connect", idOf(network), { name: network, type: "bridge", container: idOf(container) });
    const mount = (volume: string, container: string) => of("volume", "mount", volume, { container: idOf(container) });
    const all = [
      of("network", "create", idOf("na"), { name: "na", type: "bridge" }),
      of("network", "create", idOf("nb"), { name: "nb", type: "bridge" }),
      connect("na", "a1"),
      connect("na", "b1"),
      connect("nb", "a1"),
      of("volume", "create", "va", { driver: "local" }),
      of("volume", "create", "vb", { driver: "local" }),
      mount("va", "a1"),
      mount("va", "b1"),
    ];
    expect(await heard(annas, all)).toEqual([
      "network create na",
      "network connect na",
      "volume create va",
      "volume mount va",
    ]);
    expect(await heard(["scope=network:n*:read"], all)).toEqual(["network create na", "network create nb"]);
  });

  it("do not outlive the thing that they were told of", async () => {
    const renamed = [
      ofContainer("web", "start"),
      {
        ...ofContainer("web", "rename"),
        Actor: { ID: idOf("web"), Attributes: { name: "other", image: imageOf("box") } },
      },
    ];
    expect(await heard(["scope=container:web:read"], renamed)).toEqual(["container start web"]);
    const engine = engineOf();
    const events = [of("volume", "create", "va"), of("volume", "destroy", "va"), of("volume", "create", "va")];
    expect(await heard(annas, events, engine)).toHaveLength(3);
    expect(engine.asked.filter((one) => one === "volume va")).toHaveLength(2);
  });

  it("do not follow a container to the name that it was given", async () => {
    const engine = engineOf();
    let name = "web";
    const renaming: typeof engine = {
      ...engine,
      inspect: async (kind, asked) => {
        const found = (await engine.inspect(kind, asked)) as object | undefined;
        return found && kind === "container" ? { ...found, Name: `/${name}` } : found;
      },
    };
    const keep = await listen(["scope=container:web:read"], renaming);
    // As older engines tell it, which does not say what the container was created from
    const told = async (action: string) => (await keep(ofContainer("web", action, { name: "" }, true))) !== undefined;
    expect(await told("start")).toBe(true);
    name = "other";
    expect([await told("rename"), await told("stop")]).toEqual([false, false]);
  });

  it("tell of images, the daemon and the rest to whoever sees those", async () => {
    const all = [
      of("image", "pull", "box:1", { name: "box" }),
      of("image", "tag", imageOf("box"), { name: "box:2" }),
      of("image", "delete", imageOf("claims"), { name: imageOf("claims") }),
      of("daemon", "reload", "ENGINE", { name: "host.example", labels: "[]" }),
      of("builder", "prune", "", { reclaimed: "1" }),
      of("service", "create", "s".repeat(25), { name: "web" }),
      of("surprise", "create", "x", {}),
    ];
    expect(await heard(annas, all)).toEqual([]);
    expect(await heard(["scope=image:box*:read"], all)).toEqual(["image pull box", "image tag box:2"]);
    expect(await heard([caveat("image_id", imageOf("box"))], all)).toEqual(["image tag box:2"]);
    expect(await heard(["scope=service:web:read"], all)).toEqual(["service create web"]);
    expect(await heard(["scope=image:read,system:daemon:read"], all)).toHaveLength(4);
  });

  it("are dropped when they are not understood", async () => {
    const odd = [null, 1, "x", {}, { Type: "container" }, of("container", "start", "short", { name: "a1" })];
    for (const event of odd.slice(0, 5)) expect(readEvent(event as never)).toBeUndefined();
    expect(await heard(annas, odd)).toEqual([]);
  });

  it("are passed on unread to whoever sees all that they tell of", async () => {
    expect((await forwarded(["op=read"], "GET /events")).answer).toBe("whole");
    const narrowed = await forwarded(annas, "GET /events?since=1&filters=%7B%22type%22%3A%5B%22container%22%5D%7D");
    expect(decodeURIComponent(narrowed.target)).toBe('/events?since=1&filters={"type":{"container":true}}');
    expect(narrowed.dropHeaders).toContain("accept");
  });
});
