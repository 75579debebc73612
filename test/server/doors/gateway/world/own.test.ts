import { describe, expect, it } from "vitest";
import { annas, anna, containers, first, forwarded, idOf, imageOf, owned, plan, sentBody } from "./scene.ts";

const box = imageOf("box");
const mine = (mark: string) => ({ [owned(first)]: mark, [owned(first, anna)]: mark });

describe("what an id creates", () => {
  it("is labelled as its own, and as its ancestors'", async () => {
    const create = { Image: "box", Labels: { team: "a", [owned(first)]: "forged", "docker-id.image": "forged" } };
    expect(await sentBody(annas, "POST /containers/create", create)).toEqual({
      Image: box,
      Labels: { team: "a", ...mine(box), "docker-id.image": "box" },
    });
    expect(await sentBody(annas, "POST /volumes/create", { Name: "new", Labels: null })).toEqual({
      Name: "new",
      Labels: mine("true"),
    });
    expect(await sentBody(annas, "POST /volumes/create", {})).toEqual({ Labels: mine("true") });
    expect(await sentBody(annas, "POST /networks/create", { Name: "new" })).toEqual({
      Name: "new",
      Labels: mine("new"),
    });
    // Whether it is bound to that or not: an id that is narrowed from it may be
    const free = [`link=${first}`, `link=${anna}`, "op=read,write"];
    expect(await sentBody(free, "POST /containers/create", { Image: box })).toEqual({ Image: box, Labels: mine(box) });
  });

  it("can be read by it afterwards", async () => {
    const { Labels: labels } = await sentBody(annas, "POST /containers/create", { Image: "box" });
    const { labels: seen } = containers[0]!;
    expect({ ...seen, "docker-id.image": "box" }).toEqual(labels);
  });

  it("takes over no label of the gateway's from its image", async () => {
    const claims = imageOf("claims");
    expect(await sentBody(annas, "POST /containers/create", { Image: "claims:1" })).toEqual({
      Image: claims,
      Labels: { ...mine(claims), "docker-id.image": "claims:1" },
    });
    expect(await sentBody(["op=read,write"], "POST /containers/create", { Image: claims })).toEqual({
      Image: claims,
      Labels: { [owned(first)]: "", [owned(first, anna)]: "", "docker-id.image": "" },
    });
  });

  it("hands none down to an image", async () => {
    const labels = { [owned(first)]: "", [owned(first, anna)]: "", "docker-id.image": "" };
    const commits = ["op=read,write"];
    expect(await sentBody(commits, "POST /commit?container=a1")).toEqual({ Labels: labels });
    expect(await sentBody(commits, "POST /commit?container=a1", { Cmd: ["x"], Labels: { a: "b" } })).toEqual({
      Cmd: ["x"],
      Labels: { a: "b", ...labels },
    });
    expect((await forwarded(commits, "POST /commit?container=web")).body).toBeUndefined();
  });

  it("has its new volumes with it, binds among them", async () => {
    const create = {
      Image: box,
      HostConfig: {
        VolumeDriver: "local",
        Binds: ["new:/a", "new2:/b:ro,nocopy", "va:/c", "/d", "labelled:/e:z"],
        Mounts: [
          { Type: "volume", Source: "new3", Target: "/f", VolumeOptions: { Labels: { x: "y" }, NoCopy: true } },
          { Type: "volume", Source: "va", Target: "/g" },
          { Type: "volume", Target: "/h" },
          { Type: "tmpfs", Target: "/i" },
        ],
      },
    };
    const { HostConfig: host } = await sentBody(annas, "POST /containers/create", create);
    const driver = { DriverConfig: { Name: "local" } };
    expect(host).toEqual({
      VolumeDriver: "local",
      Binds: ["va:/c", "/d", "labelled:/e:z"],
      Mounts: [
        { ...create.HostConfig.Mounts[0], VolumeOptions: { Labels: { x: "y", ...mine("true") }, NoCopy: true } },
        create.HostConfig.Mounts[1],
        { Type: "volume", Target: "/h", VolumeOptions: { Labels: mine("true") } },
        create.HostConfig.Mounts[3],
        { Type: "volume", Source: "new", Target: "/a", VolumeOptions: { ...driver, Labels: mine("true") } },
        {
          Type: "volume",
          Source: "new2",
          Target: "/b",
          ReadOnly: true,
          VolumeOptions: { ...driver, NoCopy: true, Labels: mine("true") },
        },
      ],
    });
    const unlinked = await sentBody(["op=read,write"], "POST /containers/create", {
      Image: box,
      HostConfig: { Binds: ["new:/a"] },
    });
    expect(unlinked["HostConfig"]).toEqual({ Binds: ["new:/a"] });
  });

  it("may use nothing of another's", async () => {
    for (const host of [{ Binds: ["vb:/x"] }, { Binds: ["plain:/x"] }]) {
      expect(await plan(annas, "POST /containers/create", { Image: box, HostConfig: host })).toMatchObject({
        status: 403,
      });
    }
    for (const name of ["b1", "forged", "claimed", "nobody"]) {
      const host = { PidMode: `container:${name}` };
      expect(await plan(annas, "POST /containers/create", { Image: box, HostConfig: host })).toEqual({
        status: 400,
        json: { message: `No such container: ${name}` },
      });
    }
    expect(await plan(annas, "POST /containers/create", { Image: "nothing" })).toMatchObject({ status: 404 });
    expect(await plan(annas, "POST /networks/nb/connect", { Container: "a1" })).toMatchObject({ status: 404 });
    expect(await plan(annas, "POST /networks/na/connect", { Container: "b1" })).toMatchObject({ status: 404 });
    expect(await plan(annas, "POST /networks/copied/connect", { Container: "a1" })).toMatchObject({ status: 404 });
    expect(await plan(annas, "POST /networks/create", { Name: "nb" })).toMatchObject({ status: 403 });
    expect(await forwarded(annas, "POST /networks/na/connect", { Container: "a1" })).toMatchObject({
      target: `/networks/${idOf("na")}/connect`,
    });
  });
});

