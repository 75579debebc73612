import { BlockList, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { readListenAddress } from "../../../../src/server/doors/gateway/listen-address.ts";
import { clientAddress, originOf, type TrustedProxies } from "../../../../src/server/doors/gateway/origin.ts";
import { narrow, root } from "../../room.ts";
import { openStand, request, type Stand } from "./stand.ts";

const stands: Stand[] = [];
afterEach(async () => {
  for (const stand of stands.splice(0)) await stand.close();
});

function trust(...blocks: (readonly [string, number])[]): TrustedProxies {
  const addresses = new BlockList();
  for (const [address, bits] of blocks) addresses.addSubnet(address, bits, address.includes(":") ? "ipv6" : "ipv4");
  return { addresses, unix: false };
}

const said = (...values: string[]) => values.map((value) => ["X-Forwarded-For", value] as const);

describe("where a connection comes from", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8::7", "2001:db8::7"],
    ["fe80::1%eth0", "fe80::1"],
    [undefined, undefined],
  ])("%s is %s", (remoteAddress, address) => {
    expect(originOf({ remoteAddress } as Socket).address).toBe(address);
  });
});

describe("the address of a request", () => {
  const proxies = trust(["10.0.0.0", 8], ["2001:db8::", 32]);
  it.each<[string, string | undefined, readonly string[], string | undefined]>([
    ["is the connection's", "192.0.2.7", [], "192.0.2.7"],
    ["is the connection's, whatever a stranger says", "192.0.2.7", ["10.0.0.1"], "192.0.2.7"],
    ["is what a trusted proxy says", "10.0.0.1", ["192.0.2.7"], "192.0.2.7"],
    ["is what an IPv6 proxy says", "2001:db8::1", ["192.0.2.7"], "192.0.2.7"],
    ["is the last that is no trusted proxy's", "10.0.0.1", ["192.0.2.66, 192.0.2.7, 10.0.0.2"], "192.0.2.7"],
    ["is so over several fields", "10.0.0.1", ["192.0.2.66", "192.0.2.7", "10.0.0.2"], "192.0.2.7"],
    ["is a mapped one's IPv4", "10.0.0.1", ["::ffff:192.0.2.7"], "192.0.2.7"],
    ["is the proxy's own where it says nothing", "10.0.0.1", [], "10.0.0.1"],
    ["is a proxy's where all are proxies", "10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"],
    ["is not known where it can't be read", "10.0.0.1", ["192.0.2.7:80"], undefined],
    ["is not known where the last can't be read", "10.0.0.1", ["192.0.2.7, unknown"], undefined],
    ["is not known where it is empty", "10.0.0.1", [""], undefined],
    ["is not known on a unix socket", undefined, ["192.0.2.7"], undefined],
  ])("%s", (_, address, values, found) => {
    expect(clientAddress(address === undefined ? {} : { address }, said(...values), proxies)).toBe(found);
  });

  it("may be said over a unix socket by whoever is trusted with it", () => {
    expect(clientAddress({}, said("192.0.2.7"), { ...proxies, unix: true })).toBe("192.0.2.7");
  });

  it("is what an id may be bound to", async () => {
    const stand = await openStand({ trusted: { unix: true } });
    const deaf = await openStand();
    stands.push(stand, deaf);
    const bound = narrow(root, "ip=192.0.2.0/24");
    const ask = async (at: Stand, ...fields: string[]) => {
      const client = at.connect();
      client.send(request("GET /_ping", bound, [...fields, "Connection: close"]));
      await client.ended();
      return client.text().slice(9, 12);
    };
    expect(await ask(stand, "X-Forwarded-For: 192.0.2.7")).toBe("200");
    expect(await ask(stand, "X-Forwarded-For: 192.0.2.7, 198.51.100.1")).toBe("403");
    expect(await ask(stand)).toBe("403");
    expect(await ask(deaf, "X-Forwarded-For: 192.0.2.7")).toBe("403");
    expect((await stand.room.lines()).map(({ address }) => address)).toEqual(["192.0.2.7", "198.51.100.1", undefined]);
  });
});

describe("where the gateway listens", () => {
  it.each([
    ["unix:///run/x.sock", { kind: "unix", path: "/run/x.sock" }],
    ["tcp://127.0.0.1:2375", { kind: "tcp", host: "127.0.0.1", port: 2375 }],
    ["tcp://[2001:db8::1]:2376", { kind: "tcp", host: "2001:db8::1", port: 2376 }],
    ["tcp://localhost:1", { kind: "tcp", host: "127.0.0.1", port: 1 }],
  ])("%s", (text, address) => {
    expect(readListenAddress(text)).toEqual(address);
  });
});
