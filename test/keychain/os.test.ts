import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { osKeychain } from "../../src/keychain/os.ts";
import { keychainSuite } from "../suites/keychain-suite.ts";

const canRun =
  process.platform === "linux" &&
  ["dbus-daemon", "dbus-send", "gnome-keyring-daemon"].every((name) => spawnSync("which", [name]).status === 0);

const base = mkdtempSync(join(tmpdir(), "docker-id-"));
const environment = {
  ...process.env,
  HOME: base,
  XDG_DATA_HOME: join(base, "data"),
  XDG_RUNTIME_DIR: join(base, "run"),
  DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(base, "bus")}`,
  DISPLAY: "",
};
const started: ChildProcess[] = [];

function start(command: string, args: string[], input: string): ChildProcess {
  const child = spawn(command, args, { env: environment, stdio: ["pipe", "pipe", "ignore"] });
  child.stdin?.end(input);
  started.push(child);
  return child;
}
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.kill()) await once(child, "exit");
}
/** Whether someone on the bus offers the keyring's service. */
function isOffered(): boolean {
  const bus = ["--bus=" + environment.DBUS_SESSION_BUS_ADDRESS, "--dest=org.freedesktop.DBus", "--print-reply=literal"];
  const question = ["/", "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"];
  return spawnSync("dbus-send", [...bus, ...question], { encoding: "utf8" }).stdout.includes("true");
}
async function startKeyring(unlock: boolean): Promise<ChildProcess> {
  const args = ["--foreground", "--components=secrets", ...(unlock ? ["--unlock"] : ["--start"])];
  const keyring = start("gnome-keyring-daemon", args, unlock ? "password" : "");
  while (!isOffered()) await setTimeout(20);
  return keyring;
}
/** Asks in a process of its own: the library keeps what it has once learnt of a keyring. */
function ask(calls: string, variables: Record<string, string> = {}): { status: number | null; told: string } {
  const program = `
    const { osKeychain } = await import(${JSON.stringify(join(import.meta.dirname, "../../src/keychain/os.ts"))});
    const keychain = osKeychain(500);
    try { console.log(JSON.stringify(${calls})); } catch (error) { console.log(error.code + ": " + error.message); }
    process.kill(process.pid, "SIGKILL");`;
  const done = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    env: { ...environment, ...variables },
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status: done.status, told: done.stdout.trim() };
}

describe.skipIf(!canRun)("the OS keychain (skipped where there is no gnome-keyring and D-Bus)", () => {
  let keyring: ChildProcess;
  beforeAll(async () => {
    mkdirSync(join(base, "run"), { mode: 0o700 });
    const bus = start(
      "dbus-daemon",
      ["--session", "--nofork", "--print-address", `--address=unix:path=${join(base, "bus")}`],
      "",
    );
    if (bus.stdout !== null) await once(bus.stdout, "data");
    keyring = await startKeyring(true);
    process.env["DBUS_SESSION_BUS_ADDRESS"] = environment.DBUS_SESSION_BUS_ADDRESS;
  });
  afterAll(async () => {
    for (const child of started.toReversed()) await stop(child);
    rmSync(base, { recursive: true });
  });

  keychainSuite("gnome-keyring", () => osKeychain());

  describe("in states that are not its best", () => {
    it("keeps ids when its program starts again", async () => {
      await osKeychain().set("unix:///a#default", "kept");
      await stop(keyring);
      keyring = await startKeyring(true);
      expect(ask(`await keychain.get("unix:///a#default")`).told).toBe('"kept"');
    });

    it("says that it is locked, for what it holds and for what it does not", async () => {
      await stop(keyring);
      keyring = await startKeyring(false);
      for (const call of [
        'get("unix:///a#default")',
        'get("unix:///none#default")',
        'set("unix:///a#default", "x")',
        'delete("unix:///a#default")',
        "list()",
      ]) {
        expect(ask(`await keychain.${call}`).told, call).toBe("no_keychain: the OS keychain is locked");
      }
    });

    it("says that there is none without D-Bus", () => {
      const { told } = ask('await keychain.get("a#b")', { DBUS_SESSION_BUS_ADDRESS: "" });
      expect(told).toBe("no_keychain: there is no OS keychain here: no D-Bus session is running");
    });

    it("gives up on one that does not answer", async () => {
      const silent = createServer(() => {}).listen(join(base, "silent"));
      await once(silent, "listening");
      try {
        const { told } = ask('await keychain.get("a#b")', {
          DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(base, "silent")}`,
        });
        expect(told).toBe("no_keychain: the OS keychain did not answer within 0.5 s");
      } finally {
        silent.close();
      }
    });
  });
});
