import { createServer } from "node:http";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatIdentifier } from "../src/macaroon/identifier.ts";
import { mint } from "../src/macaroon/mint.ts";
import { serialize } from "../src/macaroon/serialize.ts";
import { dockers, newestDocker } from "../test/support/dockers.ts";
import { node } from "../test/support/node.ts";
import type { Row } from "./macaroon.ts";
import { median, timeMs } from "./spawned.ts";

const rounds = 21;
const command = new URL("../bin/docker-id", import.meta.url).pathname;

/** What run and exec cost over the program itself, in turn with it and with `node -e 0`. */
export async function run(): Promise<Row[]> {
  if (dockers.length === 0) return [{ name: "docker-id docker ps", value: "not measured: no docker here", unit: "" }];
  const folder = mkdtempSync(join(tmpdir(), "docker-id-bench-"));
  const socket = join(folder, "engine.sock");
  // An engine that costs nothing, so that only the client is measured
  const engine = createServer((request, response) => {
    response.writeHead(200, { "content-type": "application/json", "api-version": "1.41" });
    response.end(request.method === "HEAD" ? "" : "[]");
  });
  await new Promise<void>((resolve) => engine.listen(socket, resolve));
  try {
    const runtime = join(folder, "runtime");
    mkdirSync(runtime, { mode: 0o700 });
    const docker = newestDocker();
    const env = {
      PATH: `${dirname(node)}:${dirname(docker.path)}:${process.env["PATH"] ?? ""}`,
      HOME: folder,
      DOCKER_HOST: `unix://${socket}`,
      DOCKER_ID_KEYCHAIN: "file",
      DOCKER_ID_CONFIG_DIR: join(folder, "config"),
      XDG_RUNTIME_DIR: runtime,
    };
    const identifier = formatIdentifier({ kid: "0".repeat(32), nonce: "1".repeat(32) });
    await timeMs(command, ["set", serialize(mint({ rootKey: new Uint8Array(32).fill(7), identifier }))], env);
    const commands = {
      "node -e 0": [node, "-e", "0"],
      true: ["true"],
      "exec -- true": [command, "exec", "--", "true"],
      "docker ps": [docker.path, "ps"],
      "docker-id docker ps": [command, "docker", "ps"],
    } as const;
    const times = new Map<string, number[]>();
    for (let round = 0; round < rounds; round++) {
      for (const [name, [first, ...words]] of Object.entries(commands)) {
        times.set(name, [...(times.get(name) ?? []), await timeMs(first, words, env)]);
        // What stood beside the last one ends a moment later, and is not to be measured with the next
        await sleep(350);
      }
    }
    const ms = (name: keyof typeof commands) => median(times.get(name) ?? []);
    const bare = ms("node -e 0");
    return [
      { name: "node -e 0, in turn with the rest", value: bare, unit: "ms" },
      { name: "docker ps, an engine that costs nothing", value: ms("docker ps"), unit: "ms" },
      {
        name: "(docker-id docker ps − docker ps) ÷ node -e 0",
        value: (ms("docker-id docker ps") - ms("docker ps")) / bare,
        unit: "×",
        aim: 1.5,
      },
      {
        name: "(docker-id exec -- true − true) ÷ node -e 0",
        value: (ms("exec -- true") - ms("true")) / bare,
        unit: "×",
        aim: 1.5,
      },
    ];
  } finally {
    engine.closeAllConnections();
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
