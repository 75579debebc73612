import type { ChildProcess } from "node:child_process";
import { fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Code } from "../../src/errors.ts";
import { Failure } from "../../src/errors.ts";
import type { Keychain } from "../../src/keychain/keychain.ts";
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
  // One that reads no input may be gone before we have written it
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input);
  started.push(child);
  return child;
}
async function stop(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.kill(signal)) await once(child, "exit");
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

type Answer = { value: unknown } | { code: Code; message: string };

/** An OS keychain in a process that sees these variables and waits so long; see `os-keychain-process.ts`. */
function keychainProcess(
  variables: Record<string, string> = {},
  limitMs = 30_000,
): Keychain & { stop(): Promise<void> } {
  const child = fork(join(import.meta.dirname, "os-keychain-process.ts"), [String(limitMs)], {
    env: { ...environment, ...variables },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  started.push(child);
  const ask = async (method: string, ...args: string[]): Promise<unknown> => {
    child.send({ method, args });
    const [answer] = (await once(child, "message")) as [Answer];
    if ("code" in answer) throw new Failure(answer.code, answer.message);
    return answer.value;
  };
  return {
    title: "the OS keychain",
    get: async (account) => (await ask("get", account)) as string | undefined,
    set: async (account, secret) => {
      await ask("set", account, secret);
    },
    delete: async (account) => (await ask("delete", account)) as boolean,
    list: async () => (await ask("list")) as string[],
    // One that waits for a silent bus ends in no other way.
    stop: async () => await stop(child, "SIGKILL"),
  };
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
  });
  afterAll(async () => {
    for (const child of started.toReversed()) await stop(child, child.channel === undefined ? "SIGTERM" : "SIGKILL");
    rmSync(base, { recursive: true });
  });

  let unlocked: ReturnType<typeof keychainProcess> | undefined;
  keychainSuite("gnome-keyring", () => (unlocked ??= keychainProcess()));

  describe("in states that are not its best", () => {
    let keychain: ReturnType<typeof keychainProcess>;
    afterEach(async () => await keychain.stop());

    it("keeps ids when its program starts again", async () => {
      await unlocked?.set("unix:///a#default", "kept");
      await stop(keyring);
      keyring = await startKeyring(true);
      keychain = keychainProcess();
      expect(await keychain.get("unix:///a#default")).toBe("kept");
    });

    it("says that it is locked, for what it holds and for what it does not", async () => {
      await stop(keyring);
      keyring = await startKeyring(false);
      keychain = keychainProcess();
      const locked = { code: "no_keychain", message: expect.stringMatching(/the OS keychain is locked$/) };
      await expect(keychain.get("unix:///a#default")).rejects.toMatchObject(locked);
      await expect(keychain.get("unix:///none#default")).rejects.toMatchObject(locked);
      await expect(keychain.set("unix:///a#default", "x")).rejects.toMatchObject(locked);
      await expect(keychain.delete("unix:///a#default")).rejects.toMatchObject(locked);
      await expect(keychain.list()).rejects.toMatchObject(locked);
    });

    it("says that there is none without D-Bus", async () => {
      keychain = keychainProcess({ DBUS_SESSION_BUS_ADDRESS: "" });
      const none = { code: "no_keychain", message: expect.stringMatching(/no D-Bus session is running$/) };
      await expect(keychain.get("a#b")).rejects.toMatchObject(none);
    });

    it("gives up on one that does not answer", async () => {
      const silent = createServer(() => {}).listen(join(base, "silent"));
      await once(silent, "listening");
      keychain = keychainProcess({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(base, "silent")}` }, 500);
      const late = { code: "no_keychain", message: expect.stringMatching(/did not answer within 0.5 s$/) };
      await expect(keychain.get("a#b")).rejects.toMatchObject(late);
      silent.close();
    });
  });
});
