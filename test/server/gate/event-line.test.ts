import { describe, expect, it } from "vitest";
import { link } from "../room.ts";
import { closeRooms, room } from "./registry-asks.ts";

closeRooms();

describe("what a registry says was done", () => {
  it("is a line that decides nothing", async () => {
    const made = await room();
    await made.gate.registry.record({
      action: "mount",
      repository: "team/app",
      fromRepository: "base",
      digest: "sha256:00",
      tag: "v1",
      time: new Date("2030-01-31T12:00:00Z"),
      account: `alice:${link("a")}`,
      address: "192.0.2.7",
      requestId: "r1",
      service: "hub",
      jti: "j1",
      names: ["ci"],
    });
    await made.gate.registry.record({ action: "constructor\u001B[2J", account: "docker-id", links: ["1.x"] });
    await made.gate.registry.record({ action: "constructor", repository: "team/app" });
    const [first, second, third] = await made.lines();
    expect(third).toMatchObject({ touches: ["repository:team/app:constructor"] });
    expect(first).toMatchObject({
      door: "registry",
      action: "registry.mount",
      verdict: "seen",
      touches: ["repository:team/app:push", "repository:base:pull"],
      links: [link("a")],
      names: ["ci"],
      address: "192.0.2.7",
      service: "hub",
      account: "alice",
      jti: "j1",
      tag: "v1",
      digest: "sha256:00",
      request: "r1",
      event_time: "2030-01-31T12:00:00.000Z",
    });
    expect(second).toEqual({
      time: expect.any(String) as string,
      door: "registry",
      action: "registry.constructor\u001B[2J",
      verdict: "seen",
      links: ["1.x"],
    });
  });
});
