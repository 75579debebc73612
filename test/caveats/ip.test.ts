import { describe, expect, it } from "vitest";
import { readCaveat } from "../../src/caveats/vocabulary.ts";
import { allow, attempt, judge, refuse, typed, web } from "./scene.ts";

const tried = attempt([web()]);

describe("ip", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7", "192.0.2.8"],
    ["10.0.0.0/8", "10.255.255.255", "11.0.0.0"],
    ["10.0.0.0/9", "10.127.0.1", "10.128.0.1"],
    ["0.0.0.0/0", "203.0.113.9", "::1"],
    ["2001%3Adb8%3A%3A/32", "2001:db8:ffff::1", "2001:db9::1"],
    ["%3A%3A/0", "2001:db8::1", "192.0.2.7"],
    ["%3A%3A1", "0:0:0:0:0:0:0:1", "::2"],
    ["192.0.2.0/24,%3A%3A1", "::ffff:192.0.2.9", "::ffff:192.0.3.9"],
  ])("%s admits %s and not %s", (blocks, inside, outside) => {
    allow(`ip=${blocks}`, tried, { door: "gateway", address: inside });
    refuse(`ip=${blocks}`, tried, { door: "gateway", address: outside });
  });

  it("refuses where no address is known, and names the gateway", () => {
    expect(judge("ip=0.0.0.0/0", tried)).toMatch(/plugin none.*gateway/);
    expect(judge("ip=0.0.0.0/0", tried, { door: "socket" })).toContain("gateway");
    refuse("ip=0.0.0.0/0,%3A%3A/0", tried, { door: "gateway" });
  });

  it.each(["", "localhost", "10.0.0.1:22", "fe80::1%eth0", "010.0.0.1", "1.2.3", " 10.0.0.1"])(
    "takes %j for no address of a client",
    (address) => refuse("ip=0.0.0.0/0,%3A%3A/0", tried, { door: "gateway", address }),
  );

  it.each([
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["10.1.2.3/32", "10.1.2.3"],
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["::ffff:10.1.2.3/104", "10.0.0.0/8"],
    ["2001:DB8:0:0:1:0:0:1", "2001%3Adb8%3A%3A1%3A0%3A0%3A1"],
    ["2001:db8:0:1:1:1:1:1/64", "2001%3Adb8%3A0%3A1%3A%3A/64"],
    ["::", "%3A%3A"],
    ["1::", "1%3A%3A"],
    ["64:ff9b::192.0.2.1", "64%3Aff9b%3A%3Ac000%3A201"],
    ["10.0.0.1, 10.0.0.1, ::1", "10.0.0.1,%3A%3A1"],
  ])("reads %s as %s", (words, canonical) => expect(typed("ip", words)).toBe(canonical));

  it.each([
    ..."300.1.1.1 1.2.3 1.2.3.4.5 01.2.3.4 1.2.3.4/33 1.2.3.4/-1 1.2.3.4/ 1.2.3.4/8/8 1.2.3.4/08 localhost".split(" "),
    ..."::1::2 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 ::12345 ::1/129 ::ffff:1.2.3.4/95 1:2:3:4:5:6:7::8 fe80::1%25eth0".split(
      " ",
    ),
    ..."::1.2.3 1.2.3.4::: 1.2.3.4::1 ::1.2.3.4:5 : ::: 0x7f.1 +1.2.3.4".split(" "),
    "",
  ])("refuses to read %j", (words) => expect(() => typed("ip", words)).toThrow(/address|block/));

  it.each([
    "10.1.2.3/8",
    "10.0.0.1/32",
    "%3A%3Affff%3A10.0.0.1",
    "%3A%3A0",
    "::1",
    "2001%3aDB8%3A%3A",
    "10.0.0.1,10.0.0.1",
  ])("takes no other spelling: %s", (spelled) => expect(() => readCaveat(`ip=${spelled}`)).toThrow(/canonical|twice/));
});
