import { describe, expect, it } from "vitest";
import { allow, attempt, refuse, typed, web } from "./scene.ts";

describe("op", () => {
  it("holds reads and writes apart", () => {
    allow("op=read", attempt([web("read")]));
    allow("op=write", attempt([web("write")]));
    allow("op=read,write", attempt([web("write")]));
    refuse("op=read", attempt([web("write")]));
    refuse("op=write", attempt([web("read")]));
  });

  it("does not believe a read that changes something", () => {
    refuse("op=read", attempt([web("read"), web("write")], { op: "read" }));
    refuse("op=write", attempt([web("write")], { op: "read" }));
  });

  it("takes no other word", () => {
    expect(typed("op", "read, write")).toBe("read,write");
    expect(typed("op", "read,read")).toBe("read");
    for (const words of ["", "execute", "READ", "read;write", "read,"])
      expect(() => typed("op", words)).toThrow("op is read");
  });
});
