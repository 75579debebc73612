import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readRegistryFile } from "../../src/registry/settings.ts";

const token = { certificate: "cert.pem", key: "key.pem" };
const users = { alice: { password: "$scrypt$hunter2", labels: { team: "a" }, access: "repository:a:pull" } };

const read = (registry: unknown) =>
  readRegistryFile("config.yaml", stringify({ registry }), (inFile) => `/etc/docker-id/${inFile}`);
const asItIs = (inFile: string): string => inFile;
const least = { token, services: [{ name: "registry", users }] };
const misuse = (message: string) =>
  expect.objectContaining({ code: "misuse", message: expect.stringContaining(message) as string }) as Error;

function thrown(text: string): Error {
  try {
    readRegistryFile("config.yaml", text, asItIs);
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("the registry's settings", () => {
  it("have defaults", () => {
    expect(read(least)).toEqual({
      listen: [],
      timeoutMs: 10_000,
      trusted: [],
      services: [
        {
          name: "registry",
          hosts: [],
          signing: {
            issuer: "docker-id",
            certificate: "/etc/docker-id/cert.pem",
            key: "/etc/docker-id/key.pem",
            x5c: true,
            kid: "libtrust",
            lifeSeconds: 120,
          },
          users: { users },
          rules: [],
        },
      ],
      limits: { failures: 10, windowMs: 60_000, hashing: 2, waiting: 64 },
      notes: [],
      warnings: [],
    });
  });

  it("read all that they offer", () => {
    const found = read({
      listen: ["http://127.0.0.1:5101", "https://[::1]:5102", "http://10.0.0.1:80"],
      certificate: "tls.pem",
      key: "tls.key",
      insecure_tcp: true,
      timeout: 2.5,
      trusted_proxies: ["10.0.0.0/8", "::1"],
      issuer: "house",
      token: { ...token, life: 300, x5c: false, kid: { text: "k" }, retiring: ["old.pem"] },
      services: [
        { name: "a", hosts: ["127.0.0.1:5100"], htpasswd: "users.htpasswd" },
        {
          name: "b",
          token: { certificate: "b.pem", key: "b.key", life: 60, kid: "rfc7638", issuer: "b-house" },
          vault: { address: "https://vault:8200", mount: "secret", kv: 2, token_file: "vault.token", ca: "ca.pem" },
          rules: [
            { match: { account: "alice", name: "${account}/**", ip: ["10.0.0.0/8"] }, actions: ["*"], comment: "own" },
            { actions: [] },
          ],
        },
        {
          name: "c",
          vault: {
            address: "http://127.0.0.1:8200",
            mount: "kv",
            kv: 1,
            path: "users",
            approle: { role_id: "r", secret_id_file: "s", mount: "m" },
            namespace: "n",
            timeout: 1,
          },
        },
      ],
      events: { secret_file: "notify.secret" },
      limits: { failures: 3, window: 30, hashing: 1, waiting: 8 },
    });
    expect(found).toMatchObject({
      listen: [
        { scheme: "http", host: "127.0.0.1", port: 5101 },
        { scheme: "https", host: "::1", port: 5102 },
        { scheme: "http", host: "10.0.0.1", port: 80 },
      ],
      tls: { certificate: "/etc/docker-id/tls.pem", key: "/etc/docker-id/tls.key" },
      timeoutMs: 2500,
      events: { secretFile: "/etc/docker-id/notify.secret", bodyBytes: 1024 * 1024 },
      limits: { failures: 3, windowMs: 30_000, hashing: 1, waiting: 8 },
      notes: [],
      warnings: [expect.stringContaining("10.0.0.1") as string],
    });
    expect(found?.trusted.length).toBe(2);
    const [a, b, c] = found?.services ?? [];
    expect(a?.signing).toEqual({
      issuer: "house",
      certificate: "/etc/docker-id/cert.pem",
      key: "/etc/docker-id/key.pem",
      retiring: ["/etc/docker-id/old.pem"],
      x5c: false,
      kid: { text: "k" },
      lifeSeconds: 300,
    });
    expect(a).toMatchObject({ hosts: ["127.0.0.1:5100"], users: { htpasswd: "/etc/docker-id/users.htpasswd" } });
    // The retiring certificates go with the key that they are kept beside
    expect(b?.signing).toEqual({
      issuer: "b-house",
      certificate: "/etc/docker-id/b.pem",
      key: "/etc/docker-id/b.key",
      x5c: false,
      kid: "rfc7638",
      lifeSeconds: 60,
    });
    expect(b?.users.vault).toEqual({
      address: "https://vault:8200",
      mount: "secret",
      kv: 2,
      auth: { tokenFile: "/etc/docker-id/vault.token" },
      ca: "/etc/docker-id/ca.pem",
      timeoutMs: 3000,
    });
    expect(b?.rules).toEqual([
      { match: { account: "alice", name: "${account}/**", ip: ["10.0.0.0/8"] }, actions: ["*"], comment: "own" },
      { match: {}, actions: [] },
    ]);
    expect(c?.users.vault).toMatchObject({
      kv: 1,
      path: "users",
      namespace: "n",
      auth: { roleId: "r", secretIdFile: "/etc/docker-id/s", mount: "m" },
      timeoutMs: 1000,
    });
  });

  it("are none where the file says nothing of a registry", () => {
    expect(readRegistryFile("config.yaml", "state_dir: /srv", asItIs)).toBeUndefined();
    expect(readRegistryFile("config.yaml", "", asItIs)).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ["no services", { services: [] }, "services"],
    ["a key that it does not know", { ...least, realm: "x" }, "realm"],
    ["plain HTTP to others", { ...least, listen: ["http://0.0.0.0:80"] }, "listens on the way"],
    ["plain HTTP by a name", { ...least, listen: ["http://127.evil:80"] }, "no address"],
    ["https without a certificate", { ...least, listen: ["https://127.0.0.1:1"] }, "has no certificate"],
    ["half a certificate", { ...least, certificate: "tls.pem" }, "both"],
    ["another transport", { ...least, listen: ["tcp://127.0.0.1:1"] }, "no address"],
    ["no such port", { ...least, listen: ["http://127.0.0.1:65536"] }, "no address"],
    ["tokens that live too long", { ...least, token: { ...token, life: 301 } }, "token.life"],
    ["tokens that live too short", { ...least, token: { ...token, life: 59 } }, "token.life"],
    ["no key for tokens", { services: least.services }, "need a certificate"],
    ["a service's own key alone", { token, services: [{ name: "a", token: { key: "b.key" } }] }, "both"],
    ["a service twice", { token, services: [{ name: "a" }, { name: "a" }] }, "twice"],
    ["a service without a name", { token, services: [{ name: "" }] }, "name"],
    ["a service that no terminal shows", { token, services: [{ name: "a\u001b[2J" }] }, "name"],
    ["a user of our own name", { token, services: [{ name: "a", users: { "docker-id": users.alice } }] }, "user"],
    ["a user with a colon", { token, services: [{ name: "a", users: { "a:b": users.alice } }] }, "user"],
    [
      "a Vault with no way in",
      { token, services: [{ name: "a", vault: { address: "https://v", mount: "m" } }] },
      "Vault",
    ],
    [
      "a Vault that is none",
      { token, services: [{ name: "a", vault: { address: "https://u:hunter2@v", mount: "m", token_file: "t" } }] },
      "address",
    ],
    ["a rule that grants what is none", { token, services: [{ name: "a", rules: [{ actions: ["own"] }] }] }, "rules"],
    [
      "a rule for what is no address",
      { token, services: [{ name: "a", rules: [{ match: { ip: ["10.0.0.0/99"] }, actions: [] }] }] },
      "block",
    ],
    [
      "a rule with a variable that there is not",
      { token, services: [{ name: "a", rules: [{ match: { name: "${acount}/**" }, actions: [] }] }] },
      "variables",
    ],
    [
      "a rule of a variable that there is not",
      { token, services: [{ name: "a", rules: [{ match: { name: "${accuont}/**" }, actions: ["*"] }] }] },
      "a rule of the registry's service a",
    ],
    [
      "an access that is none",
      { token, services: [{ name: "a", users: { bob: { password: "x", access: "everything" } } }] },
      "the user bob of a",
    ],
    ["a proxy that is no address", { ...least, trusted_proxies: ["proxy"] }, "trusted_proxies"],
    ["a request that may take no time", { ...least, timeout: 0 }, "timeout"],
  ])("refuse %s", (_, file, message) => {
    expect(() => read(file)).toThrow(misuse(message));
    expect(() => read(file)).not.toThrow(misuse("hunter2"));
  });

  it("never quote the file, not even to the log", () => {
    for (const text of [
      "registry: [hunter2",
      "registry: hunter2",
      "registry: {services: [{name: a, users: hunter2}]}",
    ]) {
      const error = thrown(text);
      expect(`${error.message} ${String((error.cause as Error | undefined)?.message)}`).not.toContain("hunter2");
    }
  });
});
