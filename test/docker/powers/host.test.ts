import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindPowers, cleanPath, namedPower, quote, unturnedPath } from "../../../src/docker/powers/host.ts";
import { Unread } from "../../../src/docker/unread.ts";
import { spell } from "../bodies/engine.ts";

describe("a path of the host", () => {
  it.each([
    ["/", "/"],
    ["/srv", "/srv"],
    ["//srv/./data//", "/srv/data"],
    ["/srv/../../etc", "/etc"],
  ])("%s is %s", (path, clean) => {
    expect(cleanPath(path)).toBe(clean);
  });

  it.each(["", "srv", "./srv", "/a\u0000b", "/a\\b", "/a\nb"])("%j is none", (path) => {
    expect(() => cleanPath(path)).toThrow(Unread);
  });

  it("does not go back up where the kernel would clean it", () => {
    expect(unturnedPath("//srv/./data/")).toBe("/srv/data");
    expect(unturnedPath("/srv/..data")).toBe("/srv/..data");
    for (const path of ["/srv/..", "/srv/link/../x", "srv"]) expect(() => unturnedPath(path)).toThrow(Unread);
  });

  it("is clean when it has been cleaned", () => {
    const parts = fc.array(fc.constantFrom("a", "b", ".", "..", "", "a.b"));
    fc.assert(
      fc.property(parts, (all) => {
        const clean = cleanPath(`/${all.join("/")}`);
        expect(cleanPath(clean)).toBe(clean);
        expect(clean).not.toMatch(/\/\.{0,2}(?:\/|$)(?!$)/);
      }),
    );
  });

  it("reaches the guard exactly when one is the other's ancestor", () => {
    const part = fc.constantFrom("a", "b", "c");
    const path = fc.array(part, { maxLength: 4 }).map((all) => `/${all.join("/")}`);
    fc.assert(
      fc.property(path, path, (asked, guarded) => {
        const reaches = `${asked}/`.replace("//", "/").startsWith(`${guarded}/`.replace("//", "/"));
        const above = `${guarded}/`.replace("//", "/").startsWith(`${asked}/`.replace("//", "/"));
        const found = spell(bindPowers(asked, "read", { paths: [guarded] }), "guard");
        expect(found).toEqual(reaches || above ? [`guard:${guarded}:write`] : []);
      }),
    );
  });

  it("has no second spelling where hosts have links", () => {
    const bounds = { paths: ["/run/docker-id"] };
    expect(spell(bindPowers("/var/run", "write", bounds), "guard")).toHaveLength(1);
    expect(spell(bindPowers("/run", "write", { paths: ["/var/run/docker.sock"] }), "guard")).toHaveLength(1);
    expect(spell(bindPowers("/lib/docker", "write", { paths: ["/usr/lib/docker/plugins"] }), "guard")).toHaveLength(1);
  });
});

describe("the name of a power", () => {
  it("is a plain word", () => {
    expect(namedPower("sysctl", "net.ipv4.ip_forward").id).toBe("sysctl/net.ipv4.ip_forward");
    for (const name of ["", "a b", "*", "a\nb", "é"]) expect(() => namedPower("sysctl", name)).toThrow(Unread);
  });

  it("is shown short in a reason", () => {
    expect(quote("x".repeat(1000)).length).toBeLessThan(100);
  });
});
