import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readGodoauth } from "../../../../src/registry/godoauth.ts";
import { certifyBetween } from "../../../support/signing.ts";
import { narrow, root } from "../../room.ts";
import { errorsOf, openStand, passwords, sendBytes, type Asking, type Query, type Stand, type Told } from "./stand.ts";

let stand: Stand;
afterEach(async () => {
  await stand.close();
});

const secrets = { password: "hunter2-hunter2", id: narrow(root, "scope=repository:secret-name:pull") } as const;
const base = { service: "registry", scope: "repository:alice/app:pull" } as const;
const good = { as: `alice:${passwords.alice}` } as const;
const basic = (bytes: string | Uint8Array): Asking => ({
  headers: { authorization: `Basic ${Buffer.from(bytes).toString("base64")}` },
});
const get = (query: Query, asking: Asking = good) => ({ query, asking });
const post = (form: Query | string, headers: Readonly<Record<string, string>> = {}) => ({ form, asking: { headers } });
const scope = (text: string) =>
  get([
    ["service", "registry"],
    ["scope", text],
  ]);
const login = { grant_type: "password", username: "alice", password: secrets.password, ...base } as const;

type Case = ReturnType<typeof get> | ReturnType<typeof post> | { readonly ask: () => Promise<Told> };
const target = (text: string): Case => ({ ask: () => stand.ask("GET", text, good) });

