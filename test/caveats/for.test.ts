import { describe, expect, it } from "vitest";
import { readCaveat } from "../../src/caveats/vocabulary.ts";
import { allow, attempt, touch, typed } from "./scene.ts";

describe("for", () => {
  it("refuses nothing", () => allow("for=alice", attempt([touch("host:privileged:write"), touch("guard:x:write")])));

  it("keeps a person's words", () => {
    expect(typed("for", " Zoë's 100% build, v2: %41 ")).toBe("Zo%C3%AB's%20100%25%20build%2C%20v2%3A%20%2541");
    expect(readCaveat(`for=${typed("for", "Zoë, 100%")}`).value).toBe("Zoë, 100%");
  });

  it.each(["", " ", "a\nb", "\u001b[31m", "a\u202eb", "\u{e0041}", "\ud800", "x".repeat(129)])("is not %j", (words) =>
    expect(() => typed("for", words)).toThrow(/name|text/),
  );

  it.each(["a b", "%61", "a%0Ab", "%C3", "%zz", "%c3%AB", "a:b", "é"])(
    "takes no other spelling in a token: %j",
    (text) => expect(() => readCaveat(`for=${text}`)).toThrow("the caveat for"),
  );
});
