import { describe, expect, it } from "vitest";
import {
  type BodyRule,
  json,
  none,
  optionalJson,
  readBody,
  steeredStream,
  stream,
  unread,
} from "../../src/docker/body.ts";
import { Unread } from "../../src/docker/unread.ts";

interface Sent {
  readonly method?: string;
  readonly type?: string;
  readonly length?: string;
  readonly body?: string;
  readonly wholeHead?: true;
}

function read(rule: BodyRule, { method = "POST", type, length, body, wholeHead }: Sent): unknown {
  return readBody(rule, {
    method,
    target: "/",
    headers: {
      ...(type === undefined ? {} : { "content-type": type }),
      ...(length === undefined ? {} : { "content-length": length }),
    },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
    ...(wholeHead === undefined ? {} : { wholeHead }),
  });
}

const form = "application/x-www-form-urlencoded";
const type = "application/json";

describe("no body", () => {
  it.each<Sent>([
    {},
    { length: "0" },
    { length: "0", type: "text/plain" },
    { length: "0", type: form },
    { length: "0", type: "", body: "" },
    { method: "GET", type },
    { method: "DELETE", type: form },
  ])("%j", (sent) => {
    expect(read(none, sent)).toBeUndefined();
  });

  it.each<Sent>([
    { body: "{}" },
    { length: "2", type },
    { length: "17", type: form },
    { length: "17" },
    { method: "GET", length: "2" },
    // Chunked, which a plugin is not shown, or a form before the type that it is shown
    { type },
    { type: form },
    { type: "text/plain" },
    { type: "" },
    { length: "-0" },
    { length: "00" },
    { length: "0, 0" },
    { length: "" },
  ])("%j is refused", (sent) => {
    expect(() => read(none, sent)).toThrow(Unread);
  });
});

describe("a JSON body", () => {
  it.each<Sent>([
    { type, body: '{"a":1}' },
    { type, body: '{"a":1}', length: "7" },
    { type: "Application/JSON; charset=utf-8", body: '{"a":1}' },
  ])("%j", (sent) => {
    expect(read(json, sent)).toEqual({ a: 1 });
    expect(read(optionalJson, sent)).toEqual({ a: 1 });
  });

  it.each<Sent>([
    { type },
    { type, length: "7" },
    { type, length: "2000000" },
    { type, body: '{"a":1}', length: "8" },
    { type, body: '{"a":1}', length: "0" },
    { body: '{"a":1}' },
    { type: form, body: '{"a":1}' },
    { type: "text/plain", body: '{"a":1}' },
    { type: `${form}, ${type}`, body: '{"a":1}' },
    { type: `${type}; boundary=x`, body: '{"a":1}' },
    { type: `${type}; charset=utf-16`, body: '{"a":1}' },
    { type: "application/jsonx", body: '{"a":1}' },
    { type, body: "[]" },
    { type, body: '"a"' },
    { type, body: '{"a":1}{}' },
  ])("%j is refused", (sent) => {
    expect(() => read(json, sent)).toThrow(Unread);
    expect(() => read(optionalJson, sent)).toThrow(Unread);
  });

  it("may be left out only where it is optional", () => {
    for (const sent of [{}, { length: "0" }, { length: "0", type: "text/plain" }, { type, body: "null" }]) {
      expect(read(optionalJson, sent)).toBeUndefined();
      expect(() => read(json, sent)).toThrow(Unread);
    }
  });
});

describe("a stream", () => {
  it.each<Sent>([
    { type: "application/x-tar" },
    { type: "application/x-tar", length: "1024" },
    { type: "text/plain" },
    {},
    { length: "0", type: form },
  ])("%j", (sent) => {
    expect(read(stream, sent)).toBeUndefined();
    expect(read(steeredStream, { ...sent, wholeHead: true })).toBeUndefined();
  });

  it.each<Sent>([
    { type: form },
    { type: form, length: "10", wholeHead: true },
    { type: "multipart/form-data; boundary=x" },
    { type },
    { type: "" },
    { type: "application/x-tar; a=b" },
  ])("%j is refused", (sent) => {
    expect(() => read(stream, sent)).toThrow(Unread);
    expect(() => read(steeredStream, sent)).toThrow(Unread);
  });

  it("is refused where its type may hide a form that steers the operation", () => {
    expect(() => read(steeredStream, { type: "application/x-tar" })).toThrow(/gateway/);
    expect(read(steeredStream, {})).toBeUndefined();
    expect(read(steeredStream, { type: "application/x-tar", length: "0" })).toBeUndefined();
  });
});

it("reads nothing of a body that nothing is decided on", () => {
  expect(read(unread, { type: form, body: "a=b" })).toBeUndefined();
});
