import { describe, expect, it } from "vitest";
import { weaknessOf } from "../../src/config/secret-strength.ts";

describe("secrets that would be guessed soon", () => {
  it.each([
    "a",
    "hunter2",
    "Tr0ub4dor&3",
    "password1234!",
    "Docker-Docker",
    "letmein-12345",
    "aaaaaaaaaaaaaaaaaaaa",
    "121212121212121212",
    "            ",
  ])("%j is one", (secret) => expect(weaknessOf(secret)).toMatch(/^is /));
  it.each(["Super secret token", "correct horse battery staple", "kX9$vQ2mZ7#pL4", "ümläute zählen auch öfter"])(
    "%j is none",
    (secret) => expect(weaknessOf(secret)).toBeUndefined(),
  );
});
