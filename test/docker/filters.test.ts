import { describe, expect, it } from "vitest";
import { readFilters } from "../../src/docker/filters.ts";
import { Unread } from "../../src/docker/unread.ts";

const read = (filters: string): object => Object.fromEntries(readFilters(new Map([["filters", filters]])));

describe("filters", () => {
  it.each([
    ["", {}],
    ["{}", {}],
    ['{"type":{"container":true,"image":true}}', { type: ["container", "image"] }],
    ['{"type":["container"],"label":{}}', { type: ["container"], label: [] }],
  ])("%s", (written, filters) => {
    expect(read(written)).toEqual(filters);
  });

  it.each([
    "null",
    "[]",
    '{"type":{"container":false}}',
    '{"type":{"container":1}}',
    '{"type":"container"}',
    '{"type":[1]}',
    '{"type":null}',
    '{"type":["container"],"type":["image"]}',
    "{",
  ])("%s is refused", (written) => {
    expect(() => read(written)).toThrow(Unread);
  });
});
