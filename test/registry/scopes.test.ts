import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { formatScope, parseScope, parseScopes, scopeLimits, wishesOf } from "../../src/registry/scopes.ts";
import { holderBounds } from "../../src/server/audit/line.ts";

const read = (...texts: string[]): string[] => parseScopes(texts).map(formatScope);

describe("a scope", () => {
  it.each<[string, string]>([
    ["repository:a:pull", "repository:a:pull"],
    ["repository:team/app:pull,push", "repository:team/app:pull,push"],
    ["repository:a:pull,pull", "repository:a:pull"],
    ["repository:a:*", "repository:a:*"],
    ["repository(plugin):a:pull", "repository:a:pull"],
    ["repository:127.0.0.1:5100/alice/app:pull", "repository:127.0.0.1:5100/alice/app:pull"],
    ["repository:[::1]:5000/app:pull", "repository:[::1]:5000/app:pull"],
    ["repository:Registry.Example.com/a:pull", "repository:Registry.Example.com/a:pull"],
    ["repository:a-b__c.d/e---f:delete", "repository:a-b__c.d/e---f:delete"],
    ["registry:catalog:*", "registry:catalog:*"],
    ["colour:red:paint", "colour:red:paint"],
    [`repository:${"a".repeat(255)}:pull`, `repository:${"a".repeat(255)}:pull`],
  ])("%s is read", (text, spelled) => {
    expect(formatScope(parseScope(text))).toBe(spelled);
  });

  it.each([
    "",
    ":",
    "::",
    "repository",
    "repository:a",
    "repository:a:",
    "repository::pull",
    ":a:pull",
    "repository:a:pull,",
    "repository:a:,pull",
    "repository:a:Pull",
    "repository:a:pull push",
    "repository:a:p*",
    "repository:a:**",
    "repository:a:pull\n",
    "repository:..:pull",
    "repository:../a:pull",
    "repository:a/../b:pull",
    "repository:a/..:pull",
    "repository:a/.:pull",
    "repository:a..b:pull",
    "repository:/a:pull",
    "repository:a/:pull",
    "repository:a//b:pull",
    "repository:A:pull",
    "repository:a/B:pull",
    "repository:a%2fb:pull",
    "repository:a\\b:pull",
    "repository:a\0:pull",
    "repository:é:pull",
    "repository:*:pull",
    "repository:a/*:pull",
    "repository:-a:pull",
    "repository:a-:pull",
    "repository:a___b:pull",
    "repository:localhost:5000:pull",
    "repository:host:port/a:pull",
    "repository(:a:pull",
    "repository():a:pull",
    "repository(a)(b):a:pull",
    "repository(a)b:a:pull",
    "repository(A):a:pull",
    "Repository:a:pull",
    "repo sitory:a:pull",
    `repository:${"a".repeat(256)}:pull`,
    `repository:a:${"p".repeat(33)}`,
    `repository:a:${Array.from({ length: 17 }, (_, at) => "p".repeat(at + 1)).join(",")}`,
  ])("%j is refused, in words that quote nothing of it", (text) => {
    const error = fault(() => parseScope(text));
    expect(error).toMatchObject({ code: "misuse" });
    if (text.length > 12) expect(error?.message).not.toContain(text);
  });
});

describe("scopes", () => {
  it("stand in one text or several, in the order of their first mention", () => {
    expect(read("repository:b:pull repository:a:push", "registry:catalog:*")).toEqual([
      "repository:b:pull",
      "repository:a:push",
      "registry:catalog:*",
    ]);
  });

  it("are merged, each resource once", () => {
    expect(
      read("repository:a:pull", "repository:b:pull  repository(plugin):a:push,pull", "repository:a:delete"),
    ).toEqual(["repository:a:pull,push,delete", "repository:b:pull"]);
  });

  it("are none where none is given", () => {
    expect(read()).toEqual([]);
    expect(read("", "  ")).toEqual([]);
  });

  it("are refused as a whole where one is malformed", () => {
    expect(() => read("repository:a:pull repository:..:pull")).toThrow(Failure);
  });

  it.each<[string, string[]]>([
    ["10 000 of them", [Array.from({ length: 10_000 }, (_, at) => `repository:a${at}:pull`).join(" ")]],
    ["10 000 parameters", Array.from({ length: 10_000 }, (_, at) => `repository:a${at}:pull`)],
    ["10 000 short ones", Array.from({ length: 10_000 }, (_, at) => `a:b${at % 9}:c`)],
    ["one resource too many", Array.from({ length: 257 }, (_, at) => `repository:a${at}:pull`)],
    [
      "more actions than a line of the audit tells of",
      Array.from({ length: 86 }, (_, at) => `repository:a${at}:pull,push,delete`),
    ],
    ["more of them by a star", Array.from({ length: 86 }, (_, at) => `repository:a${at}:*`)],
    ["a megabyte of spaces", [" ".repeat(1024 * 1024)]],
    ["a megabyte of a name", [`repository:${"a/".repeat(512 * 1024)}a:pull`]],
    ["a million actions", [`repository:a:${"a,".repeat(500_000)}a`]],
    [
      "actions without end of one resource",
      Array.from({ length: 17 }, (_, at) => `repository:a:${"p".repeat(at + 1)}`),
    ],
  ])("are refused where there are %s", (_, texts) => {
    expect(fault(() => parseScopes(texts))).toMatchObject({ code: "misuse" });
  });

  it("may be as many as the limit", () => {
    expect(read(...Array.from({ length: scopeLimits.resources }, (_, at) => `repository:a${at}:pull`))).toHaveLength(
      256,
    );
    expect(read(...Array.from({ length: 85 }, (_, at) => `repository:a${at}:*`))).toHaveLength(85);
    expect(scopeLimits.wishes).toBeLessThanOrEqual(holderBounds.entries);
  });

  it("are read or refused, whatever is sent, and read back as they were", () => {
    const piece = fc.constantFrom(
      "repository",
      "registry",
      "(",
      ")",
      "a",
      "/",
      "..",
      ".",
      ":",
      "*",
      ",",
      "pull",
      " ",
      "%2e",
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        const text = pieces.join("");
        if (fault(() => parseScopes([text])) !== undefined) return;
        const scopes = parseScopes([text]);
        expect(parseScopes(scopes.map(formatScope))).toEqual(scopes);
        for (const { name, type } of scopes) {
          expect(name.split("/")).not.toContain("..");
          expect(`${type}:${name}`).toMatch(/^[\x21-\x7E]+$/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("wishes", () => {
  it.each<[string, string[]]>([
    ["repository:a:push,pull", ["push", "pull"]],
    ["repository:a:*", ["pull", "push", "delete"]],
    ["repository:a:push,*", ["push", "pull", "delete"]],
    ["repository:a:pull,admin", ["pull", "admin"]],
    ["registry:catalog:*", ["*"]],
    ["colour:red:*", ["*"]],
  ])("of %s are %j", (text, actions) => {
    expect(wished(text)).toEqual(actions);
  });
});

function wished(text: string): string[] {
  return wishesOf(parseScope(text)).map(({ action }) => action);
}

function fault(act: () => unknown): Failure | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  return undefined;
}
