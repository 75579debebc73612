import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { injectBlob } from "../../../packaging/sea/inject.ts";
import { node } from "../../support/node.ts";

const isElf = process.platform === "linux";

describe("a blob in a copy of Node", () => {
  it.skipIf(!isElf)("is a note of the last segment, and all that Node loads is as it was", () => {
    const before = readFileSync(node);
    const blob = Buffer.from("a blob of 17 bytes");
    const made = injectBlob(before, blob);
    const at = made.indexOf("NODE_SEA_BLOB\0\0\0");
    expect(at).toBeGreaterThan(0);
    expect(made.subarray(at + 16, at + 16 + blob.length)).toEqual(blob);
    expect(made.includes("NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1")).toBe(true);
    // The header, its table of segments, and the fuse
    let differing = 0;
    for (let each = 0x400; each < at - 300_000; each++) if (before[each] !== made[each]) differing += 1;
    expect(differing).toBe(1);
    expect(() => injectBlob(made, blob)).toThrow(/not made for/);
  });

  it("is put into nothing else", () => {
    for (const file of [Buffer.alloc(100), Buffer.from("#!/bin/sh\n".repeat(20)), Buffer.from("MZ".repeat(60))]) {
      expect(() => injectBlob(file, Buffer.from("x"))).toThrow(/Linux alone/);
    }
  });
});
