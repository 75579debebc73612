import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readRegistryFile } from "../../src/registry/settings.ts";

/** A file as godoauth's users have it. */
const text = `---
version: 0.1
log:
  level: info
  file: /tmp/godoauth.log
storage:
  vault:
    proto: http
    host: vault
    port: 8200
    auth_token: hunter2-token
    timeout: 3s
    pool: 10
http:
  timeout: 5s
  addr: :5002
  tls:
#    certificate: certs/server.pem
    key: certs/server.key
token:
   issuer: Token
   expiration: 800
   certificate: /etc/certs/server.pem
   key: certs/token.key
`;
const resolve = (inFile: string): string => (inFile.startsWith("/") ? inFile : `/home/me/${inFile}`);
const read = (document: string) => readRegistryFile("godoauth.yml", document, resolve);

const parts = {
  storage: { vault: { proto: "https", host: "127.0.0.1", port: 8200, auth_token: "hunter2" } },
  http: { addr: "127.0.0.1:5002" },
  token: { issuer: "Token", certificate: "c", key: "k" },
};
type Changes = { storage?: object; http?: object; token?: object };
const changed = ({ storage = {}, http = {}, token = {} }: Changes): string =>
  stringify({
    storage: { vault: { ...parts.storage.vault, ...storage } },
    http: { ...parts.http, ...http },
    token: { ...parts.token, ...token },
  });

describe("godoauth's file", () => {
  it("is read as it is, and says what is mended", () => {
    const found = read(text);
    expect(found).toMatchObject({
      listen: [{ scheme: "http", host: "::", port: 5002 }],
      timeoutMs: 5000,
      services: [],
    });
    expect(found?.tls).toBeUndefined();
    expect(found?.anyService?.("linux-registry")).toEqual({
      name: "linux-registry",
      hosts: [],
      signing: {
        issuer: "Token",
        certificate: "/etc/certs/server.pem",
        key: "/home/me/certs/token.key",
        x5c: true,
        kid: "libtrust",
        lifeSeconds: 300,
      },
      users: {
        users: {},
        vault: {
          address: "http://vault:8200",
          mount: "linux-registry",
          kv: 1,
          auth: { token: "hunter2-token" },
          timeoutMs: 3000,
        },
      },
      rules: [],
    });
    const notes = found?.notes.join("\n") ?? "";
    for (const word of ["401", "constant time", "several scopes", "delete", "Vault's path", "300 seconds"]) {
      expect(notes).toContain(word);
    }
    expect(found?.warnings).toEqual([expect.stringContaining("http.addr"), expect.stringContaining("vault.proto")]);
    for (const ignored of ["http.tls", "log.file", "storage.vault.pool"]) expect(notes).toContain(ignored);
    expect(notes).not.toContain("hunter2");
  });

  it.each<[string, Changes, object]>([
    [
      "an address for all",
      { http: { addr: "0.0.0.0:5002" } },
      { listen: [{ scheme: "http", host: "0.0.0.0", port: 5002 }] },
    ],
    ["an IPv6 address", { http: { addr: "[::1]:5002" } }, { listen: [{ scheme: "http", host: "::1", port: 5002 }] }],
    [
      "a host's name",
      { http: { addr: "localhost:80" } },
      { listen: [{ scheme: "http", host: "localhost", port: 80 }] },
    ],
    [
      "TLS",
      { http: { addr: ":443", tls: { certificate: "c.pem", key: "/k.pem", clientcas: ["x"] } } },
      {
        listen: [{ scheme: "https", host: "::", port: 443 }],
        tls: { certificate: "/home/me/c.pem", key: "/k.pem" },
        notes: expect.arrayContaining([expect.stringContaining("clientcas")]),
      },
    ],
    ["a timeout of parts", { http: { timeout: "1m30.5s" } }, { timeoutMs: 90_500 }],
    ["a timeout in seconds", { http: { timeout: 7 } }, { timeoutMs: 7000 }],
    ["a timeout beyond measure", { http: { timeout: "48h" } }, { timeoutMs: 300_000 }],
    ["no timeout", { http: { timeout: "" } }, { timeoutMs: 5000 }],
    ["words that it never read", { http: { color: "red" }, token: { algorithm: "x" } }, { timeoutMs: 5000 }],
  ])("takes %s", (_, changes, expected) => {
    expect(read(changed(changes))).toMatchObject(expected);
  });

  it("bounds the life of tokens on both sides", () => {
    const life = (expiration: number) =>
      read(changed({ token: { expiration } }))?.anyService?.("a")?.signing.lifeSeconds;
    expect([0, 59, 60, 200, 300, 301].map(life)).toEqual([60, 60, 60, 200, 300, 300]);
    expect(read(changed({ token: { expiration: 120 } }))?.notes.join()).not.toContain("token.expiration");
  });

  it("takes plain names for services, and none of Vault's own mounts", () => {
    const { anyService } = read(changed({})) ?? {};
    for (const name of ["registry", "registry.example.com", "a_b-c", "9"]) expect(anyService?.(name)?.name).toBe(name);
    const refused = [
      "",
      ".",
      "..",
      "a..b",
      ".a",
      "a/b",
      "a%2fb",
      "a b",
      "a:1",
      "a?b",
      "a#b",
      "é",
      "a".repeat(64),
      "a\n",
    ];
    for (const name of [...refused, "sys", "SYS", "auth", "cubbyhole", "identity"]) {
      expect(anyService?.(name), name).toBeUndefined();
    }
  });

  it.each<[string, Changes, string]>([
    ["no protocol", { storage: { proto: null } }, "storage.vault.proto"],
    ["another protocol", { storage: { proto: "ftp" } }, "storage.vault.proto"],
    ["no token for Vault", { storage: { auth_token: null } }, "storage.vault.auth_token"],
    ["a host that is more", { storage: { host: "vault/../x" } }, "storage.vault.host"],
    ["no address", { http: { addr: "5002" } }, "http.addr"],
    ["no such port", { http: { addr: ":70000" } }, "http.addr"],
    ["a timeout that is none", { http: { timeout: "soon" } }, "http.timeout"],
    ["no issuer", { token: { issuer: "" } }, "token.issuer"],
    ["no key", { token: { key: null } }, "token.key"],
  ])("refuses %s", (_, changes, where) => {
    const attempt = (): unknown => read(changed(changes));
    expect(attempt).toThrow(
      expect.objectContaining({ code: "misuse", message: expect.stringContaining(where) as string }),
    );
    expect(attempt).not.toThrow(expect.objectContaining({ message: expect.stringContaining("hunter2") as string }));
  });
});
