import { describe, expect, it } from "vitest";
import { alpine, allow, attempt, debian, networkId, refuse, touch, typed, web, db } from "./scene.ts";

const caveat = `image_id=${alpine.replace(":", "%3A")}`;

describe("image_id", () => {
  it("grants the image, what is made from it and what is about to be", () => {
    allow(caveat, attempt([touch(`image:${alpine}:read`)]));
    allow(caveat, attempt([touch(`image:${alpine}:write`)]));
    allow(caveat, attempt([web("write")]));
    allow(caveat, attempt([touch(`container:+:write`, { image: alpine }), touch(`image:${alpine}:read`)]));
    allow(`${caveat},${debian.replace(":", "%3A")}`, attempt([web(), db()]));
  });

  it.each([
    ["another image", touch(`image:${debian}:read`)],
    ["every image", touch("image:*:read")],
    ["an image that is about to be, or a name for one", touch("image:+:write", { names: ["alpine:latest"] })],
    ["an image by a name that is the id's", touch("image:+:write", { names: [alpine] })],
    ["a container of another image", db("read")],
    ["a new container of another image", touch("container:+:write", { image: debian })],
    ["a new container of no known image", touch("container:+:write")],
    ["every container", touch("container:*:read")],
    ["every container, said to be of the image", touch("container:*:read", { image: alpine })],
    ["a named volume of a create", touch("volume:data:write", { image: alpine })],
    ["a network of a create", touch(`network:${networkId}:write`)],
    ["a power over the host", touch("host:privileged:write")],
    ["a build", touch("build:*:write")],
    ["a push", touch("repository:prod/app:push")],
    ["a plugin", touch("plugin:*:write")],
    ["the engine", touch("system:*:read")],
  ])("refuses %s", (_, refused) => {
    refuse(caveat, attempt([refused]));
    refuse(caveat, attempt([web(), refused]));
  });

  it("is a full id", () => {
    expect(typed("image_id", alpine)).toBe(alpine.replace(":", "%3A"));
    expect(typed("image_id", alpine.slice(7))).toBe(alpine.replace(":", "%3A"));
    for (const words of ["alpine", alpine.slice(0, 30), alpine.toUpperCase(), `md5:${alpine.slice(7)}`, ""]) {
      expect(() => typed("image_id", words)).toThrow("an image id is");
    }
  });
});