/** Each with the status and the code that the protocol has for it. */
const table: readonly (readonly [string, number, string, Case])[] = [
  ["no service", 400, "UNSUPPORTED", get({ scope: base.scope })],
  ["an empty service", 400, "UNSUPPORTED", get({ ...base, service: "" })],
  ["an unknown service", 400, "UNSUPPORTED", get({ ...base, service: "other" })],
  ["a service that every object has", 400, "UNSUPPORTED", get({ ...base, service: "__proto__" })],
  ["a service with a path", 400, "UNSUPPORTED", get({ ...base, service: "../registry" })],
  [
    "a service twice",
    400,
    "UNSUPPORTED",
    get([
      ["service", "registry"],
      ["service", "other"],
    ]),
  ],
  ["an account twice", 400, "UNSUPPORTED", get([...Object.entries(base), ["account", "alice"], ["account", "bob"]])],
  ["another account than the user", 400, "UNSUPPORTED", get({ ...base, account: "bob" })],
  ["a scope without actions", 400, "UNSUPPORTED", scope("repository:alice/app")],
  ["a scope without a name", 400, "UNSUPPORTED", scope("repository::pull")],
  ["a scope of words", 400, "UNSUPPORTED", scope("all")],
  ["a scope with a path upwards", 400, "UNSUPPORTED", scope("repository:alice/../bob/app:pull")],
  ["a scope of dots", 400, "UNSUPPORTED", scope("repository:..:pull")],
  ["a scope from the top", 400, "UNSUPPORTED", scope("repository:/alice/app:pull")],
  ["a scope in capitals", 400, "UNSUPPORTED", scope("repository:alice/App:pull")],
  ["a scope with a line's end", 400, "UNSUPPORTED", scope("repository:alice/app\nx:pull")],
  ["a scope with a NUL", 400, "UNSUPPORTED", scope("repository:alice/app\0:pull")],
  ["a scope of a pattern", 400, "UNSUPPORTED", scope("repository:alice/**:pull")],
  ["an action in capitals", 400, "UNSUPPORTED", scope("repository:alice/app:PULL")],
  ["a name beyond measure", 400, "UNSUPPORTED", scope(`repository:${"a".repeat(300)}:pull`)],
  ["a class that is none", 400, "UNSUPPORTED", scope("repository(plugin:alice/app:pull")],
  [
    "257 repositories",
    400,
    "UNSUPPORTED",
    scope(Array.from({ length: 257 }, (_, at) => `repository:a/x${at}:pull`).join(" ")),
  ],
  [
    "10 000 scopes in the head",
    431,
    "SIZE_INVALID",
    get([["service", "registry"], ...Array.from({ length: 10_000 }, () => ["scope", "repository:a/x:pull"] as const)]),
  ],
  [
    "10 000 scopes in the body",
    413,
    "SIZE_INVALID",
    post([
      ...Object.entries(login),
      ...Array.from({ length: 10_000 }, () => ["scope", "repository:a/x:pull"] as const),
    ]),
  ],
  ["2 000 scopes of one letter", 400, "UNSUPPORTED", post({ ...login, scope: "a:b:c ".repeat(2000) })],
  ["what is no UTF-8 in the query", 400, "UNSUPPORTED", target("/auth?service=registry&scope=%FF")],
  ["half an escape", 400, "UNSUPPORTED", target("/auth?service=registry&scope=%2")],
  ["no query", 400, "UNSUPPORTED", target("/auth")],
  ["another method", 405, "UNSUPPORTED", { ask: () => stand.ask("DELETE", "/auth") }],
  ["another place", 404, "UNSUPPORTED", { ask: () => stand.ask("GET", "/v2/") }],
  ["a place upwards", 404, "UNSUPPORTED", { ask: () => stand.ask("GET", "/x/../../etc/passwd") }],

  ["no grant type", 400, "UNSUPPORTED", post({ ...login, grant_type: "" })],
  ["another grant type", 400, "UNSUPPORTED", post({ ...login, grant_type: "client_credentials" })],
  ["a grant type twice", 400, "UNSUPPORTED", post([...Object.entries(login), ["grant_type", "refresh_token"]])],
  ["two passwords", 400, "UNSUPPORTED", post([...Object.entries(login), ["password", "x"]])],
  ["no password", 400, "UNSUPPORTED", post({ grant_type: "password", username: "alice", ...base })],
  ["no refresh token", 400, "UNSUPPORTED", post({ grant_type: "refresh_token", ...base })],
  [
    "a refresh token that is none",
    401,
    "UNAUTHORIZED",
    post({ grant_type: "refresh_token", refresh_token: secrets.password, ...base }),
  ],
  ["JSON", 400, "UNSUPPORTED", post("{}", { "content-type": "application/json" })],
  ["a form of parts", 400, "UNSUPPORTED", post("x", { "content-type": "multipart/form-data; boundary=x" })],
  ["a form that is packed", 400, "UNSUPPORTED", post("x", { "content-encoding": "gzip" })],
  ["a form that is no UTF-8", 400, "UNSUPPORTED", { ask: () => postBytes(Buffer.from([0x61, 0xff])) }],
  ["a form with what is no UTF-8 in it", 400, "UNSUPPORTED", post("grant_type=password&service=registry&password=%FF")],
  ["a large form", 413, "SIZE_INVALID", post({ ...login, password: secrets.password.repeat(5000) })],
  ["a huge form", 413, "SIZE_INVALID", { ask: () => postBytes(Buffer.alloc(2 * 1024 * 1024, "a")) }],
  ["credentials in the head and in the body", 400, "UNSUPPORTED", { ask: () => stand.post(login, good) }],

  ["Basic that is no base64", 400, "UNSUPPORTED", get(base, { headers: { authorization: "Basic !!!!" } })],
  ["Basic without its padding", 400, "UNSUPPORTED", get(base, { headers: { authorization: "Basic YTpiYg" } })],
  ["Basic without a colon", 400, "UNSUPPORTED", get(base, basic(secrets.password))],
  ["Basic with a NUL", 400, "UNSUPPORTED", get(base, basic(`alice\0:${secrets.password}`))],
  ["Basic with a line's end", 400, "UNSUPPORTED", get(base, basic(`alice:${secrets.password}\n`))],
  ["Basic that is no UTF-8", 400, "UNSUPPORTED", get(base, basic(Buffer.from([0x61, 0x3a, 0xff, 0xfe])))],
  ["Basic with nothing after it", 401, "UNAUTHORIZED", get(base, { headers: { authorization: "Basic" } })],
  ["another scheme", 401, "UNAUTHORIZED", get(base, { headers: { authorization: `Digest ${secrets.password}` } })],
  [
    "a Bearer that is none",
    401,
    "UNAUTHORIZED",
    get(base, { headers: { authorization: `Bearer ${secrets.password}` } }),
  ],
  ["an id that was altered", 401, "UNAUTHORIZED", get(base, { as: `docker-id:${secrets.id.slice(0, -2)}AA` })],
  ["an id as the user's name", 401, "UNAUTHORIZED", get(base, { as: `${secrets.id}:${secrets.password}` })],
  ["a user's name of a path", 401, "UNAUTHORIZED", get(base, { as: `../sys/health:${secrets.password}` })],
  ["a user's name with a slash", 401, "UNAUTHORIZED", get(base, { as: `alice/x:${secrets.password}` })],
  ["a user's name of dots", 401, "UNAUTHORIZED", get(base, { as: `..:${secrets.password}` })],
  ["a user's name that every object has", 401, "UNAUTHORIZED", get(base, { as: `__proto__:${secrets.password}` })],
  ["a wrong password", 401, "UNAUTHORIZED", get(base, { as: `alice:${secrets.password}` })],
  ["nobody", 401, "UNAUTHORIZED", get(base, {})],
];

