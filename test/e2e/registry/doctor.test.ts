import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { parse } from "../../../src/macaroon/parse.ts";
import { makeAuthority, type Pair } from "../../support/certificates.ts";
import { onRegistry } from "../../support/on-registry.ts";
import { makeSigningKeys } from "../../support/signing-keys.ts";
import { type Finding, makeDoctor } from "./doctor-desk.ts";

onRegistry("registry doctor", { withoutEngine: true }, (stage) => {
  const doctor = makeDoctor(stage);
  let other: Pair;
  const servers: Server[] = [];
  beforeAll(() => {
    mkdirSync(stage().workspace.path("other"));
    other = makeSigningKeys(stage().workspace.path("other"));
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  const listen = async (server: Server): Promise<number> => {
    servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };

  it("finds nothing where all fits, and shows no secret", async () => {
    const { well, findings } = await doctor.examine(stage().registry.configFile);
    expect(findings.map(({ about, verdict }) => `${about} ${verdict}`)).toEqual([
      "configuration good",
      "service good",
      "issuer good",
      "signing pair good",
      "bundle good",
      "key's name good",
      "realm good",
      "registry good",
      "clocks good",
      "notifications good",
      "token good",
    ]);
    expect(well).toBe(true);
    const args = [
      "registry",
      "doctor",
      "--registry-config",
      stage().registry.configFile,
      "--config",
      stage().configFile,
    ];
    const { stdout, status } = await stage().id(args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/good {2}token .*\nnothing is wrong\n$/);
    expect(stdout).not.toMatch(/notify-secret|PRIVATE|eyJ/);
  });

  describe("names", () => {
    it("another issuer", async () => {
      const { bad, of } = await doctor.examine((await doctor.start({ issuer: "somebody" })).configFile);
      expect(bad).toEqual(["issuer", "token"]);
      expect(of("issuer")?.said).toBe('the registry trusts tokens of "somebody", and docker-id\'s are of "docker-id"');
      expect(of("token")?.said).toMatch(/takes it once its issuer is "somebody"/);
    });

    it("another service", async () => {
      const { bad, of } = await doctor.examine((await doctor.start({ service: "elsewhere" })).configFile);
      expect(bad).toEqual(["service", "token"]);
      expect(of("service")?.said).toMatch(
        /wants tokens for "elsewhere", and docker-id makes some for "registry" alone/,
      );
      expect(of("token")?.said).toMatch(/takes it once it is for "elsewhere"/);
    });

    it("both", async () => {
      const { of } = await doctor.examine(
        (await doctor.start({ issuer: "somebody", service: "elsewhere" })).configFile,
      );
      expect(of("token")?.said).toMatch(/once its issuer is "somebody" and it is for "elsewhere"/);
    });

    it("what the environment says in place of the file", async () => {
      const env = { REGISTRY_AUTH_TOKEN_ISSUER: "somebody" };
      const { bad, of } = await doctor.examine(stage().registry.configFile, { env });
      expect(bad).toEqual(["issuer"]);
      expect(of("token")?.verdict).toBe("good");
    });
  });

  describe("addresses", () => {
    it("a realm where nobody listens", async () => {
      const { bad, of } = await doctor.examine((await doctor.start({ realm: "http://127.0.0.1:1/auth" })).configFile);
      expect(bad).toEqual(["realm"]);
      expect(of("realm")?.said).toBe("http://127.0.0.1:1/auth does not listen");
      expect(of("realm")?.advice).toContain(`its settings say ${stage().door}`);
    });

    it("a realm with another path", async () => {
      const { of } = await doctor.examine((await doctor.start({ realm: `${stage().door}/token` })).configFile);
      expect(of("realm")).toMatchObject({ verdict: "bad", said: expect.stringMatching(/answers 404/) });
    });

    it.each<[string, RequestListener, RegExp]>([
      ["that is no token server", (_, response) => response.end("hello"), /answers 200, and not with a token/],
      [
        "with another key",
        (_, response) => response.end(JSON.stringify({ token: "eyJhbGciOiJFUzI1NiJ9.e30.AAAA" })),
        /makes tokens with another key/,
      ],
      [
        "that knows no such service",
        (_, response) => response.writeHead(400).end("{}"),
        /makes no tokens for the service/,
      ],
    ])("a realm %s", async (_, listener, said) => {
      const port = await listen(createServer(listener));
      const { bad, of } = await doctor.examine(
        (await doctor.start({ realm: `http://127.0.0.1:${port}/auth` })).configFile,
      );
      expect(bad).toEqual(["realm"]);
      expect(of("realm")?.said).toMatch(said);
    });

    it("a realm whose TLS nobody trusts, unless its authority is", async () => {
      const folder = stage().workspace.path("tls");
      mkdirSync(folder);
      const authority = makeAuthority(folder);
      const { key, certificate } = authority.issue("server", "/CN=127.0.0.1");
      const tls = { key: readFileSync(key), cert: readFileSync(certificate) };
      const port = await listen(createSecureServer(tls, (_, response) => response.writeHead(401).end()));
      const { configFile } = await doctor.start({ realm: `https://127.0.0.1:${port}/auth` });
      const untrusted = await doctor.examine(configFile);
      expect(untrusted.of("realm")).toMatchObject({ verdict: "bad", said: expect.stringMatching(/not trusted here/) });
      const trusted = await doctor.examine(configFile, { flags: ["--ca", authority.certificate] });
      expect(trusted.of("realm")?.said).toMatch(/a token server of another kind$/);
    });

    it("a registry that does not run, or runs with something else", async () => {
      const elsewhere = doctor.changeConfig(stage().registry, ({ http }) => (http.addr = ":1"));
      const away = await doctor.examine(elsewhere);
      expect(away.bad).toEqual(["registry"]);
      expect(away.of("registry")?.said).toBe("http://127.0.0.1:1 does not listen");
      const reached = await doctor.examine(elsewhere, { flags: ["--registry", `http://${stage().registry.host}`] });
      expect(reached.well).toBe(true);
      const renamed = doctor.changeConfig(
        stage().registry,
        ({ auth }) => (auth.token.realm = `${stage().door}/auth?x=1`),
      );
      expect((await doctor.examine(renamed)).of("registry")?.said).toMatch(
        /sends clients to .*\/auth", and its configuration/,
      );
    });

    it("a registry that asks nobody", async () => {
      const open = await doctor.examine(stage().open.configFile);
      expect(open.bad).toEqual(["configuration"]);
      const flags = ["--registry", `http://${stage().open.host}`];
      const runs = await doctor.examine(stage().registry.configFile, { flags });
      expect(runs.bad).toEqual(["registry"]);
      expect(runs.of("registry")?.said).toMatch(/asks nobody for a token/);
    });

    it("something that is no registry", async () => {
      const { of } = await doctor.examine(stage().registry.configFile, { flags: ["--registry", stage().door] });
      expect(of("registry")?.said).toMatch(/is no registry$/);
    });
  });

  describe("notifications", () => {
    it("that are not told", async () => {
      const { well, of } = await doctor.examine((await doctor.start({})).configFile);
      expect(well).toBe(true);
      expect(of("notifications")).toMatchObject({
        verdict: "note",
        said: expect.stringMatching(/tells docker-id nothing/),
      });
    });

    it("with another secret, which is not shown", async () => {
      const registry = await doctor.start({}, { url: `${stage().door}/events`, authorization: "Bearer hunter2" });
      const { bad, findings, of } = await doctor.examine(registry.configFile);
      expect(bad).toEqual(["notifications"]);
      expect(of("notifications")?.said).toMatch(/with another Authorization than docker-id expects/);
      expect(JSON.stringify(findings)).not.toMatch(/hunter2|notify-secret/);
    });

    it("to another path", async () => {
      const registry = await doctor.start({}, { url: `${stage().door}/event`, authorization: "Bearer notify-secret" });
      expect((await doctor.examine(registry.configFile)).of("notifications")?.said).toMatch(/answers 404$/);
    });
  });

  it("shows which key the realm signs with, to whoever shows an id", async () => {
    const file = stage().workspace.path("id.txt");
    writeFileSync(file, stage().root, { mode: 0o600 });
    const flags = ["--id", `@${file}`];
    const fitting = await doctor.examine(stage().registry.configFile, { flags });
    expect([fitting.well, fitting.of("realm")?.said]).toEqual([
      true,
      `${stage().door}/auth makes tokens with the signing key`,
    ]);
    const config = doctor.settingsWith({ certificate: other.certificate, key: other.key });
    const { of } = await doctor.examine(stage().registry.configFile, { config, flags });
    expect(of("realm")?.said).toMatch(/makes tokens with another key/);
    const wrong = await stage().narrow("--service", "elsewhere");
    const { of: refused } = await doctor.examine(stage().registry.configFile, { flags: ["--id", wrong] });
    expect(refused("realm")?.said).toMatch(/does not take that id$/);
    // What it was shown is good for nothing else
    let shown = "";
    const port = await listen(
      createServer((request, response) => {
        shown = Buffer.from((request.headers.authorization ?? "").replace("Basic ", ""), "base64").toString("utf8");
        response.writeHead(401).end();
      }),
    );
    await doctor.examine((await doctor.start({ realm: `http://127.0.0.1:${port}/auth` })).configFile, { flags });
    const text = shown.replace(/^docker-id:/, "");
    expect(parse(text).caveats.slice(parse(stage().root).caveats.length)).toEqual([
      "service=registry",
      "scope=repository:docker-id/doctor:pull",
      expect.stringMatching(/^expires=/),
      expect.stringMatching(/^link=/),
    ]);
  });

  it("says what it can where docker-id's settings are not given", async () => {
    const args = ["registry", "doctor", "--json", "--registry-config", stage().registry.configFile];
    const { findings } = JSON.parse((await stage().id(args)).stdout) as { findings: readonly Finding[] };
    expect(findings.map(({ about, verdict }) => `${about} ${verdict}`)).toEqual([
      "configuration good",
      "docker-id note",
      "realm good",
      "registry good",
      "clocks good",
    ]);
  });
});
