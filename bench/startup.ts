import { mint } from "../src/macaroon/mint.ts";
import { formatIdentifier } from "../src/macaroon/identifier.ts";
import { serialize } from "../src/macaroon/serialize.ts";
import { openSession } from "../test/support/keyring.ts";
import { needs } from "../test/support/needs.ts";
import { openWorkspace } from "../test/support/workspace.ts";
import type { Row } from "./macaroon.ts";
import { median, timeMs } from "./spawned.ts";

const rounds = 21;
const entry = new URL("../bin/run.js", import.meta.url).pathname;
const inKeyring = "show out of gnome-keyring";

/** How long commands take from nothing, beside `node -e 0`, which is run in turn with them. */
export async function run(): Promise<Row[]> {
  const workspace = openWorkspace();
  try {
    const identifier = formatIdentifier({ kid: "0".repeat(32), nonce: "1".repeat(32) });
    const root = serialize(mint({ rootKey: new Uint8Array(32).fill(7), identifier }));
    const home = {
      PATH: process.env["PATH"],
      HOME: workspace.dir,
      DOCKER_HOST: "unix:///nowhere/docker.sock",
      DOCKER_ID_KEYCHAIN: "file",
      DOCKER_ID_CONFIG_DIR: workspace.path("config"),
    };
    const noKeyring = needs("gnome-keyring", "dbus");
    const session = noKeyring === undefined ? await openSession(workspace, "unlocked") : undefined;
    const keyring = session && { ...home, ...session.env, DOCKER_ID_KEYCHAIN: "os" };
    const held = { ...home, DOCKER_ID_TOKEN: root };
    for (const env of keyring === undefined ? [home] : [home, keyring]) {
      await timeMs(process.execPath, [entry, "set", root], env);
    }
    const commands = {
      "node -e 0": { args: ["-e", "0"], env: home },
      show: { args: [entry, "show"], env: home },
      ...(keyring && { [inKeyring]: { args: [entry, "show"], env: keyring } }),
      metadata: { args: [entry, "docker-cli-plugin-metadata"], env: home },
      "--version": { args: [entry, "--version"], env: home },
      create: { args: [entry, "create", "--op", "read", "--expires", "60"], env: held },
      inspect: { args: [entry, "inspect", root], env: home },
    };
    const times = new Map<string, number[]>();
    for (let round = 0; round < rounds; round++) {
      for (const [name, { args, env }] of Object.entries(commands)) {
        const took = await timeMs(process.execPath, args, env);
        times.set(name, [...(times.get(name) ?? []), took]);
      }
    }
    const bare = median(times.get("node -e 0") ?? []);
    const ms = (name: string) => median(times.get(name) ?? []);
    const ratio = (name: string, aim?: number): Row => ({
      name: `docker-id ${name} ÷ node -e 0`,
      value: ms(name) / bare,
      unit: "×",
      ...(aim === undefined ? {} : { aim }),
    });
    return [
      { name: "node -e 0, in turn with the rest", value: bare, unit: "ms" },
      ratio("show", 1.5),
      noKeyring === undefined
        ? ratio(inKeyring, 1.5)
        : { name: `docker-id ${inKeyring} ÷ node -e 0`, value: `skipped: ${noKeyring}`, unit: "" },
      ratio("metadata", 1.5),
      ratio("--version", 1.5),
      { name: "docker-id create, scrypt aside", value: ms("create"), unit: "ms", aim: 130 },
      { name: "docker-id inspect", value: ms("inspect"), unit: "ms", aim: 130 },
    ];
  } finally {
    await workspace.close();
  }
}
