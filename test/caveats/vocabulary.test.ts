import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CaveatDefinition } from "../../src/caveats/define.ts";
import { readCaveat, vocabulary, writeCaveat } from "../../src/caveats/vocabulary.ts";
import { Failure } from "../../src/errors.ts";
import { attempts, caveats, surroundings, typedCaveats } from "./arbitrary.ts";
import { now } from "./scene.ts";

const definitions = Object.entries(vocabulary) as [string, CaveatDefinition<unknown>][];
const words = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), fc.string());

function failureOf(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the vocabulary", () => {
  it("knows every caveat of the design, and each by its own name", () => {
    expect(Object.keys(vocabulary)).toEqual(Object.keys(typedCaveats));
    for (const [name, definition] of definitions) expect(definition.name).toBe(name);
  });

  it("reads its own examples", () => {
    for (const [name, { example }] of definitions) expect(readCaveat(writeCaveat(name, example, now)).name).toBe(name);
  });

  it.each([
    ["constructor=", '"constructor"'],
    ["__proto__=", '"__proto__"'],
    ["toString=x", '"toString"'],
    ["hasOwnProperty=1", '"hasOwnProperty"'],
    ["OP=read", '"OP"'],
    ["ops=read", '"ops"'],
    ["time-before 2030=1", "cannot be shown"],
    [" op=read", "cannot be shown"],
    ["=read", "cannot be shown"],
    ["\u001b[31mop=read", "cannot be shown"],
    [`${"x".repeat(41)}=1`, "cannot be shown"],
  ])("knows no %j", (text, named) => {
    const failure = failureOf(() => readCaveat(text));
    expect(failure.code).toBe("misuse");
    expect(failure.message).toMatch(/^this docker-id knows no caveat [ -~]+$/);
    expect(failure.message).toContain(named);
  });

  it.each(["", "op", "confined", "time < 2030"])("reads no %j, which has no value", (text) => {
    expect(failureOf(() => readCaveat(text)).message).toContain("name=value");
  });

  it.each(["op=", "op=read ", "op==read", "op=read\n", "op=read,", "op=%72ead", "confined=true,true", "op=read,read"])(
    "reads no %j",
    (text) => expect(failureOf(() => readCaveat(text)).message).toMatch(/^the caveat (op|confined) /),
  );

  it("gives a value one spelling, and a spelling one value", () => {
    fc.assert(
      fc.property(caveats, (text) => {
        const { name, value, definition } = readCaveat(text);
        expect(`${name}=${definition.format(value)}`).toBe(text);
        expect(definition.parse(definition.format(value))).toEqual(value);
        expect(text).toMatch(/^[!-~]+$/);
      }),
    );
  });

  it("survives whatever stands in a token: reads it in its one spelling, or fails as misuse", () => {
    const names = fc.constantFrom(...Object.keys(vocabulary));
    fc.assert(
      fc.property(
        fc.oneof(
          words,
          fc.tuple(names, words).map((parts) => parts.join("=")),
        ),
        (text) => {
          try {
            const { name, value, definition } = readCaveat(text);
            expect(`${name}=${definition.format(value)}`).toBe(text);
          } catch (error) {
            expect(error).toMatchObject({ name: "Failure", code: "misuse" });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("has no second spelling a change away", () => {
    const change = fc.tuple(caveats, fc.nat(), fc.constantFrom("", " ", ",", "%2C", "%", ":", "0", "A", "\u0000", "é"));
    fc.assert(
      fc.property(change, ([text, where, put]) => {
        const at = where % (text.length + 1);
        const changed = text.slice(0, at) + put + text.slice(at);
        try {
          expect(readCaveat(changed).value).not.toEqual(changed === text ? undefined : readCaveat(text).value);
        } catch (error) {
          expect(error).toMatchObject({ name: "Failure", code: "misuse" });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("survives whatever people type", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(vocabulary)), words, (name, typed) => {
        try {
          readCaveat(writeCaveat(name, typed, now));
        } catch (error) {
          expect(error).toMatchObject({ name: "Failure", code: "misuse" });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("gives reasons that are sentences, and judges everything", () => {
    fc.assert(
      fc.property(caveats, attempts, surroundings, (text, attempt, circumstances) => {
        const { value, definition } = readCaveat(text);
        const why = definition.refuses(value, { attempt, circumstances, linksBefore: [] });
        if (why !== undefined) expect(why).toMatch(/^[a-z][ -~]+[^.]$/);
      }),
      { numRuns: 1000 },
    );
  });

  it("lets no resource caveat grant the host, the guard or the engine", () => {
    const kinds = ["host", "guard", "system", "plugin", "swarm", "node", "build", "registry"] as const;
    const resourceful = caveats.filter((text) => readCaveat(text).definition.resource && !text.startsWith("scope="));
    fc.assert(
      fc.property(resourceful, surroundings, fc.constantFrom(...kinds), (text, circumstances, kind) => {
        const { value, definition } = readCaveat(text);
        const touches = [{ kind, id: "*", level: "read", labels: { team: "web" } }] as const;
        const attempt = { action: "x.y", op: "read", handshake: false, stream: false, touches } as const;
        expect(definition.refuses(value, { attempt, circumstances, linksBefore: [] })).toBeDefined();
      }),
    );
  });
});
