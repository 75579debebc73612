import { describe, expect, it } from "vitest";
import { readCaveat } from "../../src/caveats/vocabulary.ts";
import { allow, alpine, attempt, db, refuse, touch, typed, web, webId } from "./scene.ts";

const tagged = (level: "read" | "write", ...names: string[]) => touch(`image:${alpine}:${level}`, { names });
const build = (...names: string[]) => attempt([touch("image:+:write", { names })]);
const of = (kind: string, level: string, deployment = "shop") =>
  attempt([touch(`${kind}:x1:${level}`, { deployment })]);
const may = (level: string, does: string): void =>
  allow(`scope=repository:app:${level}`, attempt([touch(`repository:app:${does}`)]));
const mayNot = (level: string, does: string): void =>
  refuse(`scope=repository:app:${level}`, attempt([touch(`repository:app:${does}`)]));

describe("scope", () => {
  it("covers by kind and level", () => {
    allow("scope=container:read", attempt([web("read")]));
    allow("scope=container:write", attempt([web("read"), db("write")]));
    refuse("scope=container:read", attempt([web("write")]));
    refuse("scope=image:write", attempt([web("read")]));
    refuse("scope=container:write", attempt([web("read"), touch("volume:data:read")]));
    allow("scope=container:write,volume:read", attempt([web("read"), touch("volume:data:read")]));
  });

  it("covers by full id and by name as the engine resolved them", () => {
    allow(`scope=container:${webId}:read`, attempt([web()]));
    allow("scope=container:web:read", attempt([web()]));
    refuse("scope=container:web:read", attempt([db()]));
    refuse("scope=container:we:read", attempt([web()]));
    refuse(`scope=container:${webId.slice(0, 12)}:read`, attempt([web()]));
  });

  it("splits at the first and the last colon", () => {
    allow(`scope=image:${alpine}:read`, attempt([touch(`image:${alpine}:read`)]));
    allow("scope=image:prod/app:v1:read", attempt([tagged("read", "prod/app:v1")]));
    allow("scope=repository:localhost:5000/app:pull", attempt([touch("repository:localhost:5000/app:pull")]));
    refuse("scope=repository:localhost:pull", attempt([touch("repository:localhost:5000/app:pull")]));
  });

  it("stops a trailing * at a slash", () => {
    allow("scope=container:web*:read", attempt([touch("container:x:read", { names: ["web-1"] })]));
    refuse("scope=container:web*:read", attempt([web()]));
    allow("scope=repository:prod/*:pull", attempt([touch("repository:prod/app:pull")]));
    refuse("scope=repository:prod/*:pull", attempt([touch("repository:prod/team/app:pull")]));
    refuse("scope=repository:prod/*:pull", attempt([touch("repository:production/app:pull")]));
    refuse("scope=repository:prod/*:pull", attempt([touch("repository:prod/:pull")]));
    allow("scope=repository:*:pull", attempt([touch("repository:prod/team/app:pull")]));
  });

  it("takes a list of all, and what is yet to be, for more than any name", () => {
    for (const all of ["scope=container:*:write", "scope=container:write", "scope=*:*:write", "scope=*:write"]) {
      allow(all, attempt([touch("container:*:read")]));
      allow(all, attempt([touch("container:+:write")]));
    }
    for (const some of ["scope=container:web*:write", `scope=container:${webId}:write`]) {
      refuse(some, attempt([touch("container:*:read")]));
      refuse(some, attempt([touch("container:+:write")]));
    }
    refuse("scope=container:*:read", attempt([touch("container:+:write")]));
  });

  it("lets a new thing have the names that all lie within", () => {
    allow("scope=image:mine/*:write", build("mine/app:1"));
    allow("scope=image:mine/*:write,image:test:1:write", build("mine/app:1", "test:1"));
    refuse("scope=image:mine/*:write", build("mine/app:1", "prod/app:1"));
    refuse("scope=image:mine/*:write", build("prod/app:1"));
    refuse("scope=image:mine/*:write", build());
    refuse("scope=image:mine/*:read", build("mine/app:1"));
  });

  it("changes nothing under another's name for it", () => {
    allow("scope=image:mine/*:read", attempt([tagged("read", "prod/app:1", "mine/app:1")]));
    refuse("scope=image:mine/*:write", attempt([tagged("write", "prod/app:1", "mine/app:1")]));
    refuse("scope=image:mine/*:write", attempt([tagged("write", "mine/app:1", "prod/app@sha256:00")]));
    allow("scope=image:mine/app:1:write", attempt([tagged("write", "mine/app:1", "mine/app@sha256:00")]));
    refuse(
      "scope=image:mine/app:1:write",
      attempt([tagged("write", "mine/app:1", "mine/app:2", "mine/app@sha256:00")]),
    );
    allow("scope=image:mine/*:write,image:prod/*:write", attempt([tagged("write", "prod/app:1", "mine/app:1")]));
    allow(`scope=image:${alpine}:write`, attempt([tagged("write", "prod/app:1", "mine/app:1")]));
  });

  it("knows a repository by every way to write it", () => {
    const names = ["prod/app", "docker.io/prod/app:v1", "prod/app:v1"];
    const push = attempt([touch("repository:docker.io/prod/app:push", { names })]);
    for (const id of ["docker.io/prod/app", "prod/app", "prod/app:v1", "prod/*", "docker.io/prod/app:v*"]) {
      allow(`scope=repository:${id}:push`, push);
    }
    for (const id of ["prod/app:v2", "prod", "app", "prod/app:v1*"]) refuse(`scope=repository:${id}:push`, push);
  });

  it("knows a repository's own levels", () => {
    may("pull", "pull");
    may("read", "pull");
    may("push", "pull");
    may("push", "push");
    may("delete", "delete");
    for (const level of ["pull", "push", "delete", "read", "write"]) may("write", level);
    for (const level of ["push", "delete", "write"]) mayNot("pull", level);
    for (const level of ["push", "delete", "write"]) mayNot("read", level);
    for (const level of ["delete", "write"]) mayNot("push", level);
    for (const level of ["pull", "push", "read", "write"]) mayNot("delete", level);
    allow("scope=*:*:read", attempt([touch("repository:app:pull")]));
    refuse("scope=*:*:read", attempt([touch("repository:app:push")]));
    refuse("scope=container:write", attempt([touch("container:web:push")]));
  });

  it("means neither the host nor the guard by *", () => {
    refuse("scope=*:*:write", attempt([touch("host:privileged:write")]));
    refuse("scope=*:*:write", attempt([touch("host:bind/srv/data:read")]));
    refuse("scope=*:*:write,host:*:write", attempt([touch("guard:/etc/docker:write")]));
    allow("scope=*:*:write,host:bind/srv/data:write", attempt([web("write"), touch("host:bind/srv/data:write")]));
    refuse("scope=host:bind/srv/data:read", attempt([touch("host:bind/srv/data:write")]));
    refuse("scope=host:bind/srv/data:write", attempt([touch("host:bind/srv:write")]));
    refuse("scope=host:bind/srv/data:write", attempt([touch("host:bind/srv/data/x:write")]));
    allow("scope=host:bind/srv/*:write", attempt([touch("host:bind/srv/data:write")]));
    refuse("scope=host:bind/*:write", attempt([touch("host:bind/:write")]));
    refuse("scope=host:bind/*:write", attempt([touch("host:bind/srv/data:write")]));
  });

  it("reads what a deployment has, where the gateway labels it", () => {
    const behindGateway = { ownership: true };
    for (const kind of ["container", "volume", "network"]) {
      allow("scope=deployment:shop:read", of(kind, "read"), behindGateway);
      allow("scope=deployment:sh*:write", of(kind, "read"), behindGateway);
      refuse("scope=deployment:shop:write", of(kind, "write"), behindGateway);
      refuse("scope=deployment:shop:read", of(kind, "read", "shop2"), behindGateway);
      refuse("scope=deployment:shop:read", of(kind, "read"));
    }
    refuse("scope=deployment:shop:read", of("host", "read"), behindGateway);
    refuse("scope=deployment:shop:read", of("image", "read"), behindGateway);
    refuse("scope=deployment:shop:read", attempt([web()]), behindGateway);
    allow("scope=deployment:shop:write", attempt([touch("deployment:shop:write")]));
    refuse("scope=deployment:shop:read", attempt([touch("deployment:shop:write")]));
  });

  it.each([
    ["container:web:read, image:read", "container:web:read,image:read"],
    ["container:web:read,container:web:read", "container:web:read"],
    ["image:a%2cb:read", "image:a%2Cb:read"],
    ["host:bind/srv/my data:read", "host:bind/srv/my%20data:read"],
    ["host:bind/srv/größe:read", "host:bind/srv/gr%C3%B6%C3%9Fe:read"],
    ["image:localhost%3A5000/x:read", "image:localhost:5000/x:read"],
  ])("reads %s as %s", (words, canonical) => {
    expect(typed("scope", words)).toBe(canonical);
    expect(readCaveat(`scope=${canonical}`).text).toBe(`scope=${canonical}`);
  });

  it.each([
    ..."container guard:*:write guard:write pod:read container: :read container::read container:web:execute".split(" "),
    ..."container:web:pull image:push *:*:pull container:a*b:read container:**:read container:+:write".split(" "),
    ..."container:read,container:read container:read, image:a%2cb:read image:%41:read image:a%3Ab:read Container:read".split(
      " ",
    ),
    "container:web:read ",
    "container:web :read",
    "container:wéb:read",
    "",
  ])("refuses %j in a token", (text) => expect(() => readCaveat(`scope=${text}`)).toThrow("scope"));
});
