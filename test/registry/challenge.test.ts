import { describe, expect, it } from "vitest";
import { readChallenge } from "../../src/registry/challenge.ts";

describe("a registry's challenge", () => {
  it.each([
    [
      'Bearer realm="http://127.0.0.1:5101/auth",service="registry",scope="repository:a/b:pull,push",error="invalid_token"',
      {
        scheme: "bearer",
        realm: "http://127.0.0.1:5101/auth",
        service: "registry",
        scope: "repository:a/b:pull,push",
        error: "invalid_token",
      },
    ],
    ["bearer Service = r , realm=x", { scheme: "bearer", service: "r", realm: "x" }],
    [String.raw`Bearer realm="a\"b",other="c"`, { scheme: "bearer", realm: 'a"b' }],
    ['Basic realm="r"', { scheme: "basic", realm: "r" }],
    ["Bearer", { scheme: "bearer" }],
    ['Bearer realm="open', undefined],
    ['Bearer realm="a" nonsense', undefined],
    ['Bearer realm="\u009B2J"', undefined],
    ["", undefined],
  ])("%s", (header, challenge) => {
    expect(readChallenge(header)).toEqual(challenge);
  });
});
