import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { faults } from "../../src/macaroon/faults.ts";
import type { Macaroon } from "../../src/macaroon/macaroon.ts";
import { mint } from "../../src/macaroon/mint.ts";
import { parse } from "../../src/macaroon/parse.ts";

/** The root key of every sample. */
export const rootKey = new Uint8Array(32).map((_, at) => at * 7 + 1);

/** An identifier of ours. */
export const identifier = `docker-id:1:${"0123456789abcdef".repeat(2)}:${"fedcba9876543210".repeat(2)}`;

/** A token of so many caveats. */
export function sample(caveats: number): Macaroon {
  const texts = Array.from({ length: caveats }, (_, at) => (at % 2 === 0 ? `container_id=${at}` : "op=read,write"));
  return mint({ rootKey, identifier, location: "docker", caveats: texts });
}

/** Printable ASCII of one character or more. */
export const text = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 200 });

/** 32 bytes. */
export const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** What mint takes, within all limits. */
export const minting = fc.record({
  rootKey: key,
  identifier: text,
  location: fc.oneof(fc.constant(""), text),
  caveats: fc.array(text, { maxLength: 20 }),
});

/** Which of the faults a call throws; undefined when it throws none. */
export function faultOf(call: () => unknown): keyof typeof faults | undefined {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "misuse") throw error;
    for (const [name, sentence] of Object.entries(faults)) {
      if (error.message === sentence) return name as keyof typeof faults;
    }
    throw error;
  }
  return undefined;
}

/** Texts, and the fault with which each fails and no other; or it parses. */
type Vectors = readonly (readonly [fault: keyof typeof faults | "parses", what: string, text: string])[];

/** Declares a test a vector. */
export function holdsTo(vectors: Vectors): void {
  it.each(vectors)("%s: %s", (fault, _what, spelling) =>
    expect(faultOf(() => parse(spelling)) ?? "parses").toBe(fault),
  );
}

/** Base64url without padding. */
export function bare(...parts: readonly (Uint8Array | string)[]): string {
  return Buffer.concat(parts.map((part) => Buffer.from(part))).toString("base64url");
}

/** The prefix and base64url without padding. */
export function dkid(...parts: readonly (Uint8Array | string)[]): string {
  return `dkid_${bare(...parts)}`;
}

/** Base64 with padding, of a text or of an object's JSON. */
export function padded(json: unknown): string {
  return Buffer.from(typeof json === "string" ? json : JSON.stringify(json)).toString("base64");
}

/** A V2 binary of these fields, given as type and value; a bare number is a byte. */
export function v2(...fields: readonly (number | readonly [type: number, value: string | Uint8Array])[]): Buffer {
  const parts = fields.map((field) => {
    if (typeof field === "number") return Buffer.of(field);
    const value = Buffer.from(field[1]);
    const length = value.length < 0x80 ? [value.length] : [(value.length & 0x7f) | 0x80, value.length >> 7];
    return Buffer.concat([Buffer.of(field[0], ...length), value]);
  });
  return Buffer.concat([Buffer.of(2), ...parts]);
}

/** A V1 packet. */
export function packet(name: string, value: string | Uint8Array): Buffer {
  const content = Buffer.concat([Buffer.from(`${name} `), Buffer.from(value), Buffer.from("\n")]);
  return Buffer.concat([Buffer.from((content.length + 4).toString(16).padStart(4, "0")), content]);
}

/** The V1 binary of a macaroon. */
export function v1({ location, identifier: id, caveats, signature }: Macaroon): Buffer {
  const cids = caveats.map((caveat) => packet("cid", caveat));
  return Buffer.concat([
    packet("location", location),
    packet("identifier", id),
    ...cids,
    packet("signature", signature),
  ]);
}

/** The V2 JSON of a macaroon, as an object whose keys stand as npm's macaroon writes them. */
export function v2Json({ location, identifier: id, caveats, signature }: Macaroon): Record<string, unknown> {
  return {
    v: 2,
    s64: Buffer.from(signature).toString("base64url"),
    i: id,
    ...(location === "" ? {} : { l: location }),
    ...(caveats.length === 0 ? {} : { c: caveats.map((i) => ({ i })) }),
  };
}

/** The JSON of the 2015 proposal for a macaroon, before base64. */
export function proposalJson({ location, identifier: id, caveats, signature }: Macaroon): Record<string, unknown> {
  return {
    caveats: caveats.map((cid) => ({ cid })),
    location,
    identifier: id,
    signature: Buffer.from(signature).toString("hex"),
  };
}
