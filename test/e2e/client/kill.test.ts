import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { besideEnvironment, callBeside, command, companionsOf, livingWith, zombiesOf } from "../../support/beside.ts";
import { newestDocker } from "../../support/dockers.ts";
import { onStage } from "../../support/on-stage.ts";
import { secret } from "../../support/stage.ts";
import { until } from "../../support/until.ts";
import { allowed } from "../../support/verdicts.ts";

onStage("docker-id that is killed in the middle", (stage) => {
  /** Where its sockets are. */
  let runtime: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    await stage().engine.importImage("box");
    allowed(await stage().id(["init", "--secret", secret]));
  });
  beforeEach(async (test) => {
    runtime = stage().workspace.path(`runtime-${test.task.id}`);
    mkdirSync(runtime, { mode: 0o700 });
    env = { ...besideEnvironment(stage().env, newestDocker()), XDG_RUNTIME_DIR: runtime };
  });

  const folders = () => (existsSync(`${runtime}/docker-id`) ? readdirSync(`${runtime}/docker-id`) : []);
  /** Everything of it that a process could still be called by. */
  const leftovers = () => [...folders(), ...livingWith(runtime)];
  const nothingLeft = async () => {
    await until(`nothing is left, and not ${leftovers().join(" ")}`, () => leftovers().length === 0);
    expect(zombiesOf(process.pid)).toEqual([]);
  };

  /** A container that gives back what it is sent. */
  async function startCat(
    detached = false,
  ): Promise<{ child: ChildProcess; pid: number; companion: number; name: string }> {
    const name = `cat-${Math.random().toString(36).slice(2)}`;
    const child = spawn(command, ["run", "--rm", "-i", "--network", "none", "--name", name, "box", "cat"], {
      env,
      stdio: ["pipe", "pipe", "ignore"],
      detached,
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.write("here\n");
    if (child.stdout === null) throw new Error("no output");
    await once(child.stdout, "data");
    const [companion = 0] = companionsOf(child.pid ?? 0);
    // What sees to its folder is started a moment later
    await until("its watchdog is there", () => livingWith(runtime).length > 0);
    return { child, pid: child.pid ?? 0, companion, name };
  }

  it("leaves no socket, no process and no zombie, and its container goes as without it", async () => {
    const { child, pid, name } = await startCat();
    child.kill("SIGKILL");
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    await nothingLeft();
    await until("its companion is gone", () => companionsOf(pid).length === 0);
    await until("the container is gone", async () => {
      const found = await callBeside(env, newestDocker(), ["docker", "ps", "-aq", "--filter", `name=${name}`]);
      return allowed(found) === "";
    });
  });

  it("on the side that carries the id, ends docker too", async () => {
    const { child, companion } = await startCat();
    process.kill(companion, "SIGKILL");
    const [status] = (await once(child, "exit")) as [number | null];
    expect(status).not.toBe(0);
    await nothingLeft();
  });

  it("with all of its group, leaves nothing either", async () => {
    const { child, pid } = await startCat(true);
    process.kill(-pid, "SIGKILL");
    await once(child, "exit");
    await nothingLeft();
  });

  it("with whatever would have seen to it, leaves a folder that the next one removes", async () => {
    const { child, companion } = await startCat();
    const watchdogs = livingWith(runtime);
    for (const each of [...watchdogs, companion]) process.kill(each, "SIGKILL");
    await once(child, "exit");
    const [left = ""] = folders();
    expect(left).not.toBe("");
    allowed(await callBeside(env, newestDocker(), ["exec", "--", "sleep", "0.5"]));
    await until("the folder is gone", () => !folders().includes(left));
  });

  it("does not outlive its program, whatever that has left running", async () => {
    const line = 'sleep 1000 >/dev/null 2>&1 & echo "$!"; echo "$DOCKER_HOST"';
    const outcome = await callBeside(env, newestDocker(), ["exec", "--", "sh", "-c", line], {
      env: { XDG_RUNTIME_DIR: runtime },
    });
    const [pid, host] = allowed(outcome).split("\n");
    await nothingLeft();
    expect(existsSync((host ?? "").slice("unix://".length))).toBe(false);
    process.kill(Number(pid), "SIGKILL");
  });

  it("is not ended, nor opened to a debugger, by what is sent to its whole group", async () => {
    const { child, pid, companion } = await startCat(true);
    for (const signal of ["SIGUSR1", "SIGUSR2", "SIGALRM", "SIGHUP"] as const) {
      process.kill(companion, signal);
    }
    child.stdin?.write("and here\n");
    if (child.stdout !== null) await once(child.stdout, "data");
    expect(companionsOf(pid)).toEqual([companion]);
    child.stdin?.end();
    expect(await once(child, "exit")).toEqual([0, null]);
    await nothingLeft();
  });

  describe("at any moment of its start", () => {
    it.each([1, 10, 20, 30, 40, 50, 60, 70, 80, 100, 120, 150, 200])("%i ms", async (ms) => {
      const child = spawn(command, ["docker", "events"], { env, stdio: ["ignore", "ignore", "ignore"] });
      await new Promise((resolve) => setTimeout(resolve, ms));
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      await until("its companion is gone", () => companionsOf(child.pid ?? 0).length === 0);
      await nothingLeft();
    });
  });
});
