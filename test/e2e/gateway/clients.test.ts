import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Readable } from "node:stream";
import Dockerode from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GatewayStage, openGatewayStage } from "../../support/gateway-stage.ts";
import { anEngine, needs } from "../../support/needs.ts";
import { suite } from "../../support/on-stage.ts";
import { run } from "../../support/run.ts";
import { until } from "../../support/until.ts";

suite("clients that nobody here wrote", anEngine, () => {
  let stage: GatewayStage;
  const ids = new Map<string, string>();
  beforeAll(async () => {
    stage = await openGatewayStage();
    ids.set("the root id", stage.root);
    ids.set("an id that builds", await stage.narrow("--scope", "*:*:write,host:fetch:write", "--expires", "1h"));
    ids.set("an id of its own things", await stage.narrow("--preset", "ci"));
  });
  afterAll(() => stage.close());
  const idOf = (whose: string): string => ids.get(whose) ?? "";
  const docker = (whose: string): Dockerode =>
    new Dockerode({ socketPath: stage.socket, headers: { "X-Docker-Id": idOf(whose) } });

  describe.each(["the root id", "an id that builds"])("with %s", (whose) => {
    const python = needs("docker-py");
    it.skipIf(python !== undefined).each(["header", "bearer"])(
      `docker-py lives a container's life, its id in a %s${python === undefined ? "" : ` (${python})`}`,
      async (way) => {
        const script = new URL("docker-py.py", import.meta.url).pathname;
        const outcome = await run("/usr/bin/python3", [script, `http+unix://${stage.socket}`, idOf(whose), way, "box"]);
        expect(outcome, outcome.stderr).toMatchObject({ status: 0, stdout: "done\n" });
      },
    );

    it("dockerode lives a container's life", async () => {
      const client = docker(whose);
      expect(String(await client.ping())).toBe("OK");
      const container = await client.createContainer({
        Image: "box",
        Cmd: ["sh", "-c", "echo up; while read x; do echo got $x; done; sleep 300"],
        OpenStdin: true,
        HostConfig: { NetworkMode: "none" },
      });
      const attached = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
      const heard = hear(attached);
      await container.start();
      await until("its first word", () => heard().includes("up\n"));
      attached.write("word\n");
      await until("its answer", () => heard().includes("got word\n"));
      const logs = hear(await container.logs({ follow: true, stdout: true }));
      await until("its log", () => logs().includes("got word\n"));
      expect((await client.listContainers()).map(({ Id }) => Id)).toContain(container.id);
      const stats = await container.stats({ stream: true });
      await once(stats, "data");
      stats.destroy();

      const exec = await container.exec({ Cmd: ["cat"], AttachStdin: true, AttachStdout: true });
      const stream = await exec.start({ hijack: true, stdin: true });
      const said = hear(stream);
      stream.end("to and fro");
      await until("it comes back", () => said().includes("to and fro"));
      await until("its end", async () => (await exec.inspect()).ExitCode === 0);

      const tar = readFileSync(stage.workspace.path("rootfs.tar"));
      await container.putArchive(tar, { path: "/tmp" });
      const archive = await container.getArchive({ path: "/tmp/bin/busybox" });
      expect((await drain(archive)).length).toBeGreaterThan(1_000_000);

      const events = await client.getEvents({ filters: { container: [container.id] } });
      const told = hear(events);
      await container.kill();
      expect(await container.wait()).toMatchObject({ StatusCode: 137 });
      await until("the event", () => told().includes('"die"'));
      events.destroy();
      attached.destroy();
      await container.remove();
      await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404 });
    });

    it("dockerode builds, and takes an image along", async () => {
      const client = new Dockerode({ socketPath: stage.socket, headers: { Authorization: `Bearer ${idOf(whose)}` } });
      const folder = stage.workspace.path(`dockerode-${whose.length}`);
      mkdirSync(folder);
      writeFileSync(`${folder}/Dockerfile`, "FROM box\nLABEL of=dockerode\n");
      const said = await drain(await client.buildImage({ context: folder, src: ["Dockerfile"] }, { t: "ode:1" }));
      expect(said.toString()).toContain("Successfully tagged ode:1");
      expect((await drain(await client.getImage("ode:1").get())).length).toBeGreaterThan(1_000_000);
    });
  });

  it("dockerode sees what is its id's own, and that alone", async () => {
    const [root, own] = [docker("the root id"), docker("an id of its own things")];
    const body = { Image: "box", Cmd: ["true"], HostConfig: { NetworkMode: "none" } };
    const others = await root.createContainer(body);
    const mine = await own.createContainer(body);
    expect((await own.listContainers({ all: true })).map(({ Id }) => Id)).toEqual([mine.id]);
    await expect(own.getContainer(others.id).inspect()).rejects.toMatchObject({ statusCode: 404 });
    await mine.start();
    expect(await mine.wait()).toMatchObject({ StatusCode: 0 });
    expect((await root.listContainers({ all: true })).map(({ Id }) => Id)).toEqual(
      expect.arrayContaining([mine.id, others.id]),
    );
    await Promise.all([mine.remove(), others.remove()]);
  });
});

function hear(stream: Readable): () => string {
  let text = "";
  stream.on("data", (piece: Buffer) => (text += piece.toString("latin1")));
  stream.on("error", () => undefined);
  return () => text;
}

async function drain(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}
