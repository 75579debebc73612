import { describe, expect, it } from "vitest";
import { mint } from "../../src/macaroon/mint.ts";
import { verify } from "../../src/macaroon/verify.ts";
import { faultOf, identifier, rootKey } from "./samples.ts";

describe("mint", () => {
  it("makes a token without caveats or location unless it is given some", () => {
    const macaroon = mint({ rootKey, identifier });
    expect(macaroon).toMatchObject({ identifier, location: "", caveats: [] });
    expect(verify(macaroon, rootKey)).toEqual([macaroon.signature]);
  });

  it("makes the same token of the same parts, and another of another key", () => {
    expect(mint({ rootKey, identifier })).toEqual(mint({ rootKey, identifier }));
    expect(mint({ rootKey: rootKey.with(0, 0), identifier }).signature).not.toEqual(
      mint({ rootKey, identifier }).signature,
    );
  });

  it("takes no root key that is not 32 bytes", () => {
    for (const length of [0, 1, 31, 33, 64]) {
      expect(faultOf(() => mint({ rootKey: new Uint8Array(length), identifier }))).toBe("rootKey");
    }
  });

  it("takes nothing that could not be read again", () => {
    expect(faultOf(() => mint({ rootKey, identifier: "" }))).toBe("emptyField");
    expect(faultOf(() => mint({ rootKey, identifier: "zoë" }))).toBe("unprintable");
    expect(faultOf(() => mint({ rootKey, identifier: "x".repeat(9000) }))).toBe("tooLong");
    expect(faultOf(() => mint({ rootKey, identifier, location: "a\nb" }))).toBe("unprintable");
    expect(faultOf(() => mint({ rootKey, identifier, location: "x".repeat(9000) }))).toBe("tooLong");
    expect(faultOf(() => mint({ rootKey, identifier, caveats: [""] }))).toBe("emptyField");
    expect(faultOf(() => mint({ rootKey, identifier, caveats: Array.from({ length: 65 }, () => "a") }))).toBe(
      "tooManyCaveats",
    );
  });
});
