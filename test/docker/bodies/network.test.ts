import { describe, expect, it } from "vitest";
import { readNetworkConnect, readNetworkCreate, readNetworkDisconnect } from "../../../src/docker/bodies/network.ts";
import { Unread } from "../../../src/docker/unread.ts";
import { id, read, spell } from "./engine.ts";

// As docker 20.10.24 writes `docker network create fresh`
const create = {
  CheckDuplicate: true,
  Driver: "bridge",
  Scope: "",
  EnableIPv6: false,
  IPAM: { Driver: "default", Options: {}, Config: [] },
  Internal: false,
  Attachable: false,
  Ingress: false,
  ConfigOnly: false,
  ConfigFrom: null,
  Options: {},
  Labels: {},
  Name: "fresh",
};

describe("a new network", () => {
  it.each<[string, object, readonly string[]]>([
    ["as it comes", {}, []],
    ["as docker 28.2.2 writes it", { EnableIPv4: true, EnableIPv6: null }, []],
    ["a name that another has", { Name: "nn" }, [`network:${id("2b")}:write`]],
    [
      "--driver macvlan -o parent=eth0",
      { Driver: "macvlan", Options: { parent: "eth0" } },
      ["host:network-driver/macvlan:write", "host:network-option/parent:write"],
    ],
    [
      "--subnet",
      { IPAM: { Driver: "default", Config: [{ Subnet: "10.9.0.0/24" }] } },
      ["host:subnet/10.9.0.0/24:write"],
    ],
    [
      "--ipam-driver",
      { IPAM: { Driver: "other", Options: { a: "b" } } },
      ["host:ipam-driver/other:write", "host:ipam-option/a:write"],
    ],
    ["--driver overlay", { Driver: "overlay" }, ["swarm:*:write"]],
    ["--ingress", { Ingress: true }, ["swarm:*:write"]],
    ["--scope swarm", { Scope: "swarm" }, ["swarm:*:write"]],
    [
      "--config-from one that was prepared",
      { ConfigFrom: { Network: "prepared" } },
      ["host:network-option/parent:write", "host:subnet/10.77.0.0/16:write", `network:${id("4d")}:read`],
    ],
    ["--config-from", { ConfigFrom: { Network: "nn" } }, [`network:${id("2b")}:read`]],
  ])("%s", async (_, fields, touches) => {
    expect(spell(await read(readNetworkCreate, { ...create, ...fields }))).toEqual(
      ["network:+:write", ...touches].sort(),
    );
  });

  it.each<[string, object]>([
    ["no name", { Name: "" }],
    ["a name like an id", { Name: "abcdef012345" }],
    ["a field that is not known", { Surprise: 1 }],
    ["a label of the gateway", { Labels: { "docker-id.owner": "x" } }],
  ])("%s", async (_, fields) => {
    await expect(read(readNetworkCreate, { ...create, ...fields })).rejects.toThrow(Unread);
  });
});

describe("a container's place in a network", () => {
  const plain = `container:${id("706c61696e")}:write`;

  it("touches the container", async () => {
    // As docker 20.10.24 writes `docker network connect --ip 10.9.0.3 --alias q nn plain`
    const connect = {
      Container: "plain",
      EndpointConfig: {
        IPAMConfig: { IPv4Address: "10.9.0.3" },
        Links: null,
        Aliases: ["q"],
        NetworkID: "",
        EndpointID: "",
        Gateway: "",
        IPAddress: "",
        IPPrefixLen: 0,
        IPv6Gateway: "",
        GlobalIPv6Address: "",
        GlobalIPv6PrefixLen: 0,
        MacAddress: "",
        DriverOpts: {},
      },
    };
    expect(spell(await read(readNetworkConnect, connect))).toEqual([plain]);
    expect(spell(await read(readNetworkDisconnect, { Container: "plain", Force: true }))).toEqual([plain]);
    expect(
      spell(await read(readNetworkConnect, { Container: "plain", EndpointConfig: { DriverOpts: { a: "b" } } })),
    ).toEqual([plain, "host:network-option/a:write"]);
  });

  it.each([{}, { Container: "" }, { Container: "gone" }, { Container: "plain", Surprise: 1 }])(
    "%j is not understood",
    async (body) => {
      await expect(read(readNetworkConnect, body)).rejects.toThrow(Unread);
      await expect(read(readNetworkDisconnect, body)).rejects.toThrow(Unread);
    },
  );
});
