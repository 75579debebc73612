import { describe, expect, it } from "vitest";
import { powersOfVolume } from "../../../src/docker/powers/volume.ts";
import { Unread } from "../../../src/docker/unread.ts";
import { asJson, guard, spell } from "../bodies/engine.ts";

function powers(driver: string, options: object | null): readonly string[] {
  return spell(powersOfVolume(driver, options === null ? null : asJson(options), "write", guard));
}

describe("what a volume mounts", () => {
  it.each<[string, object | null, readonly string[]]>([
    ["nothing of the host", null, []],
    ["a size", { size: "1G" }, []],
    ["a tmpfs", { type: "tmpfs", device: "tmpfs", o: "size=100m,uid=1000,nosuid" }, []],
    ["a bind", { type: "none", o: "bind", device: "/srv" }, ["host:bind/srv:write"]],
    ["a bind of another type", { type: "tmpfs", o: "rbind", device: "/srv" }, ["host:bind/srv:write"]],
    ["a bind that is read-only only at first", { o: "bind,ro,rw", device: "/srv" }, ["host:bind/srv:write"]],
    ["a read-only bind", { o: "bind,ro", device: "/srv" }, ["host:bind/srv:read"]],
    [
      "a bind with more",
      { o: "bind,shared", device: "/srv" },
      ["host:bind/srv:write", "host:volume-option/shared:write"],
    ],
    ["the guard", { o: "bind", device: "/var/lib" }, ["guard:/var/lib/docker:write", "host:bind/var/lib:write"]],
    [
      "a disk",
      { type: "ext4", device: "/dev/sda1" },
      ["host:bind/dev/sda1:write", "host:device/dev/sda1:write", "host:volume-type/ext4:write"],
    ],
    [
      "layers",
      { type: "overlay", device: "overlay", o: "lowerdir=/etc:/a,upperdir=/b,workdir=/c" },
      [
        "guard:/etc/docker:write",
        "host:bind/a:write",
        "host:bind/b:write",
        "host:bind/c:write",
        "host:bind/etc:write",
        "host:volume-type/overlay:write",
      ],
    ],
    ["a share", { type: "nfs", device: ":/export", o: "addr=10.0.0.1" }, ["host:volume-type/nfs:write"]],
    ["a tmpfs with more", { type: "tmpfs", device: "tmpfs", o: "remount" }, ["host:volume-type/tmpfs:write"]],
    ["no type", { device: "/srv" }, ["host:bind/srv:write", "host:volume-type/none:write"]],
    ["an option that is not known", { other: "x" }, ["host:volume-option/other:write"]],
  ])("%s", (_, options, expected) => {
    expect(powers("local", options)).toEqual(expected);
    expect(powers("", options)).toEqual(expected);
  });

  it("is up to the driver, where that is another's", () => {
    expect(powers("rexray", { anything: "x" })).toEqual(["host:volume-driver/rexray:write"]);
  });

  it.each([
    { o: "bind" },
    { o: "bind", device: "srv" },
    { o: "bind", device: "/srv/link/.." },
    { type: "ext4", device: "/dev/disk/../sda1" },
    { type: "ext4", device: "dev/sda1" },
    { type: "overlay", device: "overlay", o: "lowerdir=/srv/link/../x" },
    { type: "overlay", device: "overlay", o: "lowerdir=/srv:etc" },
    { type: "overlay", device: "overlay", o: "lowerdir=/srv,upperdir=etc,workdir=/w" },
    { o: 1 },
    { type: "a b" },
  ])("%j is not understood", (options) => {
    expect(() => powers("local", options)).toThrow(Unread);
  });
});
