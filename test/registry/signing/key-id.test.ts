import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hasLeadingZero, keyIdOf, libtrustKeyId } from "../../../src/registry/signing/key-id.ts";

const read = (jwk: JsonWebKey): KeyObject => createPublicKey({ key: jwk, format: "jwk" });
const of = (crv: string, x: string, y: string): KeyObject => read({ kty: "EC", crv, x, y });

/** RFC 7638, section 3.1. */
const rsa = read({
  kty: "RSA",
  n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
  e: "AQAB",
});

/** RFC 7517, appendix A.1. */
const elliptic = read({
  kty: "EC",
  crv: "P-256",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
});

describe("a key's name", () => {
  it("in RFC 7638's form is the thumbprint of the RFC's own example", async () => {
    expect(await keyIdOf(rsa, "rfc7638")).toBe("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  });

  it("in libtrust's form is what coreutils make of the same key", async () => {
    // openssl pkey -pubin -outform DER | sha256sum | cut -c-60 | xxd -r -p | base32
    expect(libtrustKeyId(elliptic)).toBe("KG4U:JTP2:KRGU:YMTT:VJV7:GUDC:LJ65:KO53:NJYX:EMTU:6U4L:DGRA");
    expect(await keyIdOf(rsa, "libtrust")).toBe("VUZD:EDHW:YWLN:RBFQ:KOA3:UVZ2:XKG5:2V2J:WTPI:6SRD:U6PZ:VCO5");
  });

  it("may be chosen", async () => {
    expect(await keyIdOf(rsa, { text: "mine" })).toBe("mine");
  });
});

describe("a coordinate that begins with a zero byte", () => {
  // The curve's generator, 379 and 43 times
  const shortX = of(
    "P-256",
    "AFVDiUrz0A7X10Cr29dclrBod7eH219w7qeLkKjXwAo",
    "u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I",
  );
  const shortY = of(
    "P-256",
    "mGriUG8f8QTQQjCGHY9LSY9LxMbQCbMPdUTcEpuC0o0",
    "ADzMwKZGDgrjKKTZfTx7YdhvxiicGJ8lJREMRBuwfpc",
  );

  it("is seen in x and in y", () => {
    expect(hasLeadingZero(shortX)).toBe(true);
    expect(hasLeadingZero(shortY)).toBe(true);
  });

  it("is not seen in other keys", () => {
    expect(hasLeadingZero(elliptic)).toBe(false);
    expect(hasLeadingZero(rsa)).toBe(false);
  });
});
