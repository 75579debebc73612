import { scryptSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { deriveRootKey } from "../../src/macaroon/root-key.ts";

const salt = new Uint8Array(32).map((_, at) => at);

describe("deriveRootKey", () => {
  it("is scrypt with N=2^17, r=8, p=1 over the secret's UTF-8", async () => {
    const secret = "Super secret tökén";
    const options = { N: 131_072, r: 8, p: 1, maxmem: 2 ** 28 };
    const key = await deriveRootKey(secret, salt);
    expect(Buffer.from(key)).toEqual(scryptSync(Buffer.from(secret), salt, 32, options));
  });

  it("gives another key for another salt", async () => {
    const other = salt.with(0, 1);
    expect(await deriveRootKey("secret", salt)).not.toEqual(await deriveRootKey("secret", other));
  });

  it("refuses an empty secret and a salt that is not 32 bytes", async () => {
    await expect(deriveRootKey("", salt)).rejects.toMatchObject({ code: "misuse", message: "the secret is empty" });
    await expect(deriveRootKey("secret", salt.subarray(1))).rejects.toMatchObject({ code: "misuse" });
    await expect(deriveRootKey("secret", new Uint8Array(0))).rejects.toMatchObject({ code: "misuse" });
  });
});
