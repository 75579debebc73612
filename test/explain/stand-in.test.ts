import { request } from "node:http";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ReadAnswer } from "../../src/client/explain.ts";
import { nameAction } from "../../src/docker/name-action.ts";
import { Failure } from "../../src/errors.ts";
import { openStandIn, type StandIn, type StandInParts } from "../../src/explain/stand-in.ts";
import type { AskedRequest, Explanation, MadeThing } from "../../src/protocol/explain.ts";
import { ask } from "../support/ask.ts";

const open: { folder: string; standIn: StandIn }[] = [];
afterEach(async () => {
  for (const { folder, standIn } of open.splice(0)) {
    await standIn.close();
    rmSync(folder, { recursive: true });
  }
});

interface Stood {
  readonly socket: string;
  readonly standIn: StandIn;
  /** What the verifier was asked. */
  readonly asked: { request: AskedRequest; made: readonly MadeThing[] }[];
  /** What the engine was asked. */
  readonly read: string[];
}

/** A verifier that refuses what the pattern matches, and an engine that answers 200. */
async function stand(refuses = /^$/, parts: Partial<StandInParts> = {}): Promise<Stood> {
  const folder = mkdtempSync(join(tmpdir(), "docker-id-"));
  const socket = join(folder, "engine.sock");
  const [asked, read]: [Stood["asked"], string[]] = [[], []];
  const standIn = await openStandIn(socket, {
    async explain(one, made) {
      asked.push({ request: one, made });
      return explanationOf(one, refuses.test(`${one.method} ${one.target}`));
    },
    async read(method, target): Promise<ReadAnswer> {
      read.push(`${method} ${target}`);
      const status = target.includes("nobody") ? 404 : 200;
      return {
        status,
        headers: { "api-version": "1.41", "content-type": "application/json" },
        body: Buffer.from("{}"),
      };
    },
    ...parts,
  });
  open.push({ folder, standIn });
  return { socket, standIn, asked, read };
}

function explanationOf({ method, target }: AskedRequest, refused: boolean): Explanation {
  const named = nameAction({ method, target, headers: {} });
  const { action } = named;
  const stream = /attach|events|exec\.start/.test(action);
  const reasons = [{ caveat: "op=read", why: "it writes" }];
  const verdict = refused ? "refused" : "allowed";
  return {
    ...named,
    handshake: action === "system.ping",
    stream,
    touches: [],
    verdict,
    reasons: refused ? reasons : [],
  };
}

const created = (text: string): string => (JSON.parse(text) as { Id: string }).Id;
const create = "/v1.41/containers/create";

