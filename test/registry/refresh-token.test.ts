import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "../../src/macaroon/parse.ts";
import { verify } from "../../src/macaroon/verify.ts";
import {
  isMeantAsId,
  kidOf,
  mintRefresh,
  narrowForRefresh,
  readRefresh,
  refreshKeyOf,
} from "../../src/registry/refresh-token.ts";
import { link, narrow, root } from "../server/room.ts";

const doorKey = new Uint8Array(32).fill(3);
const user = { service: "registry", account: "alice", fingerprint: new Uint8Array(32).fill(1) };
const now = new Date("2030-01-01T00:00:00Z");
const mint = (more: Partial<typeof user> = {}): string => mintRefresh(doorKey, { ...user, ...more }, now, randomBytes);

describe("a user's refresh token", () => {
  it("verifies with the key of that user at that service alone", () => {
    const token = parse(mint());
    const opens = (key: Uint8Array, more: Partial<typeof user> = {}): boolean =>
      verify(token, refreshKeyOf(key, { ...user, ...more })) !== undefined;
    expect(opens(doorKey)).toBe(true);
    expect(opens(new Uint8Array(32).fill(4))).toBe(false);
    expect(opens(doorKey, { account: "bob" })).toBe(false);
    expect(opens(doorKey, { service: "other" })).toBe(false);
    expect(opens(doorKey, { fingerprint: new Uint8Array(32).fill(2) })).toBe(false);
    expect(opens(doorKey, { service: "registryalice", account: "" })).toBe(false);
  });

  it("says whose it is, for any name that a user may have", () => {
    const name = fc
      .string({ minLength: 1, maxLength: 40, unit: "binary" })
      .filter((text) => /^[^\p{C}\p{Z}]+$/u.test(text));
    fc.assert(
      fc.property(name, (account) => {
        expect(readRefresh(mint({ account }), kidOf(doorKey))).toEqual({ kind: "user", account });
      }),
    );
  });

  it("is no other's", () => {
    expect(readRefresh(mint(), kidOf(new Uint8Array(32).fill(4)))).toEqual({ kind: "id" });
    expect(readRefresh(mint(), undefined)).toEqual({ kind: "id" });
    expect(readRefresh(root, kidOf(doorKey))).toEqual({ kind: "id" });
    for (const text of ["", "x", "dkid_", "x".repeat(9000)]) expect(readRefresh(text, kidOf(doorKey))).toBeUndefined();
  });

  it("survives whatever text is shown for one", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void readRefresh(text, kidOf(doorKey))));
  });
});

const narrowed = (id: string, service: string, account?: string): string | undefined =>
  narrowForRefresh(id, { service, account }, now, randomBytes);

describe("an id's refresh token", () => {
  const id = narrow(root, "op=read", `link=${link("ci")}`);

  it("has all that the id has, and stays what it is", () => {
    const token = narrowed(id, "registry.example.com:5000", "al,ice") ?? "";
    const bound = ["service=registry.example.com%3A5000", "account=al%2Cice"];
    expect(parse(token).caveats).toEqual([...parse(id).caveats, ...bound]);
    expect(narrowed(token, "registry.example.com:5000", "al,ice")).toBe(token);
    expect(narrowed(id, "registry")).toBe(narrow(id, "service=registry"));
  });

  it("has a link of its own where the id has none, so that it can be taken back alone", () => {
    const token = narrowed(root, "registry") ?? "";
    expect(parse(token).caveats).toEqual([
      "service=registry",
      expect.stringMatching(/^link=1893456000\.[0-9a-f]{24}$/),
    ]);
    expect(narrowed(token, "registry")).toBe(token);
  });

  it("is none where no caveat has room any more", () => {
    const full = narrow(root, ...Array.from({ length: 64 }, (_, at) => `for=${at}`));
    expect(narrowed(full, "registry")).toBeUndefined();
    expect(narrowed("no id", "registry")).toBeUndefined();
  });
});

describe("a password", () => {
  it("is meant as an id where it is spelled like one, in any format", () => {
    const bare = root.slice("dkid_".length);
    for (const text of [root, "dkid_", "dkid_x", bare]) expect(isMeantAsId(text), text).toBe(true);
  });

  it("is a password otherwise", () => {
    for (const text of [
      "",
      "dkid",
      "correct horse battery staple",
      "{",
      "ey".repeat(80),
      "Ag".repeat(80),
      "MD".repeat(80),
    ]) {
      expect(isMeantAsId(text), text).toBe(false);
    }
  });
});
