import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { defaultLimits } from "../../src/server/doors/gateway/limits.ts";
import { readSettings, type SettingsFlags } from "../../src/server/settings.ts";

const read = (flags: SettingsFlags, text?: string) =>
  readSettings(flags, text === undefined ? undefined : { path: "/etc/docker-id/config.yaml", text }, "/home/me");

describe("settings", () => {
  it("have defaults that run on one machine", () => {
    expect(read({})).toEqual({
      stateDir: "/var/lib/docker-id",
      guardedMarker: "/etc/docker-id/guarded",
      adminSocket: "/run/docker-id/admin.sock",
      authzSocket: "/run/docker/plugins/docker-id.sock",
      dockerSocket: "/var/run/docker.sock",
      audit: { path: "/var/lib/docker-id/audit.jsonl", maxBytes: 64 * 1024 * 1024, keep: 4 },
      decideTimeoutMs: 5000,
      strictStreams: false,
      logLevel: "info",
      gateway: { listen: [], trusted: expect.objectContaining({ unix: false }) as object, limits: defaultLimits },
    });
  });

  it("take flags over file over defaults", () => {
    const file = [
      "state_dir: /srv/state",
      "admin: unix:///srv/admin.sock",
      "authz: unix:///srv/authz.sock",
      "docker_host: unix:///srv/docker.sock",
      "guarded_marker: /srv/marker",
      "admin_group: wheel",
      "audit: { path: logs/audit.jsonl, max_bytes: 65536, keep: 2 }",
      "decide_timeout: 0.5",
      "strict_streams: true",
      "log_level: debug",
    ].join("\n");
    expect(read({}, file)).toEqual({
      stateDir: "/srv/state",
      guardedMarker: "/srv/marker",
      adminSocket: "/srv/admin.sock",
      authzSocket: "/srv/authz.sock",
      dockerSocket: "/srv/docker.sock",
      configFile: "/etc/docker-id/config.yaml",
      adminGroup: "wheel",
      audit: { path: "/etc/docker-id/logs/audit.jsonl", maxBytes: 65536, keep: 2 },
      decideTimeoutMs: 500,
      strictStreams: true,
      logLevel: "debug",
      gateway: expect.objectContaining({ listen: [] }) as object,
    });
    const flags = {
      stateDir: "state/",
      admin: "unix:///a.sock",
      authz: "unix:///b.sock",
      dockerHost: "unix:///c.sock",
      guardedMarker: "marker",
      adminGroup: "docker",
      strictStreams: false,
      logLevel: "warn",
    };
    expect(read(flags, file)).toMatchObject({
      stateDir: "/home/me/state",
      guardedMarker: "/home/me/marker",
      adminSocket: "/a.sock",
      authzSocket: "/b.sock",
      dockerSocket: "/c.sock",
      adminGroup: "docker",
      strictStreams: false,
      logLevel: "warn",
    });
  });

  it("put the marker beside another state folder, never in it", () => {
    expect(read({ stateDir: "/tmp/x/state/" }).guardedMarker).toBe("/tmp/x/state.guarded");
    expect(read({ stateDir: "/tmp/x/state" }).audit.path).toBe("/tmp/x/state/audit.jsonl");
    expect(() => read({ stateDir: "/srv", guardedMarker: "/srv/marker" })).toThrow(Failure);
  });

  it("take an empty file for one that sets nothing", () => {
    expect(read({}, "")).toMatchObject({ stateDir: "/var/lib/docker-id" });
  });

  it.each([
    ["an unknown key", {}, "state_dri: /srv"],
    ["an unknown key further in", {}, "audit: { pth: /srv }"],
    ["a key twice", {}, "state_dir: /a\nstate_dir: /b"],
    ["no YAML", {}, "a: [b"],
    ["a list", {}, "- a"],
    ["another type", {}, "strict_streams: maybe"],
    ["a time limit of nothing", {}, "decide_timeout: 0"],
    ["an endless time limit", {}, "decide_timeout: 3600"],
    ["a log level that is none", {}, "log_level: loud"],
    ["a tiny audit", {}, "audit: { max_bytes: 1 }"],
    ["an admin door on the network", { admin: "tcp://0.0.0.0:1" }, undefined],
    ["a path that is no address", { authz: "/run/x.sock" }, undefined],
    ["a relative address", { dockerHost: "unix://run/x.sock" }, undefined],
    ["a folder for a socket", { admin: "unix:///run/x/" }, undefined],
    ["a path that no socket can have", { admin: `unix:///${"x".repeat(108)}` }, undefined],
    ["an empty folder", { stateDir: "" }, undefined],
  ])("refuse %s", (_, flags, file) => {
    expect(() => read(flags, file)).toThrow(expect.objectContaining({ code: "misuse" }));
  });

  it("never quote the file in their errors", () => {
    expect(() => read({}, "state_dir: [hunter2")).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hunter2") as string }),
    );
  });

  const registry = [
    "registry:",
    "  listen: [http://127.0.0.1:5101]",
    "  token: {certificate: cert.pem, key: /keys/key.pem}",
    "  services: [{name: registry, htpasswd: users.htpasswd}]",
  ].join("\n");

  it("take the registry's from the file, with paths from its own folder, and addresses from flags before it", () => {
    expect(read({}, registry).registry).toMatchObject({
      listen: [{ scheme: "http", host: "127.0.0.1", port: 5101 }],
      services: [
        {
          signing: { certificate: "/etc/docker-id/cert.pem", key: "/keys/key.pem" },
          users: { htpasswd: "/etc/docker-id/users.htpasswd" },
        },
      ],
    });
    expect(read({ registry: ["http://[::1]:1"] }, registry).registry?.listen).toEqual([
      { scheme: "http", host: "::1", port: 1 },
    ]);
    expect(read({}, "").registry).toBeUndefined();
  });

  it("take godoauth's file, with paths from where it is called", () => {
    const text = [
      "log: {level: warning}",
      "storage: {vault: {proto: https, host: vault, port: 8200, auth_token: hunter2}}",
      'http: {addr: ":5002"}',
      "token: {issuer: Token, certificate: cert.pem, key: key.pem}",
    ].join("\n");
    const found = read({}, text);
    expect(found).toMatchObject({ stateDir: "/var/lib/docker-id", logLevel: "warn" });
    expect(found.registry?.listen).toEqual([{ scheme: "http", host: "::", port: 5002 }]);
    expect(found.registry?.anyService?.("registry")?.signing.key).toBe("/home/me/key.pem");
    const open = readSettings({}, { path: "godoauth.yml", text, open: true }, "/home/me");
    expect(open.registry?.warnings.filter((warning) => !found.registry?.warnings.includes(warning))).toEqual([
      expect.stringContaining("chmod 600"),
    ]);
    expect(() => read({ registry: ["http://127.0.0.1:1"] }, text)).toThrow(expect.objectContaining({ code: "misuse" }));
  });

  it.each([
    ["an address with no registry", { registry: ["http://127.0.0.1:1"] }, undefined],
    ["a registry with no address", {}, registry.replace(/^.*listen.*$/m, "")],
    ["an address for it that is none", { registry: ["tcp://127.0.0.1:1"] }, registry],
    ["plain HTTP for others, by a flag", { registry: ["http://0.0.0.0:1"] }, registry],
  ])("refuse %s", (_, flags, file) => {
    expect(() => read(flags, file)).toThrow(expect.objectContaining({ code: "misuse" }));
  });
});
