import { request, type Server } from "node:http";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { AuditLine } from "../../../../src/protocol/admin.ts";
import { createAdminDoor } from "../../../../src/server/doors/admin/door.ts";
import { listenOn, shut } from "../../../../src/server/listen.ts";
import { ask } from "../../ask.ts";
import { kid, makeRoom, mine, narrow, root, rootKey, type Room, link } from "../../room.ts";

const open: { room: Room; server: Server }[] = [];
afterEach(async () => {
  for (const { room, server } of open.splice(0)) {
    await shut(server, 0);
    await room.close();
  }
});

async function door(options: Parameters<typeof makeRoom>[0] = { guarded: true }) {
  const room = await makeRoom(options);
  const { gate, metrics, parts } = room;
  const server = createAdminDoor({
    gate,
    metrics,
    log: parts.log,
    describeEngine: async () => ({ host: "unix:///nowhere/docker.sock", reachable: false }),
    version: "1.2.3",
    guessDelayMs: 20,
  });
  open.push({ room, server });
  const socket = path.join(room.folder, "admin.sock");
  await listenOn(server, socket, { mode: 0o660 });
  const send = (method: string, to: string, token?: string, body?: unknown) =>
    ask(socket, method, to, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  return { room, socket, send };
}

const base64url = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("base64url");
const install = {
  kid,
  key: base64url(rootKey.key),
  salt: base64url(rootKey.salt),
  identifier: rootKey.identifier,
};
const friend = narrow(root, "op=read", `container_id=${mine}`, `link=${link("friend")}`, "for=friend");
const guest = narrow(friend, "expires=2999-01-01T00:00:00Z", `link=${link("guest")}`);
const forged = narrow(root, `link=${link("x")}`).replace(/..$/, "AA");

const read = (text: string): AuditLine[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AuditLine);

describe("the admin door", () => {
  it("tells its state to whoever may open it", async () => {
    const { send, room } = await door({});
    const engine = { host: "unix:///nowhere/docker.sock", reachable: false };
    expect((await send("GET", "/v1/status")).json).toEqual({ state: "open", engine, version: "1.2.3" });
    await room.state.install(rootKey);
    expect((await send("GET", "/v1/status")).json).toEqual({ state: "guarded", kid, engine, version: "1.2.3" });
    await room.state.close();
    expect((await send("GET", "/v1/status")).json).toMatchObject({
      state: "unreadable",
      reason: expect.any(String) as string,
    });
  });

  it("is well, and counts", async () => {
    const { send } = await door();
    expect(await send("GET", "/healthz")).toMatchObject({ status: 200, text: "ok\n" });
    const metrics = await send("GET", "/metrics");
    expect(metrics.headers["content-type"]).toMatch(/^text\/plain/);
    expect(metrics.text).toContain("docker_id_state");
  });

  it("answers a problem to what it does not know", async () => {
    const { send } = await door();
    for (const [method, to] of [
      ["GET", "/"],
      ["GET", "/v1/root-key"],
      ["POST", "/v1/status"],
      ["GET", "/v2/status"],
    ] as const) {
      expect(await send(method, to)).toMatchObject({ status: 404, json: { code: "not_found" } });
    }
  });

  it("takes no tokens in another scheme", async () => {
    const { socket } = await door();
    for (const authorization of ["Basic abc", "Bearer", "Bearer a b"]) {
      const answer = await ask(socket, "GET", "/v1/ids/self", { headers: { authorization } });
      expect(answer).toMatchObject({ status: 400, json: { code: "misuse" } });
    }
  });
});

describe("installing the root key", () => {
  it("guards an open engine, once", async () => {
    const { send, room } = await door({});
    expect(await send("POST", "/v1/root-key", undefined, install)).toMatchObject({ status: 201 });
    expect(await room.ask(undefined)).toMatchObject({ verdict: "refused" });
    expect(await room.ask(root)).toMatchObject({ verdict: "allowed" });
    expect(await send("POST", "/v1/root-key", undefined, install)).toMatchObject({
      status: 409,
      json: { code: "conflict", hint: expect.stringContaining("docker-id init") as string },
    });
    expect((await room.lines())[0]).toMatchObject({ action: "guard.init", verdict: "allowed", door: "admin" });
  });

  it.each<[string, unknown]>([
    ["no JSON", "{"],
    ["nothing", ""],
    ["a list", []],
    ["no key", { ...install, key: undefined }],
    ["a short key", { ...install, key: "AAAA" }],
    ["a padded key", { ...install, key: `${install.key}=` }],
    ["a key id in capitals", { ...install, kid: kid.toUpperCase() }],
    ["a field more", { ...install, force: true }],
    ["another key's identifier", { ...install, identifier: `docker-id:1:${"0".repeat(32)}:${"1".repeat(32)}` }],
    ["an identifier that is none", { ...install, identifier: "root" }],
    ["too much", { ...install, identifier: "x".repeat(70_000) }],
  ])("changes nothing over %s, and says no key again", async (_, body) => {
    const { send } = await door({});
    const answer = await send("POST", "/v1/root-key", undefined, body);
    expect(answer).toMatchObject({ status: 400, json: { code: "misuse" } });
    expect(answer.text).not.toContain(install.key);
    expect((await send("GET", "/v1/status")).json).toMatchObject({ state: "open" });
  });

  it("takes a body in chunks, of no more than its limit", async () => {
    const { socket } = await door({});
    const chunked = { "transfer-encoding": "chunked" };
    const large = await ask(socket, "POST", "/v1/root-key", { body: " ".repeat(70_000), headers: chunked });
    expect(large).toMatchObject({ status: 400, json: { message: "the body is too large" } });
    const whole = await ask(socket, "POST", "/v1/root-key", { body: JSON.stringify(install), headers: chunked });
    expect(whole).toMatchObject({ status: 201 });
  });

  it("is not done while the state can't be read", async () => {
    const { send, room } = await door({});
    await room.state.close();
    const answer = await send("POST", "/v1/root-key", undefined, install);
    expect(answer).toMatchObject({ status: 503, json: { code: "unreadable" } });
  });
});

describe("the salt", () => {
  it("is told through the socket", async () => {
    const { send } = await door();
    const { salt, identifier } = install;
    expect(await send("GET", "/v1/root-key/salt")).toMatchObject({ status: 200, json: { kid, salt, identifier } });
  });

  it("is none for an open engine, and none for a random key", async () => {
    const { send, room } = await door({});
    expect(await send("GET", "/v1/root-key/salt")).toMatchObject({ status: 409, json: { code: "conflict" } });
    const { salt: _, ...random } = rootKey;
    await room.state.install(random);
    expect(await send("GET", "/v1/root-key/salt")).toMatchObject({ status: 404, json: { code: "not_found" } });
  });
});

describe("an id's own report", () => {
  it("tells what it is worth", async () => {
    const { send, room } = await door();
    expect((await send("GET", "/v1/ids/self", root)).json).toEqual({
      root: true,
      kid,
      links: [],
      names: [],
      expired: false,
      revoked: false,
    });
    const report = {
      root: false,
      kid,
      links: [link("friend"), link("guest")],
      names: ["friend"],
      expires: "2999-01-01T00:00:00.000Z",
      expired: false,
      revoked: false,
    };
    expect((await send("GET", "/v1/ids/self", guest)).json).toEqual(report);
    await room.gate.revoke({ link: link("friend") }, { token: root, source: "test" });
    expect((await send("GET", "/v1/ids/self", guest)).json).toEqual({ ...report, revoked: true });
    const past = narrow(root, "expires=2001-01-01T00:00:00Z");
    expect((await send("GET", "/v1/ids/self", past)).json).toMatchObject({ expired: true });
  });

  it("is refused without one that verifies, after a while, and counted", async () => {
    const { send, room } = await door();
    expect(await send("GET", "/v1/ids/self")).toMatchObject({ status: 401, json: { code: "no_id" } });
    const began = performance.now();
    expect(await send("GET", "/v1/ids/self", forged)).toMatchObject({ status: 401, json: { code: "refused" } });
    expect(performance.now() - began).toBeGreaterThanOrEqual(19);
    expect((await room.lines())[0]).toMatchObject({ action: "id.inspect", verdict: "refused", door: "admin" });
  });
});

describe("taking back", () => {
  it("fells an id with what grew from it", async () => {
    const { send, room } = await door();
    const answer = await send("POST", "/v1/revocations", friend, { id: guest });
    expect(answer).toMatchObject({ status: 201, json: { link: link("guest"), until: "2999-01-01T00:00:00.000Z" } });
    const inspect = `/containers/${mine}/json`;
    expect(await room.ask(guest, inspect)).toMatchObject({ verdict: "refused" });
    expect(await room.ask(friend, inspect)).toMatchObject({ verdict: "allowed" });
    expect(await send("POST", "/v1/revocations", root, { link: link("friend") })).toMatchObject({
      status: 201,
      json: { link: link("friend") },
    });
    expect(await room.ask(friend, inspect)).toMatchObject({ verdict: "refused" });
    expect(await send("POST", "/v1/revocations", root, { id: guest })).toMatchObject({ status: 201 });
    expect((await room.lines()).filter(({ action }) => action === "id.revoke")).toMatchObject([
      { verdict: "allowed", touches: [`id:${link("guest")}:write`], links: [link("friend")] },
      { verdict: "allowed", touches: [`id:${link("friend")}:write`], root: true },
      { verdict: "allowed", touches: [`id:${link("guest")}:write`], root: true },
    ]);
  });

  it.each<[string, string | undefined, unknown, number]>([
    ["nobody", undefined, { id: guest }, 401],
    ["a forged id", forged, { id: guest }, 401],
    ["a descendant", guest, { id: friend }, 403],
    ["a restricted id, by link", friend, { link: link("guest") }, 403],
    ["the root id, itself", root, { id: root }, 403],
    [
      "an ancestor that has expired",
      narrow(root, "expires=2001-01-01T00:00:00Z"),
      { id: narrow(root, "expires=2001-01-01T00:00:00Z", "op=read") },
      403,
    ],
    [
      "an ancestor bound to an address, which a unix socket does not show",
      narrow(root, "ip=10.0.0.1"),
      { id: narrow(root, "ip=10.0.0.1", "op=read") },
      403,
    ],
    ["the root id, what does not verify", root, { id: forged }, 400],
    ["the root id, nothing", root, {}, 400],
    ["the root id, two things", root, { id: guest, link: link("friend") }, 400],
    ["the root id, a link that is none", root, { link: "a b" }, 400],
  ])("is refused to %s", async (_, presented, body, status) => {
    const { send, room } = await door();
    const answer = await send("POST", "/v1/revocations", presented, body);
    expect(answer).toMatchObject({ status, json: { message: expect.any(String) as string } });
    expect(await room.ask(guest, `/containers/${mine}/json`)).toMatchObject({ verdict: "allowed" });
    expect(await room.ask(root)).toMatchObject({ verdict: "allowed" });
  });
});

describe("destroying", () => {
  it("opens the engine again, for the root id alone, and for good", async () => {
    const { send, room } = await door();
    expect(await send("DELETE", "/v1/root-key")).toMatchObject({ status: 401, json: { code: "no_id" } });
    expect(await send("DELETE", "/v1/root-key", friend)).toMatchObject({ status: 403, json: { code: "refused" } });
    expect(await room.ask(undefined)).toMatchObject({ verdict: "refused" });
    expect(await send("DELETE", "/v1/root-key", root)).toMatchObject({ status: 200, json: { kid } });
    expect(await room.ask(undefined)).toMatchObject({ verdict: "allowed" });
    expect(await send("DELETE", "/v1/root-key", root)).toMatchObject({ status: 409 });
    expect(await send("POST", "/v1/root-key", undefined, install)).toMatchObject({ status: 409 });
    expect((await room.lines()).filter(({ action }) => action === "guard.destroy")).toMatchObject([
      { verdict: "refused" },
      { verdict: "refused", links: [link("friend")] },
      { verdict: "allowed", root: true },
    ]);
  });
});

describe("the audit", () => {
  it("is read by the root id alone", async () => {
    const { send, room } = await door();
    await room.ask(root);
    await room.ask(friend, "/images/json");
    expect(await send("GET", "/v1/audit")).toMatchObject({ status: 401 });
    expect(await send("GET", "/v1/audit", friend)).toMatchObject({ status: 403 });
    const all = await send("GET", "/v1/audit", root);
    expect(all.headers["content-type"]).toBe("application/x-ndjson");
    expect(read(all.text).map(({ action }) => action)).toEqual([
      "system.info",
      "image.list",
      "audit.read",
      "audit.read",
      "audit.read",
    ]);
    const refused = read((await send("GET", "/v1/audit?refused", root)).text);
    expect(refused.every(({ verdict }) => verdict === "refused")).toBe(true);
    expect(await send("GET", "/v1/audit?follow=maybe", root)).toMatchObject({ status: 400 });
  });

  it("is followed, until the reader leaves or its id is taken back", async () => {
    const { socket, room } = await door();
    const deputy = narrow(root, `link=${link("deputy")}`);
    const seen: string[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      const headers = { authorization: `Bearer ${deputy}` };
      const asking = request(
        { socketPath: socket, path: "/v1/audit?follow=true", headers, agent: false },
        (response) => {
          response
            .setEncoding("utf8")
            .on("data", (text: string) => seen.push(...read(text).map(({ action }) => action)));
          response.on("end", resolve).on("error", reject);
        },
      );
      asking.on("error", reject).end();
    });
    await expect.poll(() => seen).toContain("audit.read");
    await room.ask(root, "/version");
    await expect.poll(() => seen).toContain("system.version");
    await room.gate.revoke({ id: deputy }, { token: root, source: "test" });
    await room.ask(root, "/images/json");
    await ended;
    expect(seen).not.toContain("image.list");
  });
});
