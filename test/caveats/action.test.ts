import { describe, expect, it } from "vitest";
import { registryActions } from "../../src/docker/registry-actions.ts";
import { table } from "../../src/docker/table/table.ts";
import { allow, attempt, refuse, touch, typed, web } from "./scene.ts";

const doing = (action: string) => attempt([web("write")], { action });

describe("action", () => {
  it("grants an action, or a family", () => {
    allow("action=container.start", doing("container.start"));
    allow("action=container.*", doing("container.start"));
    allow("action=image.list,container.start", doing("container.start"));
    refuse("action=container.start", doing("container.stop"));
    refuse("action=container.start", doing("container.started"));
    refuse("action=container.*", doing("containers.list"));
    refuse("action=container.*", doing("container"));
    refuse("action=container.*", doing("unknown"));
    refuse("action=image.*", doing("container.start"));
  });

  it("names what is done at a registry", () => {
    const pull = attempt([touch("repository:app:pull")], { action: "registry.pull" });
    for (const action of registryActions) expect(typed("action", action)).toBe(action);
    allow("action=registry.pull", pull);
    allow("action=registry.*", pull);
    refuse("action=registry.push,image.pull", pull);
    for (const { action } of Object.values(table)) expect(String(action)).not.toMatch(/^registry\./);
  });

  it.each(["", "*", "container", "container.", ".start", "container.st*", "Container.start", "container.*.*", "a b.c"])(
    "is not written %j",
    (words) => expect(() => typed("action", words)).toThrow("an action is written"),
  );
});
