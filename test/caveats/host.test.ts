import { describe, expect, it } from "vitest";
import { allow, attempt, refuse, typed, web } from "./scene.ts";

const tried = attempt([web()]);

describe("host", () => {
  it("knows an engine by its id and its name", () => {
    allow("host=laptop", tried);
    allow("host=ENGINE%3AID", tried);
    allow("host=lap*", tried);
    allow("host=build-1,laptop", tried);
    allow("host=*", tried);
    refuse("host=laptop-2", tried);
    refuse("host=Laptop", tried);
    refuse("host=lap", tried);
    refuse("host=laptop*", tried);
  });

  it("refuses where the engine's names are not known", () => refuse("host=*", tried, { engine: [] }));

  it("is a name or a glob", () => {
    expect(typed("host", "ENGINE:ID, lap*")).toBe("ENGINE%3AID,lap*");
    for (const words of ["", "a*b", "**", "a,", "a\u0007"]) expect(() => typed("host", words)).toThrow(/name/);
  });
});
