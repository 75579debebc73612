import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Attempt } from "../../src/docker/attempt.ts";
import { anEngine } from "../support/needs.ts";
import { suite } from "../support/on-stage.ts";
import { createBodies, execBodies, volumeBodies } from "./differential-bodies.ts";
import { printSeed, startWatchedEngine, type Watched, type WatchedEngine } from "./differential-engine.ts";
import { type Container, type Ids, touchesOf, visibleIn } from "./differential-powers.ts";

const runs = Number(process.env["DOCKER_ID_RUNS"] ?? 500);

suite("bodies, as the engine and as we read them", anEngine, () => {
  let watched: WatchedEngine;
  const ids = { containers: {} as Record<string, string>, networks: {} as Record<string, string> } satisfies Ids;
  const tally = { sent: 0, made: 0, readAlike: 0, hostReached: 0 };
  let names = 0;

  beforeAll(async () => {
    watched = await startWatchedEngine({ paths: ["/run/docker/plugins"] });
    const { docker, importTiny } = watched;
    await importTiny("tiny:1");
    await importTiny("two:latest");
    const made = async (name: string, ...words: string[]): Promise<void> => {
      const id = await docker("create", "--network", "none", "--name", name, ...words, "tiny:1", "x");
      Object.assign(ids.containers, { [name]: id });
    };
    await made("plain");
    await made("mighty", "--privileged", "-v", "/etc:/host");
    await made("sharing", "--ipc", "shareable");
    await docker("volume", "create", "v1");
    await docker("volume", "create", "-o", "type=none", "-o", "o=bind", "-o", "device=/etc", "trap");
    ids.networks["n1"] = await docker("network", "create", "--config-only", "n1");
  });
  afterAll(async () => {
    process.stdout.write(`bodies: ${JSON.stringify(tally)}\n`);
    await watched?.close();
  });

  async function send(target: string, body: string): Promise<Watched> {
    tally.sent += 1;
    const headers = [["Content-Type", "application/json"]] as const;
    const seen = await watched.watch({ method: "POST", target, headers, body });
    if (seen.answer.status === 201) tally.made += 1;
    return seen;
  }

  /** The one reading of what the engine did; undefined when it was not understood. */
  function readingOf({ read }: Watched): Attempt | undefined {
    const [attempt] = read;
    if (attempt === undefined || read.length > 1) throw new Error(`the door was asked ${read.length} times`);
    if ("unreadable" in attempt) return undefined;
    tally.readAlike += 1;
    return attempt;
  }

  async function create(body: string): Promise<void> {
    const name = `made-${(names += 1)}`;
    const seen = await send(`/v1.41/containers/create?name=${name}`, body);
    if (seen.answer.status !== 201) return;
    const container = await watched.json<Container>(`/containers/${name}/json`);
    await watched.remove(`/containers/${name}?v=1`);
    const visible = visibleIn(container, ids);
    if ([...visible].some((power) => power.startsWith("host:"))) tally.hostReached += 1;
    const attempt = readingOf(seen);
    if (attempt === undefined) return;
    const touched = touchesOf(attempt);
    expect([...visible, `container:${name}`].filter((power) => !touched.has(power))).toEqual([]);
    const reserved = Object.keys(container.Config.Labels ?? {}).filter((label) => label.startsWith("docker-id"));
    expect(reserved).toEqual([]);
  }

  async function createVolume(template: string): Promise<void> {
    const asked = `made-${(names += 1)}`;
    const seen = await send("/v1.41/volumes/create", template.replace("NAME", asked));
    if (seen.answer.status !== 201) return;
    const { Name: name } = JSON.parse(seen.answer.text) as { Name: string };
    const made = await watched.json<{ Options: Record<string, string> | null; Labels: object | null }>(
      `/volumes/${name}`,
    );
    await watched.remove(`/volumes/${name}`);
    const attempt = readingOf(seen);
    if (attempt === undefined) return;
    const touched = touchesOf(attempt);
    expect(touched).toContain(`volume:${name}`);
    const { o = "", type = "", device = "" } = made.Options ?? {};
    const binds = o.split(",").some((flag) => flag === "bind" || flag === "rbind");
    if (binds) {
      tally.hostReached += 1;
      expect(touched).toContain(`host:bind${device}`);
      const read = attempt.touches.find(({ kind, id }) => kind === "host" && id.startsWith("bind"))?.level;
      expect(read).toBe(o === "bind,ro" ? "read" : "write");
    } else if (device !== "" && type !== "tmpfs") {
      expect([...touched].some((touch) => touch.startsWith("host:volume-type/"))).toBe(true);
    }
    expect(JSON.stringify(made.Labels)).not.toContain("docker-id");
  }

  async function createExec(body: string): Promise<void> {
    const seen = await send("/v1.41/containers/busy/exec", body);
    if (seen.answer.status !== 201) return;
    const { Id: exec } = JSON.parse(seen.answer.text) as { Id: string };
    const made = await watched.json<{ ProcessConfig: { privileged: boolean } }>(`/exec/${exec}/json`);
    const attempt = readingOf(seen);
    if (attempt === undefined) return;
    expect(touchesOf(attempt).has("host:privileged")).toBe(made.ProcessConfig.privileged);
  }

  const timeout = { timeout: 600_000 };

  it(`a container has no power that was not read (${runs} creates)`, timeout, async () => {
    await compare(createBodies, runs, create);
    expect(tally.hostReached).toBeGreaterThan(runs / 20);
    expect(tally.readAlike).toBeGreaterThan(runs / 20);
  });

  it(`a volume mounts nothing that was not read (${runs / 2} creates)`, timeout, async () => {
    await compare(volumeBodies, runs / 2, createVolume);
  });

  describe("in a container that runs", () => {
    beforeAll(async () => {
      await watched.engine.importImage("box");
      const words = ["--network", "none", "--stop-signal", "KILL", "--name", "busy", "box", "sleep", "1000"];
      await watched.docker("run", "-d", ...words);
    });
    it(`an exec has no privilege that was not read (${runs / 4} creates)`, timeout, async () => {
      await compare(execBodies, runs / 4, createExec);
    });
  });
});

async function compare(bodies: fc.Arbitrary<string>, count: number, work: (body: string) => Promise<void>) {
  const seed = printSeed("bodies");
  await fc.assert(fc.asyncProperty(bodies, work), { seed, numRuns: count });
}
