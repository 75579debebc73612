import { describe, expect, it } from "vitest";
import { allow, alpine, attempt, db, refuse, touch, typed, web } from "./scene.ts";

describe("label", () => {
  it("grants containers, volumes and networks that carry it", () => {
    allow("label=team", attempt([web("write")]));
    allow("label=team=web", attempt([web("write")]));
    allow("label=shared,team=web", attempt([web()]));
    refuse("label=team=we", attempt([web()]));
    refuse("label=tea", attempt([web()]));
    refuse("label=team=web", attempt([web(), db()]));
    for (const kind of ["container", "volume", "network"]) {
      allow("label=a=b=c", attempt([touch(`${kind}:+:write`, { labels: { a: "b=c" } })]));
      refuse("label=a", attempt([touch(`${kind}:+:write`, { labels: { A: "" } })]));
      refuse("label=a", attempt([touch(`${kind}:x1:read`)]));
    }
    allow("label=a=", attempt([touch("volume:x1:read", { labels: { a: "" } })]));
    refuse("label=a=", attempt([touch("volume:x1:read", { labels: { a: "1" } })]));
  });

  it.each([
    touch(`image:${alpine}:read`, { labels: { team: "web" } }),
    touch("container:*:read", { labels: { team: "web" } }),
    touch("host:bind/srv:read", { labels: { team: "web" } }),
    touch("plugin:+:write", { labels: { team: "web" } }),
    touch("swarm:*:write", { labels: { team: "web" } }),
    touch("repository:prod/app:push", { labels: { team: "web" } }),
    touch("system:*:read"),
  ])("refuses every other kind: $kind:$id", (refused) => {
    refuse("label=team", attempt([refused]));
    refuse("label=team", attempt([web(), refused]));
  });

  it("does not find what every object has", () => {
    for (const key of ["constructor", "__proto__", "toString"]) refuse(`label=${key}`, attempt([web()]));
  });

  it("is a key, or key and value", () => {
    expect(typed("label", "com.example/team=web & co, b=1%2C2")).toBe("com.example/team=web%20&%20co,b=1%2C2");
    for (const words of ["", "=web", "a,,b", "100%", "a=%zz", "a=%FF"]) expect(() => typed("label", words)).toThrow();
  });
});
