import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { hashSync } from "bcrypt";
import { hashPassword } from "../src/registry/hash-password.ts";
import { freePort } from "../test/support/free-port.ts";
import { needs } from "../test/support/needs.ts";
import { node } from "../test/support/node.ts";
import { asLogin, type Login } from "../test/support/registry-person.ts";
import { type Outcome, run as command } from "../test/support/run.ts";
import { makeSigningKeys } from "../test/support/signing-keys.ts";
import { personOf } from "../test/support/stage.ts";
import { basic, getToken } from "../test/support/token-door.ts";
import { entry, startVerifier } from "../test/support/verifier.ts";
import { openWorkspace, type Workspace } from "../test/support/workspace.ts";
import type { Row } from "./macaroon.ts";
import { median } from "./spawned.ts";

const connections = 16;
const rounds = 5;
const seconds = 2;
/** Each logs in once: a first login is one that no earlier one can help. */
const users = { bcrypt: 240, scrypt: 24 } as const;
const scope = "repository:team/app:pull";

/** Tokens a second at 16 connections; docker_auth's own figures stand beside them, since it does not run here. */
export async function run(): Promise<Row[]> {
  const why = needs("wrk", "openssl");
  if (why !== undefined) return [{ name: "tokens a second", value: `not measured: ${why}`, unit: "" }];
  const workspace = openWorkspace();
  try {
    const { door, id } = await open(workspace);
    const first = { bcrypt: await logInAll(door, "bcrypt"), scrypt: await logInAll(door, "scrypt") };
    const rates = await inTurn(door, { nobody: undefined, id: asLogin(id), password: loginsOf("bcrypt")[0] });
    const name = (who: string) => `tokens a second, ${connections} at a time: ${who}`;
    return [
      { name: name("anonymous"), value: rates.nobody, unit: "/s" },
      { name: name("an id with 5 caveats"), value: rates.id, unit: "/s", least: 3000 },
      { name: name("a password, first (bcrypt 5)"), value: first.bcrypt, unit: "/s" },
      { name: name("a password, first (scrypt, as registry hash makes it)"), value: first.scrypt, unit: "/s" },
      { name: name("the same password again"), value: rates.password, unit: "/s" },
      { name: "the reference: docker_auth without a password", value: "6400–8200", unit: "/s" },
      { name: "the reference: docker_auth with bcrypt 5", value: "300–480", unit: "/s" },
      { name: "an id ÷ docker_auth with bcrypt 5, at its best", value: rates.id / 480, unit: "×" },
    ];
  } finally {
    await workspace.close();
  }
}

async function open(workspace: Workspace): Promise<{ readonly door: string; readonly id: string }> {
  const { key, certificate } = makeSigningKeys(workspace.dir);
  const port = freePort();
  // Each its own: what is known of one hash would help with the same one of another user
  const scrypt: [string, { password: string }][] = [];
  for (const { name, password } of loginsOf("scrypt")) {
    scrypt.push([name, { password: await hashPassword("scrypt", password, randomBytes(16)) }]);
  }
  writeFileSync(
    workspace.path("htpasswd"),
    loginsOf("bcrypt")
      .map(({ name, password }) => `${name}:${hashSync(password, 5)}\n`)
      .join(""),
  );
  const service = {
    name: "registry",
    hosts: ["127.0.0.1:5000"],
    htpasswd: "htpasswd",
    users: Object.fromEntries(scrypt),
    rules: ["", "*"].map((account) => ({ match: { account, name: "team/**" }, actions: ["pull"] })),
  };
  const listen = [`http://127.0.0.1:${port}`];
  const limits = { waiting: connections };
  const config = workspace.path("docker-id.yml");
  const token = { certificate, key };
  const registry = { listen, timeout: 120, issuer: "docker-id", token, services: [service], limits };
  writeFileSync(config, JSON.stringify({ registry }));

  const dockerHost = `unix://${workspace.path("nowhere.sock")}`;
  const verifier = await startVerifier(workspace, {
    dockerHost,
    plugins: workspace.dir,
    flags: ["--config", config, "--log-level", "error"],
  });
  const env = personOf(workspace, dockerHost, verifier.admin);
  printed(await command(node, [entry, "init", "--secret", "-"], { env, input: "a secret for a bench" }));
  const caveats = ["--op", "read", "--expires", "1h", "--ip", "127.0.0.0/8", "--service", "registry"];
  const narrower = ["create", ...caveats, "--scope", "repository:team/*:pull"];
  return { door: `http://127.0.0.1:${port}`, id: printed(await command(node, [entry, ...narrower], { env })) };
}

function loginsOf(kind: keyof typeof users): Login[] {
  return Array.from({ length: users[kind] }, (_, at) => ({ name: `${kind}-${at}`, password: "password" }));
}

async function logInAll(door: string, kind: keyof typeof users): Promise<number> {
  const waiting = loginsOf(kind);
  const work = async (): Promise<void> => {
    for (let login = waiting.pop(); login !== undefined; login = waiting.pop()) {
      const { status } = await getToken(door, { login, scope: [scope] });
      if (status !== 200) throw new Error(`a first login is answered ${status}`);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, work));
  return users[kind] / ((performance.now() - began) / 1000);
}

/** By turns, so that the machine's moods fall on all alike; the first round warms up. */
async function inTurn<Way extends string>(
  door: string,
  ways: Readonly<Record<Way, Login | undefined>>,
): Promise<Record<Way, number>> {
  const names = Object.keys(ways) as Way[];
  const all = Object.fromEntries(names.map((way) => [way, [] as number[]])) as Record<Way, number[]>;
  for (let round = -1; round < rounds; round += 1) {
    for (const way of names) {
      const rate = await load(door, ways[way]);
      if (round >= 0) all[way].push(rate);
    }
  }
  return Object.fromEntries(names.map((way) => [way, median(all[way])])) as Record<Way, number>;
}

async function load(door: string, login: Login | undefined): Promise<number> {
  const header = login === undefined ? [] : ["-H", `Authorization: ${basic(login)}`];
  const url = `${door}/auth?service=registry&scope=${scope}`;
  const said = await command("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, ...header, url]);
  if (said.stdout.includes("Non-2xx")) throw new Error(`the door refuses ${login?.name ?? "nobody"}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(said.stdout)?.[1] ?? 0);
}

function printed(outcome: Outcome): string {
  if (outcome.status !== 0) throw new Error(outcome.stderr);
  return outcome.stdout.trim();
}

if (import.meta.main) {
  for (const { name, value, unit } of await run()) process.stdout.write(`${name.padEnd(80)} ${value} ${unit}\n`);
}
