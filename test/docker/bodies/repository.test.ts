import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readImageName, repositoryTouch } from "../../../src/docker/bodies/repository.ts";
import { Unread } from "../../../src/docker/unread.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("the name of an image, as the engine completes it", () => {
  it.each([
    ["busybox", { repository: "docker.io/library/busybox" }],
    ["busybox:1.36", { repository: "docker.io/library/busybox", tag: "1.36" }],
    ["library/busybox", { repository: "docker.io/library/busybox" }],
    ["docker.io/busybox", { repository: "docker.io/library/busybox" }],
    ["index.docker.io/busybox", { repository: "docker.io/library/busybox" }],
    ["prod/app", { repository: "docker.io/prod/app" }],
    ["localhost/app", { repository: "localhost/app" }],
    ["localhost:5000/app:v1", { repository: "localhost:5000/app", tag: "v1" }],
    ["example.org/a/b__c", { repository: "example.org/a/b__c" }],
    ["[::1]:5000/a", { repository: "[::1]:5000/a" }],
    ["Host/a", { repository: "Host/a" }],
    [`a@${digest}`, { repository: "docker.io/library/a", digest }],
    [`a:b@${digest}`, { repository: "docker.io/library/a", tag: "b", digest }],
  ])("%s", (text, name) => {
    expect(readImageName(text)).toEqual(name);
  });

  it.each([
    "",
    "A",
    "a:",
    "a//b",
    "/a",
    "a/",
    "a b",
    "a:b:c",
    "a@x",
    "../a",
    "a.",
    "a".repeat(600),
    "f".repeat(64),
    "a@",
    "é",
  ])("%j names none", (text) => {
    expect(() => readImageName(text)).toThrow(Unread);
  });

  it("survives anything", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(readImageName(text).repository).toContain("/");
        } catch (error) {
          expect(error).toBeInstanceOf(Unread);
        }
      }),
    );
  });

  it("is known by its short name too, and by the tag that it binds", () => {
    expect(repositoryTouch(readImageName("docker.io/library/busybox"), "push")).toEqual({
      kind: "repository",
      id: "docker.io/library/busybox",
      level: "push",
      names: ["busybox", "docker.io/library/busybox:latest", "busybox:latest"],
    });
  });
});
