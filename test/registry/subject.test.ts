import { expect, it } from "vitest";
import { formatSubject, readSubject } from "../../src/registry/subject.ts";

it.each<[Parameters<typeof formatSubject>, string]>([
  [[{}, false], ""],
  [[{ account: "alice" }, false], "alice"],
  [[{ account: "alice", link: "1.ab" }, true], "alice:1.ab"],
  [[{ link: "1.ab" }, true], "docker-id:1.ab"],
  [[{}, true], "docker-id"],
])("%j is called %s, and read as that", (told, text) => {
  expect(formatSubject(...told)).toBe(text);
  expect(readSubject(text)).toEqual(told[0]);
});
