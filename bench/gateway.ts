import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { importImage } from "../test/support/image.ts";
import { anEngine, needs } from "../test/support/needs.ts";
import { node } from "../test/support/node.ts";
import { type Outcome, run as command } from "../test/support/run.ts";
import { personOf } from "../test/support/stage.ts";
import { until } from "../test/support/until.ts";
import { entry, startVerifier } from "../test/support/verifier.ts";
import { openWorkspace, type Workspace } from "../test/support/workspace.ts";
import type { Row } from "./macaroon.ts";
import { median } from "./spawned.ts";

const ports = { direct: 24_752, gateway: 24_750, haproxy: 24_751 } as const;
type Way = keyof typeof ports;
const ways = ["direct", "gateway", "haproxy"] as const satisfies readonly Way[];
const rounds = 5;
const seconds = 2;
const savedBytes = 500 * 1024 * 1024;

/** The engine by itself, behind the gateway with an id of five caveats, and behind haproxy as socket proxies run it. */
export async function run(): Promise<Row[]> {
  const why = needs(...anEngine, "haproxy", "wrk", "curl");
  if (why !== undefined) return [{ name: "haproxy ÷ gateway", value: `not measured: ${why}`, unit: "" }];
  const workspace = openWorkspace();
  try {
    const { id, pid } = await open(workspace);
    const rows: Row[] = [];
    for (const target of ["/_ping", "/v1.41/containers/json?all=1"]) {
      await loadInTurn(target, id, 16);
      for (const connections of [1, 16, 128]) rows.push(...(await compare(target, id, connections)));
    }
    return [...rows, ...(await compareSaves(id, pid))];
  } finally {
    await workspace.close();
  }
}

async function open(workspace: Workspace): Promise<{ readonly id: string; readonly pid: number }> {
  const dir = workspace.path("engine");
  mkdirSync(dir);
  const socket = `${dir}/docker.sock`;
  const host = `unix://${socket}`;
  const listen = ["-H", host, "-H", `tcp://127.0.0.1:${ports.direct}`, "--tls=false"];
  const places = ["--data-root", `${dir}/data`, "--exec-root", `${dir}/exec`, "--pidfile", `${dir}/pid`];
  const rest = ["--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"];
  workspace.start("dockerd", [...places, ...listen, ...rest, "--config-file", emptyFile(`${dir}/daemon.json`)], {
    log: `${dir}/log`,
  });
  const docker = (...args: string[]) =>
    command("docker", ["-H", host, ...args], { env: { DOCKER_CONFIG: workspace.dir } });
  await until("dockerd answers", async () => (await docker("version")).status === 0, 60);
  await importImage(workspace, host, "box");
  for (let made = 0; made < 3; made += 1) printed(await docker("create", "--network", "none", "box", "true"));
  printed(await docker("import", await largeTar(workspace), "big:1"));

  const flags = ["--gateway", `tcp://127.0.0.1:${ports.gateway}`];
  const verifier = await startVerifier(workspace, { dockerHost: host, flags });
  const env = personOf(workspace, host, verifier.admin);
  const own = (args: readonly string[], input = "") => command(node, [entry, ...args], { env, input });
  printed(await own(["init", "--secret", "-"], "a secret for a bench"));
  const caveats = ["--op", "read", "--expires", "1h", "--host", "*", "--action", "container.*,system.*,image.*"];
  const id = printed(await own(["create", ...caveats]));
  workspace.start("haproxy", ["-db", "-f", haproxyFile(workspace, socket)], { log: workspace.path("haproxy.log") });
  for (const way of ways) await until(`${way} answers`, async () => (await load(way, "/_ping", id, 1, 1)).rate > 0);
  return { id, pid: verifier.pid() };
}

interface Load {
  readonly rate: number;
  readonly latencyMs: number;
}

