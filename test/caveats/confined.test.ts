import { describe, expect, it } from "vitest";
import { allow, attempt, refuse, touch, typed, web } from "./scene.ts";

describe("confined", () => {
  it("refuses every power over the host", () => {
    allow("confined=true", attempt([web("write")]));
    refuse("confined=true", attempt([web("write"), touch("host:bind/srv/data:read")]));
    refuse("confined=true", attempt([touch("host:privileged:write")]));
  });

  it("is true", () => {
    expect(typed("confined", "true")).toBe("true");
    for (const words of ["", "false", "1", "TRUE"]) expect(() => typed("confined", words)).toThrow("confined is true");
  });
});
