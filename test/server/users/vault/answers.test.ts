import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isToken, readLogin, readSecret, readTokenLife } from "../../../../src/server/users/vault/answers.ts";
import { readTarget } from "../../../../src/server/users/vault/target.ts";

const target = readTarget({
  address: "https://vault.example",
  mount: "registry",
  kv: 1,
  auth: { token: "t" },
  timeoutMs: 1000,
});

/** Bodies with Vault's own words at odd places. */
const word = fc.constantFrom(
  "data",
  "password",
  "access",
  "auth",
  "client_token",
  "errors",
  "warnings",
  "ttl",
  "__proto__",
);
const bodies = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, -1, 1e300, "", "x", "$2y$x", undefined),
    fc.array(tie("value"), { maxLength: 2 }),
    fc.dictionary(word, tie("value"), { maxKeys: 3 }),
  ),
})).value;
const answers = fc.record({ status: fc.constantFrom(200, 200, 204, 307, 400, 403, 404, 429, 503, 0), body: bodies });

function orFailure<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toMatchObject({ name: "Failure", code: "failed" });
    return undefined;
  }
}

describe("whatever Vault answers", () => {
  it("is a secret with a password that is text, nobody, odd, or a failure", () => {
    fc.assert(
      fc.property(answers, fc.constantFrom(1 as const, 2 as const), (answer, kv) => {
        const secret = orFailure(() => readSecret(answer, kv, target));
        if (secret === undefined || "odd" in secret) return;
        expect(answer.status).toBe(200);
        expect(secret.password).toMatch(/./);
        expect(typeof (secret.access ?? "")).toBe("string");
      }),
    );
  });

  it("is read from what stands in it alone", () => {
    const inherited = Object.create({ data: { password: "x" } }) as unknown;
    expect(readSecret({ status: 200, body: inherited }, 1, target)).toHaveProperty("odd");
    const deeper = { data: Object.create({ password: "x" }) as unknown };
    expect(readSecret({ status: 200, body: deeper }, 1, target)).toHaveProperty("odd");
  });

  it("is a login with a token that can stand in a header, or a failure", () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const login = orFailure(() => readLogin(answer, target));
        if (login !== undefined) expect(isToken(login.token)).toBe(true);
      }),
    );
  });

  it("is a token's life of no less than no time, none, or a failure", () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const life = orFailure(() => readTokenLife(answer, target));
        if (life === undefined) return;
        expect(life.seconds).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(life.seconds)).toBe(true);
      }),
    );
  });

  it.each(["", "a b", "a\r\nb", "é", "\0", "x".repeat(8193)])("gives no token such as %j", (token) => {
    const answer = { status: 200, body: { auth: { client_token: token } } };
    expect(() => readLogin(answer, target)).toThrow(/odd answer/);
  });
});
