import { array, assert, constantFrom, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { readPem } from "../../../src/registry/signing/pem.ts";

const block = (label: string, body = "AAAA"): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

describe("a PEM file", () => {
  it("gives its blocks in their order, whatever stands between them", () => {
    const text = `subject=CN = x\n${block("EC PARAMETERS")}\n\nissuer=\n${block("EC PRIVATE KEY", "B\nC")}`;
    expect(readPem(text)).toEqual([
      { label: "EC PARAMETERS", text: block("EC PARAMETERS") },
      { label: "EC PRIVATE KEY", text: block("EC PRIVATE KEY", "B\nC") },
    ]);
  });

  it("may have lines that end as on Windows, and a last one without an end", () => {
    expect(readPem(block("X").replaceAll("\n", "\r\n"))).toEqual([{ label: "X", text: block("X") }]);
    expect(readPem(block("X").trimEnd())).toEqual([{ label: "X", text: block("X") }]);
  });

  it("gives no block that is cut short, ends as another, or begins in the middle of a line", () => {
    for (const text of [
      "",
      "-----BEGIN X-----\nAAAA\n",
      "AAAA\n-----END X-----\n",
      "-----BEGIN X-----\nAAAA\n-----END Y-----\n",
      ` ${block("X")}`,
      block("x"),
      "-----BEGIN X-----AAAA-----END X-----",
    ]) {
      expect(readPem(text)).toEqual([]);
    }
    expect(readPem(`-----BEGIN X-----\nAAAA\n${block("Y")}`)).toEqual([{ label: "Y", text: block("Y") }]);
  });

  it("is read whatever it is, and its blocks again as themselves", () => {
    const line = constantFrom(
      "-----BEGIN A-----",
      "-----END A-----",
      "-----BEGIN B-----",
      "-----END B-----",
      "AA=",
      "",
      " ",
    );
    assert(
      property(array(line), string(), (lines, tail) => {
        for (const found of readPem(lines.join("\n") + tail)) expect(readPem(found.text)).toEqual([found]);
      }),
    );
  });

  it("is read in one go, however often it begins", () => {
    expect(readPem("-----BEGIN X-----\n".repeat(14_000))).toEqual([]);
  });
});
