import { describe, expect, it } from "vitest";
import { allow, alpine, attempt, db, dbId, refuse, touch, typed, web, webId } from "./scene.ts";

const caveat = `container_id=${webId}`;

describe("container_id", () => {
  it("grants the container", () => {
    allow(caveat, attempt([web("read")]));
    allow(caveat, attempt([web("write")]));
    allow(`${caveat},${dbId}`, attempt([web("write"), db("write")]));
  });

  it.each([
    ["another", db()],
    ["another of that name", touch(`container:${dbId}:read`, { names: [webId, "web"] })],
    ["every container", touch("container:*:read")],
    ["a new container", touch("container:+:write", { names: [webId], image: alpine })],
    ["its image", touch(`image:${alpine}:read`)],
    ["an image of the same id", touch(`image:${webId}:read`)],
    ["a power over the host", touch("host:bind/srv:read")],
    ["a volume", touch("volume:data:read")],
    ["the engine", touch("system:*:read")],
  ])("refuses %s", (_, refused) => {
    refuse(caveat, attempt([refused]));
    refuse(caveat, attempt([web(), refused]));
  });

  it("is a full id", () => {
    expect(typed("container_id", webId)).toBe(webId);
    for (const words of ["web", webId.slice(0, 12), webId.toUpperCase(), `${webId}0`, ""]) {
      expect(() => typed("container_id", words)).toThrow("64 lower-case hex digits");
    }
  });
});