function postBytes(body: Uint8Array): Promise<Told> {
  return stand.ask("POST", "/auth", { body, headers: { "content-type": "application/x-www-form-urlencoded" } });
}

function ask(one: Case, headers: Readonly<Record<string, string>> = {}): Promise<Told> {
  if ("ask" in one) return one.ask();
  const asking = { ...one.asking, headers: { ...one.asking.headers, ...headers } };
  return "form" in one ? stand.post(one.form, asking) : stand.get(one.query, asking);
}

/** What no log, audit or answer may hold. */
const unspeakable = [
  secrets.password,
  secrets.id,
  secrets.id.slice(8, 40),
  passwords.alice,
  passwords.bob,
  Buffer.from(secrets.password).toString("base64").slice(0, 16),
];

describe("bad input", () => {
  beforeEach(async () => {
    stand = await openStand({ registry: { limits: { failures: 1000 }, trusted_proxies: ["127.0.0.1"] } });
  });

  it.each(table)("%s is %i", async (_, status, code, one) => {
    const told = await ask(one);
    expect(told.status).toBe(status);
    expect(errorsOf(told)).toEqual([code]);
    expect(told.headers["content-type"]).toBe("application/json");
    expect(told.headers["cache-control"]).toBe("no-store");
    if (status === 401) expect(told.headers["www-authenticate"]).toBe('Basic realm="docker-id"');
    // And the door goes on
    expect((await stand.get(base, good)).status).toBe(200);
  });

  it("leaves nothing secret in the log, in the audit or in what is answered", async () => {
    const answers: string[] = [];
    for (const [at, [, , , one]] of table.entries()) {
      // Each from somewhere else, as what comes from one address is summed up
      answers.push((await ask(one, { "x-forwarded-for": `10.0.0.${at + 1}` })).text);
    }
    await stand.get(base, { as: `docker-id:${secrets.id}` });
    stand.room.audit.close();
    const written = readFileSync(path.join(stand.room.folder, "audit.jsonl"), "utf8");
    expect(written.split("\n").length).toBeGreaterThan(40);
    for (const secret of unspeakable) {
      expect(stand.room.log()).not.toContain(secret);
      expect(written).not.toContain(secret);
      for (const answer of answers) expect(answer).not.toContain(secret);
    }
  });

  it("is refused where the head speaks twice of who it is", async () => {
    const { port } = stand;
    const one = `Authorization: Basic ${Buffer.from(`alice:${passwords.alice}`).toString("base64")}\r\n`;
    const head = "GET /auth?service=registry HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    expect(await sendBytes(port, `${head}${one}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    const heard = await sendBytes(port, `${head}${one}${one}\r\n`);
    expect(heard).toMatch(/^HTTP\/1\.1 400 /);
    expect(heard).toContain('{"errors":[{"code":"UNSUPPORTED"');
  });

  it("is answered in the same words where it is no HTTP", async () => {
    for (const bytes of ["hello\r\n\r\n", "GET /auth HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"]) {
      const heard = await sendBytes(stand.port, bytes);
      expect(heard).toMatch(/^HTTP\/1\.1 400 /);
      expect(heard).toContain('{"errors":[{"code":"UNSUPPORTED"');
    }
    const host = await sendBytes(stand.port, "GET /auth HTTP/1.1\r\nHost: a b/\\\r\nConnection: close\r\n\r\n");
    expect(host).toMatch(/^HTTP\/1\.1 400 /);
    expect(host).toContain('{"errors":[{');
  });
});

