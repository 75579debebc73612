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
