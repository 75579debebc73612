import { describe, expect, it } from "vitest";
import { allow, attempt, refuse, touch, typed, web } from "./scene.ts";

const pull = attempt([touch("repository:app:pull")], { action: "registry.token" });

describe("account", () => {
  it("admits for that user alone", () => {
    allow("account=alice", pull, { door: "registry", account: "alice" });
    refuse("account=alice", pull, { door: "registry", account: "alice2" });
    refuse("account=alice", pull, { door: "registry", account: "Alice" });
    refuse("account=alice", pull, { door: "registry" });
  });

  it("refuses at an engine", () => refuse("account=alice", attempt([web()])));

  it("is a name", () => {
    expect(typed("account", "alice, bob@example.com")).toBe("alice,bob@example.com");
    for (const words of ["", "a".repeat(129), "a\nb"]) expect(() => typed("account", words)).toThrow("name");
  });
});