async function compare(target: string, id: string, connections: number): Promise<Row[]> {
  const loads = await loadInTurn(target, id, connections);
  const rate = (way: Way): number => median(loads[way].map((each) => each.rate));
  const name = `${target.replace(/\?.*/, "").replace("/v1.41", "")}, ${connections} at a time`;
  const gateway = rate("gateway");
  return [
    ...ways.map((way) => ({ name: `${name}: ${way}`, value: rate(way), unit: "/s" })),
    {
      name: `${name}: latency behind the gateway`,
      value: median(loads.gateway.map((each) => each.latencyMs)),
      unit: "ms",
    },
    {
      name: `${name}: haproxy ÷ gateway`,
      value: rate("haproxy") / gateway,
      unit: "×",
      ...(connections < 128 && { aim: 1.11 }),
    },
    { name: `${name}: direct ÷ gateway`, value: rate("direct") / gateway, unit: "×" },
  ];
}

/** By turns, so that the machine's moods fall on all alike. */
async function loadInTurn(target: string, id: string, connections: number): Promise<Record<Way, Load[]>> {
  const loads: Record<Way, Load[]> = { direct: [], gateway: [], haproxy: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ways) loads[way].push(await load(way, target, id, connections, seconds));
  }
  return loads;
}

async function load(way: Way, target: string, id: string, connections: number, forSeconds: number): Promise<Load> {
  const header = way === "gateway" ? ["-H", `X-Docker-Id: ${id}`] : [];
  const url = `http://127.0.0.1:${ports[way]}${target}`;
  const said = await command("wrk", ["-t1", `-c${connections}`, `-d${forSeconds}s`, "--latency", ...header, url]);
  if (said.stdout.includes("Non-2xx")) throw new Error(`${way} refuses ${target}`);
  const [, value = "0", unit = "ms"] = /50%\s+([\d.]+)(us|ms|s)/.exec(said.stdout) ?? [];
  const factor = { us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN;
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(said.stdout)?.[1] ?? 0), latencyMs: Number(value) * factor };
}

async function compareSaves(id: string, pid: number): Promise<Row[]> {
  const times: Record<Way, number[]> = { direct: [], gateway: [], haproxy: [] };
  const before = residentMiB(pid);
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ways) {
      const began = performance.now();
      const url = `http://127.0.0.1:${ports[way]}/v1.41/images/big:1/get`;
      printed(await command("curl", ["-sSf", "-o", "/dev/null", "-H", `X-Docker-Id: ${id}`, url]));
      times[way].push((performance.now() - began) / 1000);
    }
  }
  const spent = (way: Way): number => median(times[way]);
  return [
    ...ways.map((way) => ({ name: `save of 500 MB: ${way}`, value: spent(way), unit: "s" })),
    { name: "save of 500 MB: gateway ÷ direct", value: spent("gateway") / spent("direct"), unit: "×", aim: 1.053 },
    { name: "more resident after the saves", value: residentMiB(pid) - before, unit: "MiB", aim: 32 },
  ];
}

function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

/** Rules as the socket proxies of today have them: what may be asked for by path, and nothing but reads. */
function haproxyFile(workspace: Workspace, socket: string): string {
  const file = workspace.path("haproxy.cfg");
  const times = ["connect 10s", "client 10m", "server 10m", "tunnel 1h"].map((each) => `  timeout ${each}`);
  const areas = ["_ping", "version", "events", "containers", "images", "info", "networks", "volumes"];
  const allow = areas.map((area) => `  http-request allow if { path,url_dec -m reg -i ^(/v[\\d\\.]+)?/${area} }`);
  const front = ["frontend in", `  bind 127.0.0.1:${ports.haproxy}`, "  http-request deny unless METH_GET", ...allow];
  const rest = ["  http-request deny", "  default_backend engine", "backend engine", `  server engine ${socket}`];
  writeFileSync(file, ["defaults", "  mode http", ...times, ...front, ...rest, ""].join("\n"));
  return file;
}

function emptyFile(path: string): string {
  writeFileSync(path, "{}");
  return path;
}

/** A tar of one large file of nothing. */
async function largeTar(workspace: Workspace): Promise<string> {
  const [folder, file] = [workspace.path("large"), workspace.path("large.tar")];
  mkdirSync(folder);
  writeFileSync(`${folder}/zeros`, "");
  truncateSync(`${folder}/zeros`, savedBytes);
  printed(await command("tar", ["-C", folder, "-cf", file, "zeros"]));
  return file;
}

function printed(outcome: Outcome): string {
  if (outcome.status !== 0) throw new Error(outcome.stderr);
  return outcome.stdout.trim();
}
