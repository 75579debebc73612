import { describe, expect, it } from "vitest";
import { readCaveat } from "../../src/caveats/vocabulary.ts";
import { allow, attempt, refuse, typed, web } from "./scene.ts";

const tried = attempt([web()]);
const digest = "0f".repeat(32);
const peer = { sha256: digest, cn: "build-7" };

describe("peer", () => {
  it("knows a TLS client by its certificate or its name", () => {
    allow(`peer=sha256:${digest}`, tried, { peer });
    allow("peer=cn:build-7", tried, { peer });
    allow("peer=cn:x,cn:build-7", tried, { peer });
    allow(`peer=sha256:${digest}`, tried, { peer: { ...peer, sha256: "0F:".repeat(32).slice(0, -1) } });
    refuse(`peer=sha256:${"0e".repeat(32)}`, tried, { peer });
    refuse("peer=cn:build-8", tried, { peer });
    refuse("peer=cn:build", tried, { peer });
    refuse(`peer=cn:${digest}`, tried, { peer });
    refuse("peer=cn:x", tried, { peer: { sha256: digest, cn: "" } });
  });

  it("refuses whoever shows no certificate", () => refuse("peer=cn:build-7", tried));

  it("reads a fingerprint as OpenSSL writes it", () => {
    expect(typed("peer", `sha256:${"0F:".repeat(32).slice(0, -1)}`)).toBe(`sha256:${digest}`);
    expect(typed("peer", "cn:a b:c, cn:a%20b:c")).toBe("cn:a%20b%3Ac");
  });

  it.each(["", "cn:", "build-7", "sha256:", `sha256:${digest}0`, "sha1:00", "cn:a,,cn:b", ":x", "cn:\u202e"])(
    "is not written %j",
    (words) => expect(() => typed("peer", words)).toThrow(),
  );

  it.each([`sha256:${digest.toUpperCase()}`, "cn:a:b", "cn:a b", "cn:a, cn:b", "cn:a,cn:a", "cn:%61"])(
    "takes no other spelling in a token: %j",
    (text) => expect(() => readCaveat(`peer=${text}`)).toThrow("peer"),
  );
});
