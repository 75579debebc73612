import { describe, expect, it } from "vitest";
import { writeCaveat } from "../../../src/caveats/vocabulary.ts";
import type { Attempt, EngineLookup, Unreadable } from "../../../src/docker/attempt.ts";
import { decide } from "../../../src/policy/decide.ts";
import { readAtPlugin } from "../../../src/server/gate/read-at-plugin.ts";
import { circumstances, now } from "../../caveats/scene.ts";
import { guard, ids, request, smallEngine } from "../../docker/engine.ts";
import { tokenOf } from "../../policy/token-of.ts";

const read = (...asked: Parameters<typeof request>): Promise<Attempt | Unreadable> =>
  readAtPlugin(request(...asked), smallEngine(), guard);

async function verdict(caveats: readonly string[], ...asked: Parameters<typeof request>): Promise<string> {
  const decision = decide(tokenOf(...caveats), await read(...asked), circumstances());
  return decision.verdict === "allowed" ? "allowed" : decision.reasons.map(({ why }) => why).join("; ");
}

const wide = ["op=read,write"];
const oneImage = [writeCaveat("image_id", ids.image, now)];
const create = (image: string, more: object = {}) => ["POST /containers/create", { Image: image, ...more }] as const;

describe("what is not there, at the plugin's door", () => {
  it.each([
    "GET /containers/none/json",
    "GET /containers/none/logs?stdout=1",
    "POST /containers/none/wait",
    "GET /images/none/json",
    "GET /images/none:1/history",
    "GET /volumes/none",
    "GET /networks/none",
    `GET /exec/${"9".repeat(64)}/json`,
  ])("is looked for by whoever may look at anything: %s", async (line) => {
    expect(await verdict(wide, line)).toBe("allowed");
    expect(await verdict(["op=read"], line)).toMatch(/allowed|only read/);
    expect(await verdict(["action=system.*"], line)).toContain("none of the actions");
  });

  it("looks to others as what is not theirs", async () => {
    for (const caveats of [[`container_id=${ids.container}`], ["scope=container:c1:read"], ["label=other"]]) {
      const missing = await verdict(caveats, "GET /containers/none/json");
      expect(missing).not.toBe("allowed");
      expect(missing).toBe(await verdict(caveats, "GET /containers/mighty/json"));
    }
    expect(await verdict(oneImage, "GET /images/none/json")).toContain("certain images");
  });

  it("is an image that a container is to be made of, which docker then pulls", async () => {
    expect(await verdict(wide, ...create("none"))).toBe("allowed");
    expect(await verdict(oneImage, ...create("none"))).toContain("certain images");
    expect(await verdict(["scope=container:write,image:box*:read"], ...create("none"))).toContain("no scope");
  });

  it("hides nothing of what else is asked for", async () => {
    expect(await verdict(wide, ...create("none", { HostConfig: { Privileged: true } }))).toContain("host:privileged");
    expect(await verdict(wide, ...create("none", { HostConfig: { Binds: ["/etc/docker:/x"] } }))).toContain(
      "guards it",
    );
    expect(await verdict(wide, ...create("none", { HostConfig: { VolumesFrom: ["mighty"] } }))).toContain("power");
    expect(await verdict(wide, ...create("none", { Privileged: true }))).toContain("not known");
  });

  it.each<[string, object?]>([
    ["POST /containers/none/start"],
    ["POST /containers/none/restart"],
    ["POST /containers/none/exec", { Cmd: ["sh"] }],
    ["POST /containers/none/update", {}],
    ["POST /containers/none/attach?stdin=1"],
    ["GET /containers/none/attach/ws"],
    ["GET /containers/none/archive?path=/"],
    ["HEAD /containers/none/archive?path=/"],
    ["PUT /containers/none/archive?path=/"],
    ["GET /containers/none/checkpoints"],
    [`POST /exec/${"9".repeat(64)}/start`, {}],
    [...create("box", { HostConfig: { VolumesFrom: ["none"] } })],
    [...create("box", { HostConfig: { NetworkMode: "none-such" } })],
  ])("is refused to all who could gain by it if it came to be: %s", async (line, body) => {
    expect(await verdict(wide, line, body)).toContain("knows no");
  });

  it("is not what the engine could not be asked for", async () => {
    const silent: EngineLookup = { inspect: async () => Promise.reject(new Error("down")) };
    for (const asked of [request("GET /containers/c1/json"), request(...create("box"))]) {
      expect(await readAtPlugin(asked, silent, guard)).toMatchObject({
        unreadable: expect.stringContaining("could not be asked") as string,
      });
    }
  });
});
