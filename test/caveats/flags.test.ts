import { describe, expect, it } from "vitest";
import { caveatFlags } from "../../src/caveats/flags.ts";
import { readCaveat, vocabulary, writeCaveat } from "../../src/caveats/vocabulary.ts";
import { now } from "./scene.ts";

describe("the flags of create", () => {
  it("are all caveats but link", () => {
    expect(caveatFlags.map(({ caveat }) => caveat).toSorted()).toEqual(
      Object.keys(vocabulary)
        .filter((name) => name !== "link")
        .toSorted(),
    );
  });

  it("are spelled with dashes", () => {
    expect(caveatFlags.map(({ flag }) => flag)).toEqual(
      "op image-id container-id ip expires not-before scope action owner label confined host peer socket service account for".split(
        " ",
      ),
    );
  });

  it.each(caveatFlags.map((flag) => [flag.flag, flag] as const))("--%s takes its example", (_, { caveat, example }) => {
    expect(readCaveat(writeCaveat(caveat, example, now)).name).toBe(caveat);
  });

  it("write a caveat, or say what is wrong with it", () => {
    expect(writeCaveat("expires", "60", now)).toBe("expires=2030-01-31T12:01:00Z");
    expect(writeCaveat("scope", "repository:localhost:5000/a b:pull", now)).toBe(
      "scope=repository:localhost:5000/a%20b:pull",
    );
    expect(() => writeCaveat("op", "execute", now)).toThrow("the caveat op cannot be read: op is read, write");
    expect(() => writeCaveat("__proto__", "x", now)).toThrow("knows no caveat");
  });
});
