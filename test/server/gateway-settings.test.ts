import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { readSettings, type SettingsFlags } from "../../src/server/settings.ts";

const read = (flags: SettingsFlags, text?: string) =>
  readSettings(flags, text === undefined ? undefined : { path: "/etc/docker-id/config.yaml", text }, "/home/me")
    .gateway;

describe("the gateway's settings", () => {
  it("are read from flags over the file", () => {
    const file = `gateway:
      listen: [unix:///run/gateway.sock, "tcp://[::]:2376"]
      certificate: tls/cert.pem
      key: tls/key.pem
      client_ca: tls/ca.pem
      trusted_proxies: [10.0.0.0/8, "2001:db8::7", unix]
      limits: { connections: 7, head_timeout: 1.5 }`;
    const settings = read({}, file);
    expect(settings).toMatchObject({
      listen: [
        { kind: "unix", path: "/run/gateway.sock" },
        { kind: "tcp", host: "::", port: 2376 },
      ],
      tls: {
        certificate: "/etc/docker-id/tls/cert.pem",
        key: "/etc/docker-id/tls/key.pem",
        clientCa: "/etc/docker-id/tls/ca.pem",
      },
      trusted: { unix: true },
      limits: { connections: 7, headMs: 1500 },
    });
    const { addresses } = settings.trusted;
    expect([addresses.check("10.1.2.3"), addresses.check("11.1.2.3")]).toEqual([true, false]);
    expect([addresses.check("2001:db8::7", "ipv6"), addresses.check("2001:db8::8", "ipv6")]).toEqual([true, false]);
    expect(read({ gateway: ["tcp://localhost:1"], gatewayKey: "k.pem" }, file)).toMatchObject({
      listen: [{ kind: "tcp", host: "127.0.0.1", port: 1 }],
      tls: { key: "/home/me/k.pem" },
    });
  });

  it("offer plain TCP to other machines only when that is said by name", () => {
    for (const address of ["tcp://0.0.0.0:2375", "tcp://[::]:2375", "tcp://192.0.2.1:2375"]) {
      expect(() => read({ gateway: [address] })).toThrow(/show ids/);
      expect(read({ gateway: [address], gatewayInsecureTcp: true }).listen).toHaveLength(1);
      expect(() =>
        read({ gateway: [address], gatewayInsecureTcp: false }, "gateway: { insecure_tcp: true }"),
      ).toThrow();
    }
    for (const address of ["tcp://127.0.0.1:2375", "tcp://127.1.2.3:2375", "tcp://[::1]:2375"]) {
      expect(read({ gateway: [address] }).listen).toHaveLength(1);
    }
  });

  it.each<[string, SettingsFlags]>([
    ["a name", { gateway: ["tcp://docker.example:2375"] }],
    ["no port", { gateway: ["tcp://127.0.0.1"] }],
    ["a port beyond reason", { gateway: ["tcp://127.0.0.1:65536"] }],
    ["IPv6 without brackets", { gateway: ["tcp://::1:2375"] }],
    ["another transport", { gateway: ["http://127.0.0.1:2375"] }],
    ["a relative path", { gateway: ["unix://run/x.sock"] }],
    ["a path that is too long", { gateway: [`unix:///${"x".repeat(200)}`] }],
    ["a certificate without its key", { gatewayCertificate: "c.pem" }],
    ["a key without its certificate", { gatewayKey: "k.pem" }],
    ["client certificates without TLS", { gatewayClientCa: "ca.pem" }],
    ["a proxy by name", { gatewayTrustedProxy: ["proxy.example"] }],
    ["a proxy in no block", { gatewayTrustedProxy: ["10.0.0.0/33"] }],
    ["a proxy in two blocks", { gatewayTrustedProxy: ["10.0.0.0/8/8"] }],
  ])("refuse %s", (_, flags) => {
    expect(() => read(flags)).toThrow(Failure);
  });
});