describe("keys that cannot be used", () => {
  const misuse = expect.objectContaining({ code: "misuse" }) as Error;

  it("are 503 once the certificate has expired, and no more when another is there", async () => {
    stand = await openStand();
    expect((await stand.get(base, good)).status).toBe(200);
    stand.room.later(366 * 24 * 60 * 60 * 1000);
    const told = await stand.get(base, good);
    expect(told.status).toBe(503);
    expect(errorsOf(told)).toEqual(["UNAVAILABLE"]);
    expect((await stand.ask("GET", "/healthz")).status).toBe(503);
  });

  it("are 503 where they cannot be read at the start, and are tried again", async () => {
    stand = await openStand();
    const key = readFileSync(stand.keys.key);
    const hidden = path.join(stand.folder, "hidden.key");
    const signing = { ...stand.settings.services[0]?.signing, key: hidden } as never;
    await stand.reopen(stand.withService({ signing }));
    const told = await stand.get(base, good);
    expect(told.status).toBe(503);
    expect(errorsOf(told)).toEqual(["UNAVAILABLE"]);
    expect(told.text).not.toContain(stand.folder);
    expect((await stand.ask("GET", "/healthz")).json).toMatchObject({ status: "failing" });
    expect(stand.room.log()).toContain("cannot be opened");
    writeFileSync(hidden, key, { mode: 0o600 });
    stand.room.later(3000);
    expect((await stand.get(base, good)).status).toBe(200);
  });

  it("are 503 by godoauth's file, too, which the log and the health tell at once", async () => {
    stand = await openStand();
    const key = path.join(stand.folder, "hidden.key");
    const vault = { proto: "http", host: "127.0.0.1", port: 1, auth_token: secrets.password };
    const token = { issuer: "Token", certificate: stand.keys.certificate, key };
    const file = { storage: { vault }, http: { addr: "127.0.0.1:0" }, token };
    await stand.reopen(readGodoauth("godoauth.yml", file, (inFile) => inFile));
    expect(stand.room.log()).toContain("cannot be opened");
    expect(await stand.ask("GET", "/healthz")).toMatchObject({ status: 503, json: { services: [{ name: "any" }] } });
    expect((await stand.get(base, good)).status).toBe(503);
    expect(stand.room.log()).not.toContain(secrets.password);
  });

  it("keep the door shut where they never could be", async () => {
    stand = await openStand();
    const spoiled = path.join(stand.folder, "spoiled.key");
    writeFileSync(spoiled, "no key at all");
    const signing = { ...stand.settings.services[0]?.signing, key: spoiled } as never;
    await expect(stand.reopen(stand.withService({ signing }))).rejects.toThrow(misuse);
  });

  it("say nothing of a certificate that is not valid yet but 503", async () => {
    stand = await openStand();
    const now = Date.now();
    const pair = { key: stand.keys.key, certificate: path.join(stand.folder, "later.pem") };
    await certifyBetween(pair, new Date(now + 3_600_000), new Date(now + 7_200_000));
    const signing = { ...stand.settings.services[0]?.signing, certificate: pair.certificate } as never;
    await stand.reopen(stand.withService({ signing }));
    expect((await stand.get(base, good)).status).toBe(503);
  });
});
