import { mkdirSync, writeFileSync } from "node:fs";
import { run } from "./run.ts";
import { until } from "./until.ts";
import type { Workspace } from "./workspace.ts";

/** How the keyring of a session is found: `silent` is a bus on which nobody keeps secrets. */
export type KeyringState = "unlocked" | "locked" | "silent";

/** A session bus of its own with gnome-keyring on it. */
export interface Session {
  /** What a process needs in its environment to be part of the session. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends the keyring and starts it again, as a logout and login do. */
  become(state: KeyringState): Promise<void>;
}

/** Opens one; its keyring's password is `password`. A locked one was unlocked once, so that it has a collection. */
export async function openSession(workspace: Workspace, state: KeyringState): Promise<Session> {
  const dir = workspace.path("session");
  for (const folder of ["data", "run", "control"]) mkdirSync(`${dir}/${folder}`, { recursive: true, mode: 0o700 });
  const bus = `unix:path=${dir}/bus`;
  const env = {
    DBUS_SESSION_BUS_ADDRESS: bus,
    XDG_DATA_HOME: `${dir}/data`,
    XDG_RUNTIME_DIR: `${dir}/run`,
    HOME: dir,
  };
  const whole = { PATH: process.env["PATH"], ...env };
  const log = `${dir}/log`;
  writeFileSync(`${dir}/bus.conf`, busConfiguration(bus));
  workspace.start("dbus-daemon", ["--nofork", `--config-file=${dir}/bus.conf`], { log, env: whole });
  const names = () => run("dbus-send", ["--session", "--print-reply", ...question], { env });
  await until("the bus answers", async () => (await names()).status === 0);
  const offered = async () => (await names()).stdout.includes('"org.freedesktop.secrets"');

  let stop: (() => Promise<void>) | undefined;
  const start = async (unlock: boolean) => {
    const args = ["--foreground", "--components=secrets", `--control-directory=${dir}/control`];
    const input = unlock ? "password" : "";
    const flag = unlock ? "--unlock" : "--start";
    const keyring = workspace.start("gnome-keyring-daemon", [...args, flag], { log, env: whole, input });
    await until("the keyring offers its service", offered);
    stop = async () => {
      await keyring.stop();
      await until("the keyring is gone", async () => !(await offered()));
    };
  };
  const become = async (wanted: KeyringState) => {
    await stop?.();
    stop = undefined;
    if (wanted !== "silent") await start(wanted === "unlocked");
  };
  if (state === "locked") await become("unlocked");
  await become(state);
  return { env, become };
}

/** A session bus that starts no service by itself: a keyring is there when the test has one start. */
function busConfiguration(address: string): string {
  return `<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>`;
}

const question = ["--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames"];