describe("what the root id creates", () => {
  const root = [`link=${first}`];

  it("is labelled as its own, and otherwise sent as it came", async () => {
    const create = {
      Image: "box",
      Odd: 1,
      HostConfig: { Privileged: true },
      Labels: { a: "b", "docker-id.image": "x" },
    };
    expect(await sentBody(root, "POST /v1.41/containers/create?name=%41", create)).toEqual({
      ...create,
      Labels: { a: "b", [owned(first)]: box },
    });
    expect((await forwarded(root, "POST /v1.41/containers/create?name=%41", create)).target).toBe(
      "/v1.41/containers/create?name=%41",
    );
    expect(await sentBody(root, "POST /volumes/create", { Name: "x" })).toEqual({
      Name: "x",
      Labels: { [owned(first)]: "true" },
    });
    expect(await sentBody(root, "POST /networks/create", { Name: "x" })).toEqual({
      Name: "x",
      Labels: { [owned(first)]: "x" },
    });
  });

  it("takes over no label of the gateway's from its image", async () => {
    expect(await sentBody([], "POST /containers/create", { Image: "claims" })).toEqual({
      Image: "claims",
      Labels: { [owned(first)]: "", [owned(first, anna)]: "", "docker-id.image": "" },
    });
  });

  it("goes on whatever it is where it can't be read, or is nothing that is labelled", async () => {
    const as = (sent: string) => forwarded(root, "POST /containers/create", sent);
    for (const sent of ['{"Image":"box","labels":{}}', '{"a":1,"a":2}', "[]", "nonsense", '{"Image":"box"} {}']) {
      expect(await as(sent)).toMatchObject({ body: "stream", setHeaders: {}, answer: "whole" });
    }
    expect((await forwarded(root, "POST /containers/a1/exec", { Cmd: ["x"] })).body).toBe("stream");
    expect(await forwarded(root, "GET /anything?at=all&at=all")).toMatchObject({ target: "/anything?at=all&at=all" });
    expect(await sentBody(root, "POST /containers/create", { Image: "nothing" })).toEqual({ Image: "nothing" });
    expect(await sentBody(root, "POST /containers/create", { Image: "box", Labels: "odd" })).toEqual({
      Image: "box",
      Labels: "odd",
    });
  });

  it("is not silently without what it asks the gateway for", async () => {
    const create = { Image: "box", Labels: { "docker-id.socket": "true" } };
    expect(await plan(root, "POST /containers/create", create)).toMatchObject({ status: 400 });
    expect(await plan(annas, "POST /containers/create", create)).toMatchObject({ status: 403 });
  });
});
