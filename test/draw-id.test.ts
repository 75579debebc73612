import { describe, expect, it } from "vitest";
import { drawId, layersOf } from "../src/draw-id.ts";
import { describeId } from "../src/describe-id.ts";

const now = new Date("2030-01-01T00:00:00Z");
const link = (second: number) => `link=${second}.0123456789abcdef01234567`;
const id = (...caveats: string[]) =>
  describeId({
    location: "",
    identifier: `docker-id:1:${"a".repeat(32)}:${"b".repeat(32)}`,
    caveats,
    signature: new Uint8Array(32),
  });

describe("an id drawn", () => {
  it("is its key alone, for a root id", () => {
    expect(drawId(id(), now)).toEqual([`key ${"a".repeat(32)}`]);
  });

  it("has a layer for each create, within the one before", () => {
    const found = id("op=read", "for=ann", link(1_893_456_000), "expires=2030-01-02T06:00:00Z", link(1_893_456_060));
    expect(drawId(found, now)).toEqual([
      `key ${"a".repeat(32)}`,
      "└ narrowed 2030-01-01T00:00:00Z for ann",
      "  │ op=read",
      `  │ ${link(1_893_456_000)}`,
      "  └ narrowed 2030-01-01T00:01:00Z",
      "    │ expires=2030-01-02T06:00:00Z  (30 hours left)",
      `    │ ${link(1_893_456_060)}`,
    ]);
    expect(layersOf(found)).toHaveLength(2);
  });

  it("keeps what stands behind the last link, and what is not understood", () => {
    const found = id("colour=red", link(1), "for=", "expires=2029-12-31T00:00:00Z", "not_before=2030-01-11T00:00:00Z");
    expect(drawId(found, now)).toEqual([
      `key ${"a".repeat(32)}`,
      "└ narrowed 1970-01-01T00:00:01Z",
      "  │ colour=red  (not understood: it refuses everything)",
      `  │ ${link(1)}`,
      "  └ narrowed",
      "    │ for=  (not understood: it refuses everything)",
      "    │ expires=2029-12-31T00:00:00Z  (over)",
      "    │ not_before=2030-01-11T00:00:00Z  (in 10 days)",
    ]);
  });

  it("takes a link that is none for a caveat that is not understood", () => {
    expect(layersOf(id("link=odd", link(2)))).toMatchObject([{ caveats: [{ text: "link=odd", understood: false }] }]);
  });
});
