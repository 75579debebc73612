import { readFileSync } from "node:fs";
import type { Circumstances, EngineLookup, EngineRequest } from "../src/docker/attempt.ts";
import { readAttempt } from "../src/docker/read-attempt.ts";
import { formatIdentifier } from "../src/macaroon/identifier.ts";
import { mint } from "../src/macaroon/mint.ts";
import { decide } from "../src/policy/decide.ts";
import { verifyToken } from "../src/policy/token.ts";
import type { Row } from "./macaroon.ts";

const rounds = 300;
const image = `sha256:${"1a".repeat(32)}`;
const circumstances: Circumstances = { now: new Date(), door: "authz", engine: ["bench"], ownership: false };
const guard = { paths: ["/run/docker", "/etc/docker", "/var/lib/docker", "/var/lib/docker-id", "/run/docker-id"] };
const rootKey = new Uint8Array(32).fill(5);
const identifier = formatIdentifier({ kid: "01".repeat(16), nonce: "23".repeat(16) });

/**
 * µs for reading requests and deciding on them, the engine's answers being at hand: what asking it costs is its own. A
 * name is one question whatever the engine knows, so that 10⁵ containers must make no difference.
 */
export async function run(): Promise<Row[]> {
  const recorded = largestRecorded();
  const grown = grow(recorded);
  const small = engineOf(10);
  const large = engineOf(100_000);
  const create = await decided(post("/v1.41/containers/create?name=app-1", recorded), small);
  const bigger = await decided(post("/v1.41/containers/create?name=app-1", grown), small);
  const exec = { Cmd: ["true"], Privileged: false };
  const execOf = (container: string): EngineRequest => post(`/v1.41/containers/${container}/exec`, exec);
  return [
    row(`read and decide the largest create that docker was recorded to send, ${size(recorded)}`, create),
    row(`the same with 80 variables, 40 labels, 12 binds, 10 ports: ${size(grown)}`, bigger),
    row("read and decide an exec, 10 containers known", await decided(execOf("c9"), small)),
    row("the same, 10⁵ containers known", await decided(execOf("c99999"), large)),
  ];
}

function row(name: string, value: number): Row {
  return { name, value, unit: "µs" };
}

/** The median of reading and deciding; the verdict must be yes, or it would be another question that was measured. */
async function decided(request: EngineRequest, lookup: EngineLookup): Promise<number> {
  const ports = Array.from({ length: 10 }, (_, at) => `host:port/${8000 + at}:write`);
  const scope = ["*:*:write", "host:bind/srv/*:write", "host:restart-policy/always:write", ...ports].join(",");
  const caveats = [`scope=${scope}`, "op=read,write", "expires=2999-01-01T00:00:00Z", "action=container.*"];
  const token = verifyToken(mint({ rootKey, identifier, caveats }), rootKey);
  if ("refused" in token) throw new Error(token.refused);
  const spent: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const decision = decide(token, await readAttempt(request, lookup, guard), circumstances);
    spent.push((performance.now() - began) * 1000);
    if (decision.verdict === "refused") throw new Error(decision.reasons.map(({ why }) => why).join("; "));
  }
  const middle = spent.toSorted((one, other) => one - other)[Math.floor(rounds / 2)];
  return Math.round((middle ?? 0) * 10) / 10;
}

/** An engine that holds its answers in a map, which is all of it that is measured. */
function engineOf(containers: number): EngineLookup {
  const answers = new Map<string, unknown>();
  answers.set("image box:1", { Id: image, RepoTags: ["box:1"], RepoDigests: [], Config: { Labels: {} } });
  for (let at = 0; at < containers; at += 1) {
    const id = at.toString(16).padStart(64, "0");
    const config = { Config: { Labels: {} }, HostConfig: { Privileged: false, NetworkMode: "default" }, Mounts: [] };
    answers.set(`container c${at}`, { Id: id, Name: `/c${at}`, Image: image, ...config });
  }
  return { inspect: async (kind, name) => answers.get(`${kind} ${name}`) };
}

function post(target: string, body: object): EngineRequest {
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = { "content-type": "application/json", "content-length": String(bytes.length) };
  return { method: "POST", target, headers, body: bytes };
}

interface Create {
  readonly HostConfig: object;
}

function largestRecorded(): Create {
  const recorded = readFileSync(new URL("../test/docker/recorded.tsv", import.meta.url), "utf8");
  const bodies = recorded
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([, , asks = ""]) => asks.includes("/containers/create"))
    .map(([, , , , body = ""]) => body);
  const [largest = "{}"] = bodies.toSorted((one, other) => other.length - one.length);
  return JSON.parse(largest) as Create;
}

function grow(create: Create): Create {
  const ports = many(10, (at) => `${8000 + at}`);
  const grown = {
    ...create,
    Env: many(80, (at) => `VARIABLE_${at}=${"value".repeat(8)}`),
    Labels: keyed(
      many(40, (at) => `org.example.some.label.${at}`),
      "value".repeat(8),
    ),
    HostConfig: {
      ...create.HostConfig,
      Binds: many(12, (at) => `/srv/data-${at}:/data/${at}:rw`),
      PortBindings: Object.fromEntries(ports.map((port) => [`${port}/tcp`, [{ HostIp: "", HostPort: port }]])),
      RestartPolicy: { Name: "always", MaximumRetryCount: 0 },
    },
  };
  return grown;
}

function many(count: number, make: (at: number) => string): string[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

function keyed(keys: readonly string[], value: unknown): object {
  return Object.fromEntries(keys.map((key) => [key, value]));
}

function size(body: object): string {
  return `${(JSON.stringify(body).length / 1024).toFixed(1)} KiB`;
}

if (import.meta.main) {
  for (const { name, value, unit } of await run()) process.stdout.write(`${name.padEnd(80)} ${value} ${unit}\n`);
}
