import { isIPv4, isIPv6 } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contains, formatBlock, parseAddress, readBlock } from "../../src/caveats/address.ts";

const bits = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("");
const texts = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789abcdefF:.%/x ")) }),
  fc.tuple(fc.ipV6(), fc.constantFrom(":", "::", ".", "0", " ")).map((parts) => parts.join("")),
);

describe("addresses", () => {
  it("are what Node takes for one, without a zone", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(parseAddress(text) !== undefined).toBe((isIPv4(text) || isIPv6(text)) && !text.includes("%"));
      }),
      { numRuns: 5000 },
    );
  });

  it("have one spelling, which is that of the URL standard for IPv6", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const spelled = formatBlock(readBlock(text));
        expect(readBlock(spelled)).toEqual(readBlock(text));
        if (spelled.includes(":")) expect(spelled).toBe(new URL(`http://[${text}]/`).hostname.slice(1, -1));
      }),
      { numRuns: 2000 },
    );
  });

  it("lie in a block when they begin with its bits", () => {
    const addresses = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(addresses, fc.nat(128), addresses, fc.boolean(), (base, prefix, other, near) => {
        const longest = (parseAddress(base)?.length ?? 0) * 8;
        const length = Math.min(prefix, longest);
        const block = readBlock(base.includes(":") && longest === 32 ? base : `${base}/${length}`);
        const asked = parseAddress(near ? base : other) ?? [];
        const begins = bits(asked).startsWith(bits(block.bytes).slice(0, block.prefix));
        expect(contains(block, asked)).toBe(begins && asked.length === block.bytes.length);
        expect(readBlock(formatBlock(block))).toEqual(block);
      }),
      { numRuns: 2000 },
    );
  });
});
