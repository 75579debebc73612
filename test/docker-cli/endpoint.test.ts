import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DockerFlags } from "../../src/argv.ts";
import { findEndpoint } from "../../src/docker-cli/endpoint.ts";
import { formatHostAddress, readHostAddress } from "../../src/docker-cli/host-address.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-id-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const find = (flags: Omit<DockerFlags, "raw">, environment: Record<string, string> = {}) =>
  findEndpoint({ ...flags, raw: [] }, { DOCKER_CONFIG: folder, ...environment });

function writeContext(name: string, host: string, extra: object = {}, tls = false): void {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = join(folder, "contexts", "meta", id);
  mkdirSync(meta, { recursive: true });
  writeFileSync(
    join(meta, "meta.json"),
    JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false, ...extra } } }),
  );
  if (!tls) return;
  const files = join(folder, "contexts", "tls", id, "docker");
  mkdirSync(files, { recursive: true });
  for (const file of ["ca.pem", "cert.pem", "key.pem"]) writeFileSync(join(files, file), "");
}
const useContext = (name: string) =>
  writeFileSync(join(folder, "config.json"), JSON.stringify({ currentContext: name }));

describe("which engine docker would choose", () => {
  it("is its default socket when nobody says otherwise", () => {
    expect(find({})).toMatchObject({ name: "unix:///var/run/docker.sock", local: true });
  });
  it("is -H before everything", () => {
    writeContext("far", "tcp://far:2375");
    useContext("far");
    expect(find({ host: "unix:///a" }, { DOCKER_HOST: "unix:///b", DOCKER_CONTEXT: "far" }).name).toBe("unix:///a");
  });
  it("is --context before DOCKER_HOST", () => {
    writeContext("far", "tcp://far:2375");
    expect(find({ context: "far" }, { DOCKER_HOST: "unix:///b" })).toMatchObject({
      name: "tcp://far:2375",
      context: "far",
    });
  });
  it("is DOCKER_HOST before DOCKER_CONTEXT", () => {
    expect(find({}, { DOCKER_HOST: "unix:///b", DOCKER_CONTEXT: "far" }).name).toBe("unix:///b");
  });
  it("is DOCKER_CONTEXT before the current context", () => {
    writeContext("far", "tcp://far:2375");
    writeContext("near", "unix:///near");
    useContext("near");
    expect(find({}, { DOCKER_CONTEXT: "far" }).name).toBe("tcp://far:2375");
    expect(find({}).name).toBe("unix:///near");
  });
  it("is the default socket for the context named default", () => {
    useContext("default");
    expect(find({}).name).toBe("unix:///var/run/docker.sock");
    expect(find({ context: "default" }, { DOCKER_HOST: "unix:///b" }).name).toBe("unix:///var/run/docker.sock");
  });
  it("follows --config", () => {
    writeContext("near", "unix:///near");
    useContext("near");
    expect(findEndpoint({ config: folder, raw: [] }, {}).name).toBe("unix:///near");
  });
  it("is an error for a context that docker does not have", () => {
    expect(() => find({ context: "gone" })).toThrow(/no context "gone"/);
  });
  it("does not quote a configuration that is not JSON", () => {
    writeFileSync(join(folder, "config.json"), '{"auths": hunter2');
    expect(() => find({})).toThrow(/config.json is not readable as JSON$/);
  });
});

describe("TLS", () => {
  it("comes with a context that has its files", () => {
    writeContext("far", "tcp://far", {}, true);
    const found = find({ context: "far" });
    expect(found.name).toBe("tcp://far:2376");
    expect(found.tls).toMatchObject({ verify: true });
    expect(found.tls?.cert).toMatch(/cert\.pem$/);
  });
  it("is unverified where the context says so", () => {
    writeContext("far", "tcp://far:1", { SkipTLSVerify: true });
    expect(find({ context: "far" }).tls).toEqual({ verify: false });
  });
  it("comes with DOCKER_TLS_VERIFY, its files from DOCKER_CERT_PATH", () => {
    writeFileSync(join(folder, "ca.pem"), "");
    const found = find({ host: "tcp://far" }, { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: folder });
    expect(found).toMatchObject({ name: "tcp://far:2376", tls: { verify: true, ca: join(folder, "ca.pem") } });
    expect(found.tls).not.toHaveProperty("cert");
  });
  it("comes with flags, and --tls alone does not verify", () => {
    expect(find({ host: "tcp://far", tls: true }).tls).toEqual({ verify: false });
    expect(find({ host: "tcp://far", tlsverify: true, tlscacert: "a", tlscert: "b", tlskey: "c" }).tls).toEqual({
      verify: true,
      ca: "a",
      cert: "b",
      key: "c",
    });
  });
  it("is not for sockets", () => {
    expect(find({ tls: true })).not.toHaveProperty("tls");
  });
});

describe("one spelling an engine", () => {
  it.each([
    ["", "unix:///var/run/docker.sock"],
    ["unix://", "unix:///var/run/docker.sock"],
    ["unix:///run/docker.sock", "unix:///var/run/docker.sock"],
    ["unix:////var//run/./docker.sock", "unix:///var/run/docker.sock"],
    ["unix:///tmp/x/docker.sock", "unix:///tmp/x/docker.sock"],
    ["tcp://Prod.Example", "tcp://prod.example:2375"],
    ["tcp://prod:2376/", "tcp://prod:2376"],
    ["tcp://prod:2376/engine/", "tcp://prod:2376/engine"],
    ["prod:2375", "tcp://prod:2375"],
    [":2375", "tcp://127.0.0.1:2375"],
    ["tcp://[::1]:80", "tcp://[::1]:80"],
    ["ssh://me@prod/", "ssh://me@prod"],
    ["npipe:////./pipe/docker_engine", "npipe:////./pipe/docker_engine"],
  ])("%s is kept as %s", (given, kept) => {
    expect(formatHostAddress(readHostAddress(given, false))).toBe(kept);
  });
  it.each(["unix://relative", "fd://3", "tcp://", "tcp://user:word@prod", "tcp://prod:99999", "tcp://prod?x=1"])(
    "%s is no engine",
    (given) => expect(() => readHostAddress(given, false)).toThrow(/is not the address of an engine/),
  );
});
