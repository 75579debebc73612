import { describe, expect, it } from "vitest";
import { filters, flag, integer, list, oneOf, psArguments, readParameters, text } from "../../src/docker/parameters.ts";
import { Unread } from "../../src/docker/unread.ts";

const parameters = {
  all: flag,
  limit: integer,
  names: list,
  filters,
  order: oneOf("up", "down"),
  ps_args: psArguments,
  x: text,
};

describe("the parameters of an operation", () => {
  it.each([
    "",
    "all=1&limit=-1&x=anything%0Aat+all",
    "names=a&names=b",
    "limit=",
    "order=up",
    "order=",
    "ps_args=-o+pid%2Ccomm",
    "filters=%7B%7D",
  ])("%s", (written) => {
    expect(() => readParameters(written, parameters)).not.toThrow();
  });

  it.each([
    "aLL=1",
    "toString=1",
    "__proto__=1",
    "all=maybe",
    "all=1&all=1",
    "limit=1.0",
    "limit=0x10",
    "limit=+1",
    "limit=9999999999999999",
    "order=UP",
    "ps_args=%24%28id%29",
    "ps_args=--%2Fetc",
    "ps_args=-molwp%3DPID+-o+args+-N+-p1",
    "filters=x",
    "y=",
  ])("%s is refused", (written) => {
    expect(() => readParameters(written, parameters)).toThrow(Unread);
  });
});
