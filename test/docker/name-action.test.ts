import { describe, expect, it } from "vitest";
import { nameAction } from "../../src/docker/name-action.ts";

describe("what a request is called", () => {
  it.each([
    ["GET", "/v1.41/containers/json?all=1", "container.list", "read"],
    ["DELETE", "/containers/anything", "container.remove", "write"],
    ["POST", "/containers/a/attach?stream=1", "container.attach", "read"],
    ["POST", "/containers/a/attach?stdin=1&stream=1", "container.attach", "write"],
    ["GET", "/containers/a/attach/ws", "container.attach", "write"],
    ["POST", "/containers/a/wait", "container.wait", "read"],
    ["GET", "/swarm", "swarm.inspect", "write"],
    ["POST", "/images/create?fromImage=a", "image.pull", "write"],
    ["POST", "/images/create?fromSrc=-", "image.import", "write"],
    // Parameters that are not known make no difference where the name does not depend on them
    ["POST", "/containers/a/start?checkpoint=x", "container.start", "write"],
    ["GET", "/v1.12/info", "unknown", "read"],
    ["GET", "//info", "unknown", "read"],
    ["OPTIONS", "/info", "unknown", "read"],
    ["POST", "/nothing", "unknown", "write"],
    ["POST", "/images/create?x=1", "unknown", "write"],
    ["", "", "unknown", "write"],
  ])("%s %s", (method, target, action, op) => {
    expect(nameAction({ method, target, headers: {} })).toEqual({ action, op });
  });
});
