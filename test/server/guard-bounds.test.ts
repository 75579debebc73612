import { describe, expect, it } from "vitest";
import { guardBounds } from "../../src/server/guard-bounds.ts";
import { readSettings } from "../../src/server/settings.ts";

const settings = readSettings(
  {
    stateDir: "/srv/id",
    admin: "unix:///run/a/admin.sock",
    authz: "unix:///run/p/id.sock",
    dockerHost: "unix:///srv/d.sock",
    gateway: ["unix:///run/g/gateway.sock", "tcp://127.0.0.1:2375"],
    gatewayCertificate: "/srv/tls/cert.pem",
    gatewayKey: "/srv/tls/key.pem",
  },
  { path: "/etc/id.yaml", text: "audit: { path: /var/log/id.jsonl }" },
  "/",
);

describe("the bounds of the guard", () => {
  it.each([
    "/srv/id",
    "/srv/id.guarded",
    "/var/log/id.jsonl",
    "/run/a/admin.sock",
    "/run/a",
    "/run/p/id.sock",
    "/run/p",
    "/srv/d.sock",
    "/etc/id.yaml",
    "/run/g/gateway.sock",
    "/run/g",
    "/srv/tls/key.pem",
    "/data/docker",
    "/etc/docker",
    "/run/docker.sock",
    "/var/run/docker.sock",
    "/var/run/a",
    "/var/lib/docker",
    "/proc",
  ])("hold %s", (path) => {
    expect(guardBounds(settings, "/data/docker").paths).toContain(path);
  });

  it("hold the registry's keys, users and secrets, and Vault's token", () => {
    const text = [
      "registry:",
      "  listen: [https://127.0.0.1:1]",
      "  certificate: /r/tls.pem",
      "  key: /r/tls.key",
      "  token: {certificate: /r/cert.pem, key: /r/key.pem, retiring: [/r/old.pem]}",
      "  services:",
      "    - {name: a, htpasswd: /r/users}",
      "    - {name: b, token: {certificate: /r/b.pem, key: /r/b.key}}",
      "    - {name: c, vault: {address: https://v, mount: m, token_file: /r/token, ca: /r/ca.pem}}",
      "    - {name: d, vault: {address: https://v, mount: m, approle: {role_id: r, secret_id_file: /r/secret-id}}}",
      "  events: {secret_file: /r/notify}",
    ].join("\n");
    const { paths } = guardBounds(readSettings({}, { path: "/etc/id.yaml", text }, "/"), undefined);
    const files = [
      "tls.pem",
      "tls.key",
      "cert.pem",
      "key.pem",
      "old.pem",
      "users",
      "b.pem",
      "b.key",
      "token",
      "ca.pem",
    ];
    for (const file of [...files, "secret-id", "notify"]) expect(paths).toContain(`/r/${file}`);
    const godoauth = [
      "storage: {vault: {proto: https, host: v, port: 1, auth_token: x}}",
      'http: {addr: ":1"}',
      "token: {issuer: i, certificate: /r/cert.pem, key: /r/key.pem}",
    ].join("\n");
    const found = guardBounds(readSettings({}, { path: "/etc/godoauth.yml", text: godoauth }, "/"), undefined);
    for (const file of ["/r/cert.pem", "/r/key.pem", "/etc/godoauth.yml"]) expect(found.paths).toContain(file);
  });

  it("hold what a symbolic link leads to beside the link itself", () => {
    const { paths } = guardBounds(settings, undefined, (each) => each.replace("/srv/", "/mnt/disk/"));
    expect(paths).toContain("/srv/id");
    expect(paths).toContain("/mnt/disk/id");
  });

  it("never hold the root itself, which would be everything", () => {
    const odd = readSettings({ admin: "unix:///admin.sock" }, undefined, "/");
    expect(guardBounds(odd, undefined).paths).not.toContain("/");
  });
});
