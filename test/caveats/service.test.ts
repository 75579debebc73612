import { describe, expect, it } from "vitest";
import { allow, attempt, refuse, touch, typed, web } from "./scene.ts";

const pull = attempt([touch("repository:app:pull")], { action: "registry.token" });

describe("service", () => {
  it("admits at that registry alone", () => {
    allow("service=registry.example.com", pull, { door: "registry", service: "registry.example.com" });
    allow("service=a,b", pull, { door: "registry", service: "b" });
    refuse("service=registry.example.com", pull, { door: "registry", service: "registry.example.org" });
    refuse("service=registry", pull, { door: "registry", service: "registry.example.com" });
    refuse("service=registry", pull, { door: "registry" });
  });

  it("refuses at an engine", () => refuse("service=registry", attempt([web()])));

  it("may hold a port", () => {
    expect(typed("service", "localhost:5000")).toBe("localhost%3A5000");
    expect(() => typed("service", "")).toThrow("empty");
  });
});
