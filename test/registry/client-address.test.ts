import { describe, expect, it } from "vitest";
import { readBlock } from "../../src/caveats/address.ts";
import { whence } from "../../src/registry/client-address.ts";

const trusted = ["127.0.0.1", "10.1.0.0/16", "2001:db8::/32"].map(readBlock);
const addressOf = (remote: string | undefined, forwarded?: string): string | undefined =>
  whence(remote, forwarded, trusted).address;

describe("where a request comes from", () => {
  it("is the connection's address, in one spelling", () => {
    expect(addressOf("192.0.2.7")).toBe("192.0.2.7");
    expect(addressOf("::ffff:192.0.2.7")).toBe("192.0.2.7");
    expect(addressOf("2001:DB9:0:0::1")).toBe("2001:db9::1");
    expect(addressOf("fe80::1%eth0")).toBe("fe80::1");
    expect(addressOf(undefined)).toBeUndefined();
  });

  it.each<[string, string | undefined, string | undefined]>([
    ["127.0.0.1", undefined, "127.0.0.1"],
    ["127.0.0.1", "192.0.2.7", "192.0.2.7"],
    ["::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"],
    ["2001:db8::1", "192.0.2.7", "192.0.2.7"],
    ["127.0.0.1", "192.0.2.7, 10.1.2.3", "192.0.2.7"],
    ["127.0.0.1", "192.0.2.7,192.0.2.8 , 10.1.2.3", "192.0.2.8"],
    ["127.0.0.1", "10.1.2.3", "10.1.2.3"],
    ["127.0.0.1", "192.0.2.7, nonsense, 10.1.2.3", undefined],
    ["127.0.0.1", "", undefined],
    ["192.0.2.9", "192.0.2.7", "192.0.2.9"],
    ["192.0.2.9", "127.0.0.1", "192.0.2.9"],
  ])("of %s, which says %s, is %s", (remote, forwarded, expected) => {
    expect(addressOf(remote, forwarded)).toBe(expected);
  });

  it("counts an IPv6 network as one", () => {
    expect(whence("2001:db9:1:2::7", undefined, []).source).toBe("2001:db9:1:2::/64");
    expect(whence("2001:db9:1:2:ffff::", undefined, []).source).toBe("2001:db9:1:2::/64");
    expect(whence("192.0.2.7", undefined, []).source).toBe("192.0.2.7");
    expect(whence(undefined, undefined, []).source).toBe("unknown");
  });
});
