import { describe, expect, it } from "vitest";
import { arrange, hostScopes } from "../../src/caveats/arrange.ts";

describe("arrange", () => {
  it("puts scopes that name the host first, and leaves the rest as it is", () => {
    const granting = "scope=*:*:write,host:bind/srv:write";
    expect(arrange(["op=read", "scope=container:read", granting, "for=x"])).toEqual([
      granting,
      "op=read",
      "scope=container:read",
      "for=x",
    ]);
    expect(arrange(["op=read", "scope=*:*:write"])).toEqual(["op=read", "scope=*:*:write"]);
    expect(arrange([])).toEqual([]);
  });

  it("tells the powers that are named", () => {
    expect(hostScopes(["op=read", "scope=*:*:write,host:privileged:write"])).toEqual([
      { kind: "host", id: "privileged", level: "write" },
    ]);
    expect(hostScopes(["scope=*:*:write"])).toEqual([]);
  });
});
