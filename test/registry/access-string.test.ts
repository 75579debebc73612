import { describe, expect, it } from "vitest";
import { admitAccessString, readAccessString } from "../../src/registry/access-string.ts";
import { formatScope } from "../../src/registry/scopes.ts";

describe("godoauth's access string", () => {
  it.each<[string, string[], number]>([
    ["repository:linux/app:*;repository:linux/db:pull", ["repository:linux/app:*", "repository:linux/db:pull"], 0],
    [" repository:a:pull ; ", ["repository:a:pull"], 0],
    ["", [], 0],
    [";;", [], 0],
    ["repository:a:pull;repository:../b:push", ["repository:a:pull"], 1],
    ["repository:linux/*:pull", [], 1],
    ["*", [], 1],
    ["repository:a", [], 1],
    ["repository:a:pull repository:b:push", [], 1],
    ["repository:a:pull,push;registry:catalog:*", ["repository:a:pull,push", "registry:catalog:*"], 0],
  ])("%j says %j, and %i of its parts say nothing", (text, scopes, unread) => {
    const read = readAccessString(text);
    expect(read.access.map(formatScope)).toEqual(scopes);
    expect(read.unread).toBe(unread);
    if (unread === 0) expect(admitAccessString(text)).toBe(text);
    else expect(() => admitAccessString(text)).toThrow(/access string is written/);
  });
});
