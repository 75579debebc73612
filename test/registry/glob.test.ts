import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesPattern, readPattern } from "../../src/registry/glob.ts";

const matches = (pattern: string, text: string, values: Record<string, readonly string[]> = {}): boolean =>
  matchesPattern(readPattern(pattern), text, (name) => values[name] ?? []);

describe("a pattern", () => {
  it.each<[string, string[], string[]]>([
    ["team/app", ["team/app"], ["team/app2", "xteam/app", "team/ap", "team/app/x", "TEAM/app", ""]],
    ["*", ["a", "a-b", ""], ["a/b", "/"]],
    ["**", ["a", "a/b/c", ""], []],
    ["***", ["a", "a/b"], []],
    ["team/*", ["team/app", "team/"], ["team", "team/a/b", "other/app"]],
    ["team/**", ["team/app", "team/a/b/c"], ["team", "teams/app"]],
    ["*/app", ["team/app", "/app"], ["a/b/app", "app"]],
    ["**/app", ["team/app", "a/b/app"], ["app"]],
    ["a?c", ["abc", "a.c"], ["ac", "a/c", "abbc"]],
    ["test-*-x", ["test-a-x", "test--x", "test-a-b-x"], ["test-x", "test-a/b-x"]],
    ["*a*b*", ["ab", "xaxbx", "aabb"], ["ba", "a/b"]],
    ["", [""], ["a"]],
    ["a.c", ["a.c"], ["abc"]],
    ["[ab]", ["[ab]"], ["a", "b"]],
    ["(a|b)+$", ["(a|b)+$"], ["a", "ab"]],
    ["{a,b}", ["{a,b}"], ["a"]],
    ["\\*", ["\\x", "\\"], ["*"]],
  ])("%s matches %j and not %j", (pattern, yes, no) => {
    for (const text of yes) expect(matches(pattern, text), text).toBe(true);
    for (const text of no) expect(matches(pattern, text), text).toBe(false);
  });

  it.each([
    "${",
    "${acount}",
    "${}",
    "${labels}",
    "${labels:}",
    "${account:1}",
    "a${name",
    "${__proto__}",
    "${ account}",
  ])("%s is refused for its variable", (pattern) => {
    expect(() => readPattern(pattern)).toThrow(/variables are/);
  });

  it("takes no longer for patterns that are made to take long", () => {
    const text = "a".repeat(255);
    expect(matches(`${"*a".repeat(500)}b`, text)).toBe(false);
    expect(matches(`${"**".repeat(1)}${"a**".repeat(200)}b`, text)).toBe(false);
    expect(matches("${labels:k}".repeat(300), text, { "labels:k": ["a", "aa", "aaa"] })).toBe(false);
    expect(matches("${labels:k}".repeat(100), text, { "labels:k": ["a", "aa", "aaa"] })).toBe(true);
  });
});

describe("a variable", () => {
  it.each(["*", "**", "?", "a*", "${name}", "[a-z]", "a|b", "\\", ".", "a/b", "$&", "$1"])(
    "whose value is %s stands for that text alone",
    (value) => {
      const values = { account: [value], name: ["secret"] };
      expect(matches("${account}/app", `${value}/app`, values)).toBe(true);
      for (const other of ["bob/app", "a/app", "secret/app", "/app", "abc/app", "b/app"]) {
        if (other !== `${value}/app`) expect(matches("${account}/app", other, values), other).toBe(false);
      }
    },
  );

  it("has one of its values, in each place its own", () => {
    const values = { "labels:team": ["red", "blue"] };
    expect(matches("${labels:team}/**", "blue/x/y", values)).toBe(true);
    expect(matches("${labels:team}/**", "green/x", values)).toBe(false);
    expect(matches("${labels:team}-${labels:team}", "red-blue", values)).toBe(true);
  });

  it("without a value, or with an empty one, matches nothing", () => {
    for (const values of [{}, { account: [] }, { account: [""] }]) {
      for (const text of ["", "/app", "app", "x/app"]) {
        expect(matches("${account}/**", text, values)).toBe(false);
        expect(matches("${account}**", text, values)).toBe(false);
      }
    }
  });

  it("matches as its text does where that is a pattern without a wildcard", () => {
    const word = fc.stringMatching(/^[a-z*?${}/.-]{0,6}$/);
    fc.assert(
      fc.property(word, fc.stringMatching(/^[a-z*?/]{0,8}$/), (value, text) => {
        const holds = text.startsWith(value) && value !== "";
        expect(matches("${account}**", text, { account: [value] })).toBe(holds);
      }),
      { numRuns: 1000 },
    );
  });
});

it("agrees with regular expressions on wildcards", () => {
  const pattern = fc.array(fc.constantFrom("a", "b", "/", "*", "**", "?"), { maxLength: 8 }).map((all) => all.join(""));
  fc.assert(
    fc.property(pattern, fc.stringMatching(/^[ab/]{0,8}$/), (glob, text) => {
      const source = glob.replaceAll(/\*{2,}|\*|\?/g, (one) => (one === "?" ? "[^/]" : one === "*" ? "[^/]*" : ".*"));
      expect(matches(glob, text)).toBe(new RegExp(`^${source}$`).test(text));
    }),
    { numRuns: 2000 },
  );
});
