import { describe, expect, it } from "vitest";
import { allow, attempt, refuse, typed, web } from "./scene.ts";

const tried = attempt([web()]);

describe("socket", () => {
  it("admits the socket and those below it", () => {
    allow("socket=a1/b2", tried, { door: "socket", socket: "a1/b2" });
    allow("socket=a1/b2", tried, { door: "socket", socket: "a1/b2/c3" });
    refuse("socket=a1/b2", tried, { door: "socket", socket: "a1" });
    refuse("socket=a1/b2", tried, { door: "socket", socket: "a1/b22" });
    refuse("socket=a1/b2", tried, { door: "socket", socket: "a1/b3" });
    refuse("socket=a1/b2", tried, { door: "socket", socket: "x/a1/b2" });
  });

  it.each(["a1/../a2", "a1/", "/a1", "a1//b", "", "a1/./b"])("admits no socket of the odd path %j", (socket) =>
    refuse("socket=a1", tried, { door: "socket", socket }),
  );

  it("refuses every other way in", () => refuse("socket=a1", tried));

  it("is a clean path", () => {
    expect(typed("socket", "a1/b2")).toBe("a1/b2");
    for (const words of ["", "/a", "a/", "a//b", "..", "a/../b", "a,b", "a b"]) {
      expect(() => typed("socket", words)).toThrow("a socket is written");
    }
  });
});
