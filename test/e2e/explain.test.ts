import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Explained } from "../../src/explain/step.ts";
import type { Docker } from "../support/dockers.ts";
import { newestDocker } from "../support/dockers.ts";
import { eachDocker, onStage } from "../support/on-stage.ts";
import { secret } from "../support/stage.ts";
import { allowed } from "../support/verdicts.ts";

onStage("explaining what docker would ask", (stage) => {
  let root: string;
  let ids: Readonly<Record<string, string>>;
  let work: string;
  const as = (id: string, ...args: string[]) => stage().docker(newestDocker(), id, args, { cwd: work });

  beforeAll(async () => {
    const { id, engine, workspace } = stage();
    work = workspace.path("work");
    mkdirSync(`${work}/context`, { recursive: true });
    writeFileSync(`${work}/context/Dockerfile`, "FROM box\nRUN true\n");
    writeFileSync(`${work}/up`, "up");
    await engine.importImage("box");
    await engine.importImage("other");
    allowed(await id(["init", "--secret", secret]));
    root = allowed(await id(["show"]));
    const running = ["run", "-d", "--network", "none", "--stop-signal", "KILL"];
    allowed(await as(root, ...running, "--name", "web", "box", "sleep", "1000"));
    allowed(await as(root, ...running, "--name", "mighty", "-v", "/etc:/etc", "other", "sleep", "1000"));
    const create = async (...words: string[]) => allowed(await id(["create", ...words]));
    ids = {
      root,
      reader: await create("--op", "read"),
      "runner of box": await create("--image-id", "box"),
      "owner of web": await create("--container-id", "web"),
      "maker with /srv": await create("--scope", "container:write,image:read,host:bind/srv:write"),
    };
  });

  /** Explains a docker command with that docker, under an id. */
  async function explain(cli: Docker, id: string, args: readonly string[]): Promise<Explained> {
    const bin = stage().workspace.path(`bin-${cli.version}`);
    if (!existsSync(bin)) {
      mkdirSync(bin);
      symlinkSync(cli.path, `${bin}/docker`);
    }
    const env = { PATH: `${bin}:${process.env["PATH"]}` };
    const outcome = await stage().id(["explain", "--json", "--id", id, "--", "docker", ...args], { env, cwd: work });
    expect([0, 3], outcome.stdout + outcome.stderr).toContain(outcome.status);
    const explained = JSON.parse(outcome.stdout) as Explained;
    expect(explained.verdict).toBe(outcome.status === 0 ? "allowed" : "refused");
    return explained;
  }

  /** All that the engine has, and what lies in the working directory. */
  async function everything(): Promise<ReadonlySet<string>> {
    const found = readdirSync(work, { recursive: true }).map(String);
    for (const list of [
      ["ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.State}}"],
      ["images", "--no-trunc", "--format", "{{.ID}} {{.Repository}}:{{.Tag}}"],
      ["volume", "ls", "-q"],
      ["network", "ls", "-q"],
      ["diff", "web"],
    ]) {
      found.push(...allowed(await as(root, ...list)).split("\n"));
    }
    // The engine lists in no order
    return new Set(found);
  }

  eachDocker((cli) => {
    const box = ["--network", "none", "box", "true"];
    const every: readonly (readonly string[])[] = [
      ["version"],
      ["ps"],
      ["inspect", "web"],
      ["exec", "mighty", "true"],
      ["run", "--rm", ...box],
      ["run", "--rm", "-v", "/srv:/srv", ...box],
      ["run", "--rm", "-v", "/:/host", "--privileged", ...box],
      ["run", "--rm", "--network", "none", "--volumes-from", "mighty", "box", "true"],
      ["cp", "up", "web:/tmp/up"],
      ["cp", "web:/bin/busybox", "down"],
      ["save", "-o", "saved.tar", "box:latest"],
    ];
    // What one docker asks the other asks too, in the most part
    const commands = cli === newestDocker() ? every : every.filter((_, at) => at % 4 === 3);

    describe("says beforehand what the engine then says", () => {
      it.each(commands.map((args) => ({ title: args.join(" "), args })))("$title", async ({ args }) => {
        for (const [name, id] of Object.entries(ids)) {
          const { verdict } = await explain(cli, id, args);
          const { stderr } = await stage().docker(cli, id, args, { cwd: work });
          const real = stderr.includes("authorization denied by plugin") ? "refused" : "allowed";
          expect(verdict, `${name}: ${stderr}`).toBe(real);
        }
      });
    });

    it("and does nothing of it, whoever asks", async () => {
      const before = await everything();
      const writing = [
        ["run", "-d", "--name", "new", "--cidfile", "cid", ...box],
        ["run", "-it", "--rm", "-v", "new-volume:/data", "box", "touch", "/data/x"],
        ["exec", "web", "touch", "/x"],
        ["rm", "-f", "web"],
        ["rename", "web", "gone"],
        ["stop", "web"],
        ["rmi", "-f", "other"],
        ["tag", "box", "new"],
        ["commit", "web", "new"],
        ["build", "--iidfile", "iid", "-t", "new", "context"],
        ["cp", "up", "web:/up"],
        ["cp", "web:/bin/busybox", "up"],
        ["save", "-o", "up", "box"],
        ["export", "-o", "up", "web"],
        ["import", "up", "new"],
        ["volume", "create", "new"],
        ["network", "create", "new"],
        ["system", "prune", "-a"],
      ];
      for (const args of cli === newestDocker() ? writing : writing.filter((_, at) => at % 4 === 0)) {
        expect(await explain(cli, root, args)).toMatchObject({ verdict: "allowed", complete: true });
      }
      expect(await everything()).toEqual(before);
    });

    it("follows a run to its end, on a container that is not there", async () => {
      const runner = ids["runner of box"] ?? "";
      const { requests } = await explain(cli, runner, ["run", "-it", "--rm", "--name", "new", "box", "sh"]);
      expect(requests.map(({ follows, explanation }) => [explanation?.action, follows])).toEqual([
        ["system.ping", false],
        ["container.create", false],
        ["container.attach", true],
        ["container.wait", true],
        ["container.start", true],
      ]);
      expect(requests.every(({ explanation }) => explanation?.verdict === "allowed")).toBe(true);
      expect(requests[4]?.target).toMatch(/\/containers\/NEW\/start$/);
      const exec = await explain(cli, ids["owner of web"] ?? "", ["exec", "-it", "web", "sh"]);
      expect(exec.requests.map(({ explanation }) => explanation?.action)).toEqual([
        "system.ping",
        "container.inspect",
        "container.exec",
        "exec.start",
        "exec.inspect",
      ]);
    });

    it("tells which caveat says no, and why", async () => {
      const runner = ids["runner of box"] ?? "";
      const { requests, complete } = await explain(cli, runner, ["run", "-v", "/:/host", "box"]);
      expect(complete).toBe(true);
      expect(requests.at(-1)?.explanation).toMatchObject({
        action: "container.create",
        verdict: "refused",
        touches: expect.arrayContaining([expect.objectContaining({ kind: "host", id: "bind/" })]) as unknown,
        reasons: [
          { caveat: expect.stringMatching(/^image_id=/) as string, why: expect.stringMatching(/host/) as string },
          { why: expect.stringMatching(/guard/) as string },
          { why: expect.stringMatching(/power over the host/) as string },
        ],
      });
    });
  });

  it("tells a restricted id no more than it said itself", async () => {
    const env = { DOCKER_ID_TOKEN: ids["owner of web"] ?? "" };
    const outcome = await stage().id(["explain", "--json", "POST", "/containers/mighty/start"], { env });
    expect(outcome.status).toBe(3);
    const [request] = (JSON.parse(outcome.stdout) as Explained).requests;
    expect(request?.explanation?.touches).toEqual([{ kind: "container", id: "mighty", level: "write" }]);
    const asRoot = await stage().id(["explain", "--json", "POST", "/containers/mighty/start"]);
    expect(asRoot.stdout).toContain("bind/etc");
  });

  it("is written down", async () => {
    const log = allowed(await stage().id(["log"]));
    expect(log).toMatch(/admin id\.explain .*container\.create would be refused/);
  });
});
