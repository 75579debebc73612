import { rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../room.ts";
import {
  closeRooms,
  alice,
  ask,
  granted,
  nobody,
  ofId,
  ofRefresh,
  refresh,
  room,
  unauthorized,
  unavailable,
} from "./registry-asks.ts";

closeRooms();

describe("users and strangers", () => {
  it("are granted what their rights say, and written down", async () => {
    const made = await room();
    expect(await granted(made, alice, "repository:x:pull,push")).toEqual(["repository:x:pull"]);
    expect(await granted(made, nobody, "repository:x:*")).toEqual(["repository:x:pull"]);
    expect(await ask(made, alice, "")).toMatchObject({ verdict: "granted", granted: [], subject: "alice" });
    expect(await ask(made, nobody, "repository:x:pull")).toMatchObject({ subject: "" });
    const lines = await made.lines();
    expect(lines).toMatchObject([
      {
        verdict: "allowed",
        account: "alice",
        touches: ["repository:x:pull"],
        reasons: [expect.stringContaining("push withheld, rule 1")],
      },
      { verdict: "allowed", touches: ["repository:x:pull"] },
      { verdict: "allowed", account: "alice" },
      { verdict: "allowed" },
    ]);
    expect(lines[1]).not.toHaveProperty("account");
    expect(lines[0]).not.toHaveProperty("links");
  });

  it("are written down as refused where nothing is left, and strangers are counted", async () => {
    const made = await room();
    expect(await granted(made, alice, "repository:x:push")).toEqual(["repository:x:"]);
    expect(await made.lines()).toMatchObject([
      { verdict: "refused", account: "alice", touches: ["repository:x:push"] },
    ]);
    await Promise.all(Array.from({ length: 100 }, () => ask(made, nobody, "repository:x:push")));
    await Promise.all(Array.from({ length: 100 }, () => ask(made, nobody, "")));
    expect((await made.lines()).length).toBeLessThan(20);
  });

  it("are served though the engine is open or the state unreadable, and ids are not", async () => {
    const unguarded = await room({});
    expect(await granted(unguarded, alice, "repository:x:pull")).toEqual(["repository:x:pull"]);
    expect(await granted(unguarded, nobody, "repository:x:pull")).toEqual(["repository:x:pull"]);
    expect(await ask(unguarded, ofId(root), "repository:x:pull")).toMatchObject(unauthorized(/not guarded yet/));
    expect(await granted(unguarded, ofRefresh(refresh), "repository:x:pull")).toEqual(["repository:x:pull"]);
    const lost = await room();
    rmSync(path.join(lost.folder, "state"), { recursive: true });
    expect(await granted(lost, alice, "repository:x:pull")).toEqual(["repository:x:pull"]);
    expect(await ask(lost, ofId(root), "repository:x:pull")).toMatchObject(unavailable(/cannot read its own state/));
    expect(await lost.gate.registry.identify(root)).toMatchObject({ unavailable: true });
  });

  it("have their wrong credentials counted, with a name but nothing secret", async () => {
    const made = await room();
    for (let at = 0; at < 50; at++) {
      const account = `alice\n${root}`;
      made.gate.registry.refuse({ service: "hub", account, address: "192.0.2.7", source: "s", why: "wrong password" });
    }
    const lines = await made.lines();
    expect(lines.length).toBeLessThan(20);
    expect(lines[0]).toMatchObject({ verdict: "refused", service: "hub", reasons: ["wrong password"] });
    expect(JSON.stringify(lines)).not.toContain(root);
  });
});
