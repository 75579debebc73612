import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readHtpasswd } from "../../../src/server/users/htpasswd.ts";
import { cheapBcrypt } from "./records.ts";

const alice = `alice:${cheapBcrypt("right", "y")}`;

describe("an htpasswd file", () => {
  it("has users with bcrypt hashes, in any of its three spellings, and comments", () => {
    const bob = `b b:${cheapBcrypt("right", "a")}`;
    const users = readHtpasswd(`# made by hand\n${alice}\r\n\n  \n${bob}\n#carol:x\ndan:${cheapBcrypt("x")}`);
    expect([...users.keys()]).toEqual(["alice", "b b", "dan"]);
    expect(`alice:${users.get("alice")}`).toBe(alice);
    expect(readHtpasswd("").size).toBe(0);
  });

  it.each([
    ["md5", "bob:$apr1$abcdefgh$0123456789abcdefghijkl", /line 2 .* md5/],
    ["crypt's md5", "bob:$1$abcdefgh$0123456789abcdefghijkl", /line 2 .* md5/],
    ["sha1", "bob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", /line 2 .* sha1/],
    ["the password itself", "bob:hunter2", /neither a bcrypt hash nor another/],
    ["crypt", "bob:rqXexS6ZhobKA", /neither a bcrypt hash nor another/],
    ["no password", "bob:", /neither a bcrypt hash nor another/],
    ["scrypt", "bob:$scrypt$ln=15,r=8,p=1$x$x", /neither a bcrypt hash nor another/],
    ["a bcrypt that takes too long", `bob:${cheapBcrypt("x").replace("$04$", "$20$")}`, /too much memory or time/],
    ["a cut bcrypt", `bob:${cheapBcrypt("x").slice(0, -1)}`, /no scrypt, argon2 or bcrypt hash/],
    ["more after the hash", `bob:${cheapBcrypt("x")}:`, /no scrypt, argon2 or bcrypt hash/],
    ["no colon", "bob", /names no user/],
    ["no name", `:${cheapBcrypt("x")}`, /names no user/],
    ["a name that is a path", `../bob:${cheapBcrypt("x")}`, /names no user/],
    ["a user twice", `alice:${cheapBcrypt("other")}`, /a second time/],
  ])("is refused as a whole for a line with %s, which no message repeats", (_what, line, why) => {
    const reading = () => readHtpasswd(`${alice}\n${line}\n`);
    expect(reading).toThrow(expect.objectContaining({ code: "misuse", message: expect.stringMatching(why) }));
    expect(reading).not.toThrow(/hunter2|rqXexS/);
  });

  it("may be any text without harm", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        try {
          readHtpasswd(text);
        } catch (error) {
          expect(error).toMatchObject({ code: "misuse" });
        }
      }),
    );
  });
});
