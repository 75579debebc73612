import { describe, expect, it } from "vitest";
import { readBuild } from "../../../src/docker/bodies/build.ts";
import { readCommit } from "../../../src/docker/bodies/commit.ts";
import { readImageCreate, readImageLoad } from "../../../src/docker/bodies/image.ts";
import { Unread } from "../../../src/docker/unread.ts";
import { id, read, spell } from "./engine.ts";

describe("a pull and an import", () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      "docker pull busybox",
      { fromImage: "docker.io/library/busybox", tag: "latest" },
      ["image:+:write", "repository:docker.io/library/busybox:pull"],
    ],
    [
      "by digest",
      { fromImage: "busybox", tag: `sha256:${id("a")}` },
      ["image:+:write", "repository:docker.io/library/busybox:pull"],
    ],
    [
      "another registry's",
      { fromImage: "localhost:5000/a/b" },
      ["image:+:write", "repository:localhost:5000/a/b:pull"],
    ],
    [
      "docker import - prod/app:v1",
      { fromSrc: "-", repo: "prod/app:v1" },
      ["image:+:write", "repository:docker.io/prod/app:push"],
    ],
    ["docker import -", { fromSrc: "-", repo: "", tag: "" }, ["image:+:write"]],
    ["an import by the engine itself", { fromSrc: "http://169.254.169.254/" }, ["host:fetch:write", "image:+:write"]],
  ])("%s", async (_, query, touches) => {
    expect(spell(await read(readImageCreate, undefined, query))).toEqual(touches);
  });

  it.each([
    [{}],
    [{ fromImage: "a", fromSrc: "-" }],
    [{ fromImage: "a:b", tag: "c" }],
    [{ fromImage: "A" }],
    [{ fromImage: id("a") }],
    [{ fromSrc: "-", tag: "x" }],
    [{ fromSrc: "-", repo: "a:b", tag: "c" }],
  ])("%j is not understood", async (query) => {
    await expect(read(readImageCreate, undefined, query)).rejects.toThrow(Unread);
  });

  it("says which tags a name has, for those who were given one", async () => {
    const [, tagged] = await read(readImageCreate, undefined, { fromImage: "prod/app", tag: "v1" });
    expect(tagged?.names).toEqual(["prod/app", "docker.io/prod/app:v1", "prod/app:v1"]);
    const [, all] = await read(readImageCreate, undefined, { fromImage: "prod/app" });
    expect(all?.names).toEqual(["prod/app"]);
  });
});

describe("a load", () => {
  it("may bind any name", async () => {
    expect(spell(await read(readImageLoad, undefined))).toEqual(["image:+:write", "repository:*:push"]);
  });
});

describe("a commit", () => {
  it.each<[string, object | undefined, Readonly<Record<string, string>>, readonly string[]]>([
    ["without a name", undefined, { container: "plain" }, []],
    ["with one", {}, { container: "plain", repo: "made", tag: "it" }, ["repository:docker.io/library/made:push"]],
    ["with a config", { Cmd: ["sh"], Labels: { a: "b" } }, { container: "plain" }, []],
  ])("%s", async (_, body, query, more) => {
    const touches = [`container:${id("706c61696e")}:read`, "image:+:write", ...more];
    expect(spell(await read(readCommit, body, query))).toEqual(touches);
  });

  it.each<[object | undefined, Readonly<Record<string, string>>]>([
    [undefined, {}],
    [undefined, { container: "gone" }],
    [undefined, { container: "plain", tag: "x" }],
    [{ HostConfig: {} }, { container: "plain" }],
    [{ Labels: { "docker-id.owner": "x" } }, { container: "plain" }],
  ])("%j %j is not understood", async (body, query) => {
    await expect(read(readCommit, body, query)).rejects.toThrow(Unread);
  });
});

describe("a build", () => {
  // As docker 20.10.24 writes `DOCKER_BUILDKIT=0 docker build --network none -t b:uilt .`
  const plain = {
    buildargs: "{}",
    cachefrom: "[]",
    cgroupparent: "",
    cpuperiod: "0",
    cpuquota: "0",
    cpusetcpus: "",
    cpusetmems: "",
    cpushares: "0",
    dockerfile: "Dockerfile",
    labels: "{}",
    memory: "0",
    memswap: "0",
    networkmode: "none",
    rm: "1",
    shmsize: "0",
    target: "",
    ulimits: "null",
    version: "1",
  };
  const always = ["build:+:write", "host:fetch:write", "image:*:read", "image:+:write", "repository:*:pull"];

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ["as it comes", {}, []],
    ["on the default network", { networkmode: "default" }, []],
    ["-t", { t: "b:uilt" }, ["repository:docker.io/library/b:push"]],
    ["from elsewhere", { remote: "https://example.org/x.git" }, []],
    ["--network host", { networkmode: "host" }, ["host:network:write"]],
    [
      "--network container:mighty",
      { networkmode: "container:mighty" },
      [`container:${id("6d6967687479")}:write`, "host:privileged:write"],
    ],
    ["--security-opt", { securityopt: "seccomp=unconfined" }, ["host:security-opt/seccomp:write"]],
    ["--cgroup-parent", { cgroupparent: "/x" }, ["host:cgroup-parent:write"]],
    ["by BuildKit", { version: "2", session: "x" }, ["host:buildkit:write"]],
    ["--output", { outputs: "[]" }, ["host:buildkit:write"]],
  ])("%s", async (_, query, more) => {
    expect(spell(await read(readBuild, undefined, { ...plain, ...query }))).toEqual([...always, ...more].sort());
  });

  it("may have several names, and binds them all", async () => {
    const touches = await read(readBuild, undefined, {
      ...plain,
      t: "a:1\0prod/b",
      securityopt: "label=disable\0no-new-privileges",
    });
    expect(spell(touches, "repository", "host")).toEqual([
      "host:fetch:write",
      "host:security-opt/label:write",
      "repository:*:pull",
      "repository:docker.io/library/a:push",
      "repository:docker.io/prod/b:push",
    ]);
  });

  it.each([
    [{ surprise: "1" }],
    [{ version: "3" }],
    [{ isolation: "hyperv" }],
    [{ t: "Not A Name" }],
    [{ labels: '{"docker-id.owner":"x"}' }],
    [{ labels: "{" }],
    [{ networkmode: "gone" }],
  ])("%j is not understood", async (query) => {
    await expect(read(readBuild, undefined, { ...plain, ...query })).rejects.toThrow(Unread);
  });
});
