import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { page, renderCaveatsPage } from "../../packaging/caveats-page.ts";
import { vocabulary } from "../../src/caveats/vocabulary.ts";

describe("docs/caveats.md", () => {
  it("is what the generator makes", () => expect(readFileSync(page, "utf8")).toBe(renderCaveatsPage()));

  it("has a row for each caveat", () => {
    for (const name of Object.keys(vocabulary)) expect(renderCaveatsPage()).toContain(`\n| \`${name}\` | `);
  });
});
