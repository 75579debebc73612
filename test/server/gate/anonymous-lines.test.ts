import { describe, expect, it } from "vitest";
import { closeRooms, alice, ask, full, granted, nobody, room, unavailable } from "./registry-asks.ts";

closeRooms();

describe("strangers who are granted something", () => {
  it("cannot push out of the log what others did, and what they were granted is counted", async () => {
    const made = await room();
    await granted(made, alice, "repository:x:pull");
    for (let at = 0; at < 300; at++) {
      expect(await granted(made, nobody, `repository:public/a${at}:pull`)).toEqual([`repository:public/a${at}:pull`]);
    }
    await granted(made, nobody, "repository:x:pull", { source: "another" });
    expect((await made.lines()).length).toBeLessThan(20);
    made.later(61_000);
    await granted(made, nobody, "repository:y:pull");
    const lines = await made.lines();
    const told = lines.filter(({ account }) => account === undefined).reduce((sum, { count = 1 }) => sum + count, 0);
    expect(told).toBe(302);
    expect(lines).toContainEqual(expect.objectContaining({ touches: ["repository:y:pull"] }));
  });

  it("are refused as soon as a line of theirs is to be written and cannot be, until it can", async () => {
    const first = await room();
    let ruined = false;
    const audit = {
      ...first.audit,
      recordSoon: async (...line: Parameters<typeof first.audit.recordSoon>) =>
        ruined ? full() : first.audit.recordSoon(...line),
    };
    const made = await room({ guarded: true, parts: { audit } });
    for (let at = 0; at < 30; at++) await granted(made, nobody, "repository:x:pull");
    ruined = true;
    made.later(61_000);
    for (let at = 0; at < 30; at++) {
      expect(await ask(made, nobody, "repository:x:pull")).toMatchObject(unavailable(/could not write/));
    }
    ruined = false;
    expect(await granted(made, nobody, "repository:x:pull")).toEqual(["repository:x:pull"]);
  });
});
