import { describe, expect, it } from "vitest";
import { readRegistryConfig } from "../../src/registry/registry-config.ts";

const whole = `
version: 0.1
storage: {filesystem: {rootdirectory: /data}, delete: {enabled: true}}
http:
  addr: 127.0.0.1:5100
  secret: throwaway
  tls: {certificate: /tls.crt, key: /tls.key}
auth:
  token: {realm: "http://127.0.0.1:5101/auth", service: registry, issuer: docker-id, rootcertbundle: /cert.pem}
notifications:
  endpoints:
    - {name: docker-id, url: "http://127.0.0.1:5101/events", headers: {authorization: [Bearer notify-secret]}, disabled: no}
    - {url: "http://elsewhere/", disabled: yes}
    - {name: nowhere}
`;
const token = {
  kind: "token",
  autoRedirect: false,
  realm: "http://127.0.0.1:5101/auth",
  service: "registry",
  issuer: "docker-id",
  bundle: "/cert.pem",
};
const read = (text: string, environment: Record<string, string> = {}) =>
  readRegistryConfig("config.yml", text, environment);

describe("a registry's configuration", () => {
  it("says whose tokens it trusts, where it is and whom it tells", () => {
    expect(read(whole)).toEqual({
      addr: "127.0.0.1:5100",
      prefix: "/",
      secure: true,
      certificate: "/tls.crt",
      auth: token,
      endpoints: [
        {
          name: "docker-id",
          url: "http://127.0.0.1:5101/events",
          disabled: false,
          authorization: "Bearer notify-secret",
        },
        { name: "number 2", url: "http://elsewhere/", disabled: true },
      ],
    });
  });

  it("may say little, or odd things", () => {
    expect(read("version: 0.1")).toEqual({ prefix: "/", secure: false, auth: { kind: "none" }, endpoints: [] });
    const odd = "{version: 1, http: 7, auth: {token: {realm: 1, service: [], issuer: ''}}, notifications: [x]}";
    expect(read(odd)).toEqual({
      prefix: "/",
      secure: false,
      auth: { kind: "token", autoRedirect: false },
      endpoints: [],
    });
    expect(read("{version: 1, auth: htpasswd}").auth).toEqual({ kind: "other", names: ["htpasswd"] });
    expect(read("{version: 1, auth: {htpasswd: {}, token: {}}}").auth).toEqual({
      kind: "other",
      names: ["htpasswd", "token"],
    });
  });

  it("may hold a key set, a redirect, a prefix and a name of its own", () => {
    const text = `{version: 0.1, http: {prefix: /r/, host: "https://r.example", tls: {letsencrypt: {cachefile: /c}}},
      auth: {token: {jwks: /keys.json, autoredirect: true}}}`;
    expect(read(text)).toMatchObject({
      prefix: "/r/",
      host: "https://r.example",
      secure: true,
      auth: { kind: "token", jwks: "/keys.json", autoRedirect: true },
    });
  });

  it.each<[Record<string, string>, object]>([
    [{ REGISTRY_AUTH_TOKEN_REALM: "https://r.example/auth" }, { auth: { ...token, realm: "https://r.example/auth" } }],
    [
      { REGISTRY_HTTP_ADDR: ":80", REGISTRY_HTTP_TLS: "{}" },
      { addr: ":80", secure: false },
    ],
    [{ REGISTRY_AUTH: "htpasswd" }, { auth: { kind: "other", names: ["htpasswd"] } }],
    [{ REGISTRY_AUTH_TOKEN_AUTOREDIRECT: "true" }, { auth: { ...token, autoRedirect: true } }],
    [
      { REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL: "http://x/", REGISTRY_NOTIFICATIONS_ENDPOINTS_9_URL: "http://y/" },
      { endpoints: [expect.objectContaining({ url: "http://x/" }), expect.anything()] },
    ],
    [{ REGISTRY_NOTIFICATIONS_ENDPOINTS: "[{url: 'http://x/'}]" }, { endpoints: [{ url: "http://x/" }] }],
    [{ REGISTRY_: "x", REGISTRY___PROTO__: "x", REGISTRY_HTTP_ADDR_X: "{", OTHER: "x" }, { auth: token }],
  ])("is overridden by %j", (environment, expected) => {
    expect(read(whole, environment)).toMatchObject(expected);
  });

  it("is no text where the environment has none", () => {
    const { auth } = read(whole, { REGISTRY_AUTH_TOKEN_SERVICE: "7", REGISTRY_AUTH_TOKEN_ISSUER: "{" });
    expect(Object.keys(auth).toSorted()).toEqual(["autoRedirect", "bundle", "kind", "realm"]);
  });

  it("may be made of the environment alone", () => {
    const environment = {
      REGISTRY_AUTH: "token",
      REGISTRY_AUTH_TOKEN_REALM: token.realm,
      REGISTRY_AUTH_TOKEN_SERVICE: "registry",
      REGISTRY_AUTH_TOKEN_ISSUER: "docker-id",
      REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE: "/cert.pem",
    };
    expect(read("version: 0.1", environment).auth).toEqual(token);
  });

  it.each(["", "{", "[]", "hunter2", "{services: []}", "a: [hunter2"])("is not what reads %j", (text) => {
    expect(() => read(text)).toThrow(/config\.yml is (not readable as YAML|no configuration of a registry)/);
    expect(() => read(text)).not.toThrow(/hunter2/);
  });
});