describe("the engine's stand-in", () => {
  it("is open to its user alone", async () => {
    const { socket } = await stand();
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });

  it("has each request explained, in the order in which they come", async () => {
    const { socket, standIn, asked } = await stand(/DELETE/);
    const headers = { "content-type": "application/json", "x-registry-auth": "c2VjcmV0", "x-docker-id": "dkid_x" };
    await ask(socket, "POST", `${create}?name=%77eb`, { body: '{"Image":"box"}', headers });
    await ask(socket, "DELETE", "/v1.41/containers/web");
    expect(asked[0]?.request).toEqual({
      method: "POST",
      target: `${create}?name=%77eb`,
      headers: { "content-type": "application/json", "content-length": "15" },
      body: Buffer.from('{"Image":"box"}').toString("base64"),
    });
    expect(standIn.steps()).toMatchObject([
      { method: "POST", follows: false, explanation: { action: "container.create", verdict: "allowed" } },
      { method: "DELETE", target: "/v1.41/containers/web", explanation: { verdict: "refused" } },
    ]);
  });

  it("refuses as the engine would", async () => {
    const { socket, standIn } = await stand(/POST/);
    const answer = await ask(socket, "POST", create, { body: {} });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toEqual({
      message: "authorization denied by plugin docker-id: op=read: it writes",
    });
    expect(standIn.stopped()).toBe(true);
  });

  it("passes reads on that docker goes by, and nothing else", async () => {
    const { socket, read, standIn } = await stand(/info/);
    expect(await ask(socket, "HEAD", "/_ping")).toMatchObject({ status: 200, text: "" });
    expect(await ask(socket, "GET", "/v1.41/containers/web/json")).toMatchObject({ status: 200, text: "{}" });
    expect(standIn.stopped()).toBe(false);
    expect((await ask(socket, "GET", "/v1.41/containers/nobody/json")).status).toBe(404);
    expect(standIn.stopped()).toBe(true);
    for (const [method, target] of [
      ["GET", "/v1.41/info"],
      ["GET", "/v1.41/containers/web/export"],
      ["GET", "/v1.41/containers/web/logs?stdout=1"],
      ["GET", "/v1.41/events"],
      ["GET", "/v1.41/swarm/unlockkey"],
      ["GET", "/no/such/thing"],
      ["POST", "/v1.41/containers/web/start"],
      ["POST", "/v1.41/containers/web/wait"],
      ["DELETE", "/v1.41/images/box"],
      ["PUT", "/v1.41/containers/web/archive?path=/"],
      ["OPTIONS", "/v1.41/info"],
    ] as const) {
      await ask(socket, method, target);
    }
    expect(read).toEqual(["HEAD /_ping", "GET /v1.41/containers/web/json", "GET /v1.41/containers/nobody/json"]);
  });

  it("follows a container that it made up, and its execs", async () => {
    const { socket, standIn, asked } = await stand();
    const container = created((await ask(socket, "POST", create, { body: { Image: "box" } })).text);
    expect(container).toMatch(/^[0-9a-f]{64}$/);
    const exec = created((await ask(socket, "POST", `/v1.41/containers/${container}/exec`, { body: {} })).text);
    await ask(socket, "GET", `/v1.41/exec/${exec}/json`);
    await ask(socket, "POST", "/v1.41/networks/n1/connect", { body: { Container: container } });
    await ask(socket, "GET", "/v1.41/containers/web/json");
    expect(asked.map(({ made }) => made.map(({ id }) => id))).toEqual([
      [],
      [container],
      [container, exec],
      [container],
      [],
    ]);
    expect(asked[2]?.made[0]?.by).toMatchObject({ method: "POST", target: create });
    expect(standIn.steps().map(({ target, follows }) => `${target} ${follows}`)).toEqual([
      `${create} false`,
      "/v1.41/containers/NEW/exec true",
      "/v1.41/exec/NEW/json true",
      "/v1.41/networks/n1/connect true",
      "/v1.41/containers/web/json false",
    ]);
  });

  it("has no verdict on what follows on anything else that it made up", async () => {
    const { socket, standIn, asked } = await stand();
    const network = created((await ask(socket, "POST", "/v1.41/networks/create", { body: {} })).text);
    expect((await ask(socket, "GET", `/v1.41/networks/${network}`)).status).toBe(404);
    expect(asked.length).toBe(1);
    expect(standIn.unanswered()).toBe(true);
    expect(standIn.steps()[1]).toEqual({ method: "GET", target: "/v1.41/networks/NEW", follows: true });
  });

  it("hands a connection over, and ends it", async () => {
    const { socket } = await stand();
    const headers = { connection: "Upgrade", upgrade: "tcp" };
    const said = await new Promise<string>((resolve, reject) => {
      const asking = request({ socketPath: socket, method: "POST", path: "/v1.41/containers/web/attach", headers });
      asking.once("upgrade", (answer, taken) => {
        taken.resume().once("end", () => resolve(`${answer.statusCode} ${answer.headers.upgrade}`));
      });
      asking.once("error", reject).end();
    });
    expect(said).toBe("101 tcp");
  });

  it("lets what is no JSON run out, and shows none of it", async () => {
    const { socket, asked } = await stand();
    const headers = { "content-type": "application/x-tar" };
    await ask(socket, "POST", "/v1.41/images/load", { body: Buffer.alloc(4 * 1024 * 1024), headers });
    expect(asked[0]?.request).not.toHaveProperty("body");
    await ask(socket, "POST", create, { body: `"${"x".repeat(1024 * 1024)}"` });
    expect(Buffer.from(asked[1]?.request.body ?? "", "base64").length).toBeLessThanOrEqual(512 * 1024);
  });

  it("knows when an answer is cut, and when one is missing", async () => {
    const { socket, standIn } = await stand();
    expect((await ask(socket, "GET", "/v1.41/events")).status).toBe(200);
    expect([standIn.cut(), standIn.unanswered()]).toEqual([true, false]);
    expect((await ask(socket, "POST", "/v1.41/grpc")).status).toBe(501);
    expect(standIn.unanswered()).toBe(true);
  });

  it("ends an endless asker", async () => {
    const { socket, standIn } = await stand();
    const statuses = new Set<number>();
    for (let at = 0; at < 105; at++) statuses.add((await ask(socket, "GET", "/v1.41/containers/json")).status);
    expect([...statuses]).toEqual([200, 503]);
    expect(standIn.steps().length).toBe(100);
    expect(standIn.unanswered()).toBe(true);
  });

  it("fails as the verifier and the engine fail, and allows nothing then", async () => {
    const gone = new Failure("no_verifier", "gone");
    const deaf = await stand(/^$/, { explain: () => Promise.reject(gone) });
    await expect(ask(deaf.socket, "POST", create, { body: {} })).rejects.toThrow();
    await expect(deaf.standIn.failed).rejects.toBe(gone);
    expect(deaf.standIn.steps()).toEqual([{ method: "POST", target: create, follows: true }]);
    const dead = await stand(/^$/, { read: () => Promise.reject(new Failure("no_engine", "gone")) });
    await expect(ask(dead.socket, "GET", "/v1.41/info")).rejects.toThrow();
    await expect(dead.standIn.failed).rejects.toMatchObject({ code: "no_engine" });
  });
});
