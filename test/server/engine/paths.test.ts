import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Inspectable } from "../../../src/docker/attempt.ts";
import { inspectTarget, isResolving, type Listed, listTarget } from "../../../src/server/engine/paths.ts";

const kinds: Inspectable[] = [
  "container",
  "image",
  "volume",
  "network",
  "exec",
  "plugin",
  "service",
  "task",
  "node",
  "secret",
  "config",
];

describe("where the engine is asked for a thing", () => {
  it.each<[Inspectable, string, string]>([
    ["container", "web", "/containers/web/json"],
    ["container", "a b?c#d%2e", "/containers/a%20b%3Fc%23d%252e/json"],
    ["image", "alpine:3", "/images/alpine%3A3/json"],
    ["image", "reg.example:5000/a/b@sha256:00", "/images/reg.example%3A5000/a/b%40sha256%3A00/json"],
    ["volume", "data", "/volumes/data"],
    ["network", "net", "/networks/net"],
    ["exec", "ab12", "/exec/ab12/json"],
    ["plugin", "vieux/sshfs:latest", "/plugins/vieux/sshfs%3Alatest/json"],
    ["service", "s", "/services/s"],
    ["task", "t", "/tasks/t"],
    ["node", "n", "/nodes/n"],
    ["secret", "x", "/secrets/x"],
    ["config", "c", "/configs/c"],
  ])("%s %s", (kind, name, target) => {
    expect(inspectTarget(kind, name)).toBe(target);
    expect(isResolving({ method: "GET", target })).toBe(true);
  });

  const strays = ["", ".", "..", "/", "a/", "/a", "a//b", "a/../b", "a/./b", "../x", "a\\b", "a\0", "a\nb", "\ud800"];
  it.each(kinds.flatMap((kind) => [...strays, "a".repeat(1025)].map((name) => [kind, name] as const)))(
    "%s %j is no name",
    (kind, name) => {
      expect(() => inspectTarget(kind, name)).toThrow("cannot be the name");
    },
  );

  it.each(kinds.filter((kind) => kind !== "image" && kind !== "plugin"))("%s has no slash in its name", (kind) => {
    expect(() => inspectTarget(kind, "a/b")).toThrow("cannot be the name");
  });

  it.each([
    ["POST", "/containers/web/json"],
    ["HEAD", "/containers/web/json"],
    ["get", "/info"],
    ["GET", "/info?x=1"],
    ["GET", "/containers/json"],
    ["GET", "/containers//json"],
    ["GET", "/containers/web/json?size=1"],
    ["GET", "/containers/a%2Fb/json"],
    ["GET", "/containers/%77eb/json"],
    ["GET", "/containers/a/../b/json"],
    ["GET", "/containers/web/logs"],
    ["GET", "/v1.41/containers/web/json"],
    ["GET", "/images/json"],
    ["GET", "/images/%zz/json"],
    ["GET", "http://x/containers/web/json"],
    ["GET", "/volumes/"],
    ["GET", "/volumes"],
    ["GET", "/events"],
    ["GET", ""],
  ])("%s %s is no question of the resolver", (method, target) => {
    expect(isResolving({ method, target })).toBe(false);
  });

  it.each<[Listed, string]>([
    ["container", "/containers/json?all=1&filters="],
    ["network", "/networks?filters="],
    ["volume", "/volumes?filters="],
  ])("lists each %s that carries some labels", (kind, before) => {
    const target = listTarget(kind, ["a=b&c", "d"]);
    expect(target).toBe(before + encodeURIComponent('{"label":["a=b&c","d"]}'));
    expect(isResolving({ method: "GET", target })).toBe(true);
    for (const other of [
      before,
      `${before}{"label":["a"]}`,
      before + encodeURIComponent('{"label":["a"],"name":["b"]}'),
      before + encodeURIComponent('{"label": ["a"]}'),
      before + encodeURIComponent('{"label":[1]}'),
      before + encodeURIComponent("null"),
      `${target}&all=1`,
      `/v1.41${target}`,
    ]) {
      expect(isResolving({ method: "GET", target: other }), other).toBe(false);
    }
    expect(isResolving({ method: "POST", target })).toBe(false);
  });

  it("of any name leads to that name and nowhere else, or nowhere", () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.string({ unit: "binary" }), (kind, name) => {
        let target: string;
        try {
          target = inspectTarget(kind, name);
        } catch {
          return;
        }
        const path = new URL(target, "http://docker").pathname;
        expect(path).toBe(target);
        const last = ["container", "image", "exec", "plugin"].includes(kind) ? "/json" : "";
        const start = target.indexOf("/", 1) + 1;
        expect(decodeURIComponent(path.slice(start, path.length - last.length))).toBe(name);
        expect(isResolving({ method: "GET", target })).toBe(true);
      }),
    );
  });
});
