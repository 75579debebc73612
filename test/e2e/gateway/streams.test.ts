import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Docker, dockers, newestDocker } from "../../support/dockers.ts";
import { type GatewayStage, openGatewayStage } from "../../support/gateway-stage.ts";
import { anEngine, needs } from "../../support/needs.ts";
import { suite } from "../../support/on-stage.ts";
import type { Outcome } from "../../support/run.ts";
import { until } from "../../support/until.ts";

/** A docker that goes on until it is ended. */
interface Following {
  readonly text: () => string;
  readonly ended: Promise<number | null>;
  readonly stop: () => void;
}

suite("streams through the gateway", anEngine, () => {
  let stage: GatewayStage;
  const ids = new Map<string, string>();
  beforeAll(async () => {
    stage = await openGatewayStage();
    ids.set("the root id", stage.root);
    ids.set("an id that builds", await stage.narrow("--scope", "*:*:write,host:fetch:write", "--expires", "1h"));
  });
  afterAll(() => stage.close());

  const idOf = (whose: string): string => ids.get(whose) ?? "";
  const eachId = ["the root id", "an id that builds"] as const;
  let names = 0;
  const name = (): string => `c${(names += 1)}`;

  function follow(cli: Docker, id: string, args: readonly string[]): Following {
    const child = spawn(cli.path, ["-H", stage.host, ...args], {
      env: { PATH: process.env["PATH"], DOCKER_CONFIG: stage.workspace.dir, ...stage.carry(cli, id) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const output of [child.stdout, child.stderr]) output.on("data", (piece: Buffer) => (text += piece.toString()));
    return {
      text: () => text,
      ended: new Promise((resolve) => child.once("close", resolve)),
      stop: () => void child.kill("SIGKILL"),
    };
  }

  describe.each(dockers.map((cli) => [cli.version, cli] as const))("with docker %s", (_, cli) => {
    describe.each(eachId)("and %s", (whose) => {
      const docker = (args: readonly string[], input?: string | Uint8Array): Promise<Outcome> =>
        stage.docker(cli, idOf(whose), args, input === undefined ? {} : { input });
      async function said(args: readonly string[], input?: string | Uint8Array): Promise<string> {
        const outcome = await docker(args, input);
        expect(outcome, args.join(" ")).toMatchObject({ status: 0 });
        return outcome.stdout;
      }
      async function sleeper(): Promise<string> {
        const made = name();
        await said(["run", "-d", ...box("--name", made, "box", "sleep", "300")]);
        return made;
      }

      it("run says what the container says, on both outputs, and ends as it does", async () => {
        const outcome = await docker(["run", "--rm", ...box("box", "sh", "-c", "echo out; echo err >&2; exit 7")]);
        expect(outcome).toMatchObject({ status: 7, stdout: "out\n", stderr: "err\n" });
        expect(await said(["run", "-i", "--rm", ...box("box", "cat")], "piped")).toBe("piped");
      });

      it.skipIf(needs("script"))("run -it is a terminal", async () => {
        const command = [
          cli.path,
          "-H",
          stage.host,
          "run",
          "-it",
          "--rm",
          ...box("box", "sh", "-c", "'tty; stty size'"),
        ];
        const child = spawn("script", ["-qec", command.join(" "), "/dev/null"], {
          env: { PATH: process.env["PATH"], DOCKER_CONFIG: stage.workspace.dir, ...stage.carry(cli, idOf(whose)) },
          stdio: ["pipe", "pipe", "inherit"],
        });
        let text = "";
        child.stdout.on("data", (piece: Buffer) => (text += piece.toString()));
        expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
        expect(text).toMatch(/\/dev\/(?:pts\/\d+|console)/);
      });

      it("exec -i passes its input's end on, and large data whole both ways", async () => {
        const made = await sleeper();
        expect(await said(["exec", "-i", made, "cat"], "hi\n")).toBe("hi\n");
        const large = randomBytes(8 * 1024 * 1024);
        const sum = createHash("sha256").update(large).digest("hex");
        expect(await said(["exec", "-i", made, "sha256sum"], large)).toBe(`${sum}  -\n`);
        const there = await said(["exec", made, "sh", "-c", "head -c 8000000 /dev/zero | tr '\\0' x"]);
        expect(there).toBe("x".repeat(8_000_000));
        expect(await docker(["exec", made, "sh", "-c", "exit 5"])).toMatchObject({ status: 5 });
        await said(["rm", "-f", made]);
      });

      it("logs -f, attach, wait and events tell at once", async () => {
        const made = name();
        const since = String(Math.floor(Date.now() / 1000));
        const id = idOf(whose);
        await said(["create", ...box("--name", made, "-i", "box", "sh", "-c", "echo up; read x; echo got $x")]);
        const events = follow(cli, id, ["events", "--since", since, "--filter", `container=${made}`]);
        await said(["start", made]);
        const logs = follow(cli, id, ["logs", "-f", made]);
        const wait = follow(cli, id, ["wait", made]);
        await until("the log", () => logs.text().includes("up\n"));
        expect(await said(["attach", made], "word\n")).toContain("got word");
        await Promise.all([logs.ended, wait.ended]);
        expect([logs.text(), wait.text()]).toEqual(["up\ngot word\n", "0\n"]);
        await until("its end", () => events.text().includes("container die"));
        expect(events.text()).toContain("container create");
        events.stop();
        await events.ended;
        await said(["rm", made]);
      });

      it("stats and top tell of a container", async () => {
        const made = await sleeper();
        const stats = follow(cli, idOf(whose), ["stats", made]);
        await until("figures", () => stats.text().includes(made));
        stats.stop();
        await stats.ended;
        expect(await said(["top", made])).toContain("sleep 300");
        await said(["rm", "-f", made]);
      });

      it("cp goes both ways", async () => {
        const made = await sleeper();
        const folder = stage.workspace.path(`cp-${made}`);
        mkdirSync(folder);
        const bytes = randomBytes(3_000_000);
        writeFileSync(`${folder}/in`, bytes);
        await said(["cp", `${folder}/in`, `${made}:/tmp/there`]);
        await said(["cp", `${made}:/tmp/there`, `${folder}/out`]);
        expect(readFileSync(`${folder}/out`).equals(bytes)).toBe(true);
        await said(["rm", "-f", made]);
      });

      it("build takes a context, and says what it does", async () => {
        const folder = stage.workspace.path(`build-${name()}`);
        mkdirSync(folder);
        writeFileSync(`${folder}/Dockerfile`, "FROM box\nCOPY large /large\nLABEL of=this\n");
        writeFileSync(`${folder}/large`, randomBytes(5_000_000));
        const tag = `built:${name()}`;
        const outcome = await stage.docker(cli, idOf(whose), ["build", "-t", tag, folder], {
          env: { DOCKER_BUILDKIT: "0" },
        });
        expect(outcome).toMatchObject({ status: 0, stdout: expect.stringContaining("Successfully tagged") as string });
        expect(await said(["image", "inspect", "-f", "{{.Config.Labels.of}}", tag])).toBe("this\n");
      });
    });
  });

  describe("save and load", () => {
    it.each(eachId)("move images whole, with %s", async (whose) => {
      const cli = newestDocker();
      const id = idOf(whose);
      const file = stage.workspace.path(`saved-${whose.replaceAll(" ", "-")}.tar`);
      const saved = await stage.docker(cli, id, ["save", "-o", file, "box:latest"]);
      expect(saved).toMatchObject({ status: 0 });
      const loaded = await stage.docker(cli, stage.root, ["load", "-i", file]);
      expect(loaded).toMatchObject({
        status: 0,
        stdout: expect.stringContaining("Loaded image: box:latest") as string,
      });
    });
  });
});

/** What a container of this engine is run with, which has no network to give. */
function box(...rest: readonly string[]): string[] {
  return ["--network", "none", ...rest];
}
