import { readFileSync } from "node:fs";
import { run, type Outcome } from "./run.ts";
import { until } from "./until.ts";
import { openWorkspace } from "./workspace.ts";

/** A host with systemd, docker.service and folders of its own, over those of this machine. */
export interface SystemdHost {
  /** Runs a shell line in it, as root. */
  sh(line: string, env?: Readonly<Record<string, string>>): Promise<Outcome>;
  close(): Promise<void>;
}

const repository = new URL("../..", import.meta.url).pathname;

/** Boots one; rejects when systemd does not come up. */
export async function startSystemdHost(): Promise<SystemdHost> {
  const workspace = openWorkspace();
  const log = workspace.path("log");
  const unshare = workspace.start(
    "unshare",
    [
      ..."--pid --fork --kill-child --mount --mount-proc --cgroup --net --ipc --uts".split(" "),
      "sh",
      new URL("systemd-host.sh", import.meta.url).pathname,
      repository,
      workspace.dir,
    ],
    { log },
  );
  const close = async (): Promise<void> => {
    await unshare.stop("SIGKILL");
    await workspace.close();
  };
  const enter = async (line: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> => {
    const init = readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, "utf8").trim();
    return await run("nsenter", ["-t", init, "-m", "-p", "-n", "-i", "-u", "-C", "--", "sh", "-c", line], {
      env: { HOME: "/root", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...env },
    });
  };
  try {
    await until("systemd is up", async () => {
      const { stdout } = await enter("systemctl is-active basic.target");
      return stdout.trim() === "active";
    });
  } catch (error) {
    const said = readFileSync(log, "utf8");
    await close();
    throw new Error(`systemd did not come up: ${said}`, { cause: error });
  }
  return { sh: enter, close };
}
