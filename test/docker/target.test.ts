import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTarget } from "../../src/docker/target.ts";
import { Unread } from "../../src/docker/unread.ts";

describe("a target", () => {
  it.each([
    ["/_ping", "/_ping", ""],
    ["/v1.41/containers/json?all=1", "/containers/json", "all=1"],
    ["/v1.24/info", "/info", ""],
    ["/v1.155/info?", "/info", ""],
    ["/networks/", "/networks/", ""],
    ["/images/reg.example:5000/a/b:1.0/json", "/images/reg.example:5000/a/b:1.0/json", ""],
    ["/images/a@sha256:00/json", "/images/a@sha256:00/json", ""],
    ["/images/sha256%3Aaa/json", "/images/sha256:aa/json", ""],
    ["/images/a%40sha256%3a00/json", "/images/a@sha256:00/json", ""],
    ["/containers/a?b?c", "/containers/a", "b?c"],
    ["/containers/..a/json", "/containers/..a/json", ""],
  ])("%s", (text, path, query) => {
    expect(readTarget(text)).toMatchObject({ path, query });
  });

  it.each([
    ["absolute form", "http://docker/containers/json"],
    ["authority form", "docker:80"],
    ["asterisk form", "*"],
    ["nothing", ""],
    ["the root alone", "/"],
    ["a version alone", "/v1.41"],
    ["a version and a slash", "/v1.41/"],
    ["an encoded slash", "/images/a%2Fb/json"],
    ["an encoded letter", "/c%6Fntainers/json"],
    ["an encoded dot", "/containers/%2e%2e/json"],
    ["encoded twice", "/images/a%253Ab/json"],
    ["a broken escape", "/containers/a%3/json"],
    ["a parent", "/containers/../images/json"],
    ["a parent at the end", "/containers/.."],
    ["a dot segment", "/./containers/json"],
    ["a doubled slash", "/containers//json"],
    ["a doubled slash first", "//containers/json"],
    ["a doubled slash after the version", "/v1.41//containers/json"],
    ["a doubled slash at the end", "/networks//"],
    ["a control character", "/containers/a\u0000/json"],
    ["a line break", "/containers/a\r\nX: y"],
    ["a space", "/containers/a b/json"],
    ["a tab in the query", "/containers/json?all=\t1"],
    ["another alphabet", "/containers/\u0430/json"],
    ["another alphabet in the query", "/containers/json?\u0430=1"],
    ["a fragment", "/containers/json#x"],
    ["a backslash", "/containers\\json"],
    ["path parameters", "/containers/a;b/json"],
    ["a plus", "/containers/a+b/json"],
    ["a tilde", "/containers/~a/json"],
    ["API 1.23", "/v1.23/containers/a/start"],
    ["API 1.9", "/v1.9/info"],
    ["a version with a zero before", "/v1.041/info"],
    ["a version of three parts", "/v1.41.0/info"],
    ["a version of dots", "/v1..41/info"],
    ["another major version", "/v2.41/info"],
    ["a version of a thousand digits", `/v1.${"4".repeat(1000)}/info`],
    ["a capital V", "/V1.41/info"],
    ["64 KiB", `/containers/${"a".repeat(65_536)}`],
  ])("is refused for %s", (_, text) => {
    expect(() => readTarget(text)).toThrow(Unread);
  });

  it("is read or refused whatever it is, and what is read has one spelling", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "/",
        "//",
        ".",
        "..",
        "%2f",
        "%3A",
        "%40",
        "%",
        "v1.41",
        "?",
        "a",
        ":",
        "@",
        "containers",
        "\0",
        "é",
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          const { path } = readTarget(`/${pieces.join("")}`);
          expect(path).toMatch(/^(?:\/[A-Za-z0-9._:@-]+)+\/?$/);
          expect(readTarget(`/v1.41${path}`).path).toBe(path);
        } catch (error) {
          if (!(error instanceof Unread)) throw error;
        }
      }),
    );
  });
});
