import { describe, expect, it } from "vitest";
import { readVolumeCreate, readVolumeUpdate } from "../../../src/docker/bodies/volume.ts";
import { Unread } from "../../../src/docker/unread.ts";
import { read, spell } from "./engine.ts";

describe("a new volume", () => {
  it.each<[string, object, readonly string[]]>([
    ["docker volume create fresh", { Driver: "local", DriverOpts: {}, Labels: {}, Name: "fresh" }, ["volume:+:write"]],
    ["without a name", {}, ["volume:+:write"]],
    ["that is there already", { Name: "data" }, ["volume:data:write"]],
    [
      "-o o=bind -o device=/srv",
      { Name: "fresh", DriverOpts: { type: "none", o: "bind", device: "/srv" } },
      ["host:bind/srv:write", "volume:+:write"],
    ],
    ["--driver", { Name: "fresh", Driver: "rexray" }, ["host:volume-driver/rexray:write", "volume:+:write"]],
    [
      "of the swarm",
      { Name: "fresh", ClusterVolumeSpec: {} },
      ["host:cluster-volume:write", "swarm:*:write", "volume:+:write"],
    ],
  ])("%s", async (_, body, touches) => {
    expect(spell(await read(readVolumeCreate, body))).toEqual(touches);
  });

  it("is known by its name and labels", async () => {
    expect(await read(readVolumeCreate, { Name: "fresh", Labels: { a: "b" } })).toEqual([
      { kind: "volume", id: "+", level: "write", names: ["fresh"], labels: { a: "b" } },
    ]);
  });

  it.each([
    [undefined],
    [{ Name: "../x" }],
    [{ Name: "/srv" }],
    [{ Surprise: 1 }],
    [{ Labels: { "docker-id.owner": "x" } }],
    [{ DriverOpts: { o: 1 } }],
  ])("%j is not understood", async (body) => {
    await expect(read(readVolumeCreate, body)).rejects.toThrow(Unread);
  });

  it("of the swarm is changed with the swarm", async () => {
    expect(spell(await read(readVolumeUpdate, { Spec: {} }))).toEqual(["host:cluster-volume:write", "swarm:*:write"]);
    await expect(read(readVolumeUpdate, undefined)).rejects.toThrow(Unread);
  });
});
