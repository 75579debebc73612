import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { presets } from "../../src/caveats/presets.ts";
import type { Circumstances } from "../../src/docker/attempt.ts";
import type { Access, Rights } from "../../src/registry/access.ts";
import { judge, judgeWish, refusesAltogether } from "../../src/registry/judge.ts";
import { formatScope, parseScopes, wishesOf } from "../../src/registry/scopes.ts";
import { caveats as anyCaveat, links } from "../caveats/arbitrary.ts";
import { alpine, circumstances as known, webId } from "../caveats/scene.ts";
import { tokenOf } from "../policy/token-of.ts";

const hub = { service: "registry", hosts: ["hub.example.com", "127.0.0.1:5100"] };
const here = known({ door: "registry", service: "registry", address: "192.0.2.7" });
const all = ["repository:team/app:*", "repository:other:pull,push", "registry:catalog:*"];
const everything: Rights = () => ({ granted: true, why: "rule 1 grants it" });
const nothing: Rights = () => ({ granted: false, why: "no rule matches" });

/** What an id with these caveats is granted of all. */
function granted(
  caveats: readonly string[],
  more: Partial<Circumstances> = {},
  scopes = all,
  registry = hub,
): string[] {
  const standing = { token: tokenOf(...caveats), circumstances: { ...here, ...more } };
  return spell(judge(parseScopes(scopes), registry, standing).granted);
}

function spell(access: readonly Access[]): string[] {
  return access.filter(({ actions }) => actions.length > 0).map(formatScope);
}

function spellEach(access: readonly Access[]): string[] {
  return access.flatMap((one) => one.actions.map((does) => `${one.type}:${one.name}:${does}`));
}

/** What becomes of one action of a reader's on team/app. */
function asked(rights: Rights, action: string): ReturnType<typeof judgeWish> {
  const wish = { type: "repository", name: "team/app", action };
  return judgeWish(wish, hub, { token: reader, circumstances: here, rights });
}

const reader = tokenOf("op=read");
const othersAndPulls: Rights = ({ name, action }) => ({ granted: name === "other" || action === "pull", why: "" });
const whole = ["repository:team/app:pull,push,delete", "repository:other:pull,push", "registry:catalog:*"];
const reads = ["repository:team/app:pull", "repository:other:pull", "registry:catalog:*"];

describe("an id's caveats at the registry", () => {
  it("let the root id do all that a registry knows, and no more", () => {
    expect(granted([])).toEqual(whole);
    expect(granted([`link=${links[0]}`, "for=root"])).toEqual(whole);
    expect(
      granted([], {}, ["repository:a:admin,pull", "registry:catalog:pull", "registry:other:*", "plugin:a:pull"]),
    ).toEqual(["repository:a:pull"]);
  });

  it.each<[string, string[], Partial<Circumstances>?]>([
    ["op=read", reads],
    ["op=write", ["repository:team/app:push,delete", "repository:other:push"]],
    ["op=read,write", whole],
    ["action=registry.pull", ["repository:team/app:pull", "repository:other:pull"]],
    ["action=registry.push,registry.pull", ["repository:team/app:pull,push", "repository:other:pull,push"]],
    ["action=registry.delete", ["repository:team/app:delete"]],
    ["action=registry.catalog", ["registry:catalog:*"]],
    ["action=registry.*", whole],
    ["action=image.*", []],
    ["action=image.pull", []],
    ["action=registry.token", []],
    ["scope=repository:team/app:pull", ["repository:team/app:pull"]],
    ["scope=repository:team/app:read", ["repository:team/app:pull"]],
    ["scope=repository:team/app:push", ["repository:team/app:pull,push"]],
    ["scope=repository:team/app:delete", ["repository:team/app:delete"]],
    ["scope=repository:team/app:write", ["repository:team/app:pull,push,delete"]],
    ["scope=repository:team/*:pull", ["repository:team/app:pull"]],
    ["scope=repository:team/a*:pull", ["repository:team/app:pull"]],
    ["scope=repository:te*:pull", []],
    ["scope=repository:hub.example.com/team/app:push", ["repository:team/app:pull,push"]],
    ["scope=repository:127.0.0.1:5100/other:pull", ["repository:other:pull"]],
    ["scope=repository:hub.example.com/*:pull", ["repository:other:pull"]],
    ["scope=repository:elsewhere.example.com/team/app:push", []],
    ["scope=repository:team/app:v1:pull", []],
    ["scope=repository:team:pull", []],
    ["scope=repository:pull", ["repository:team/app:pull", "repository:other:pull"]],
    ["scope=repository:*:push", ["repository:team/app:pull,push", "repository:other:pull,push"]],
    ["scope=registry:catalog:read", ["registry:catalog:*"]],
    ["scope=registry:read", ["registry:catalog:*"]],
    ["scope=registry:docker.io:write", []],
    ["scope=image:write", []],
    ["scope=*:read", reads],
    ["scope=*:write", whole],
    ["scope=host:privileged:write", []],
    [`image_id=${alpine.replace(":", "%3A")}`, []],
    [`container_id=${webId}`, []],
    ["label=team", []],
    ["confined=true", whole],
  ])("%s leaves %j", (caveat, left) => {
    expect(granted([caveat])).toEqual(left);
  });

  it("leave nothing to what is owned, since no engine's labels reach a registry", () => {
    expect(granted([`link=${links[0]}`, `owner=${links[0]}`])).toEqual([]);
  });

  it.each(Object.entries(presets))(
    "of the preset %s leave pulls where it pulls images, and else nothing",
    (name, { caveats }) => {
      const left = granted(caveats(links[0] as string));
      const pulls = reads.filter((each) => each.endsWith(":pull"));
      expect(left).toEqual(["deploy", "pull"].includes(name) ? pulls : []);
    },
  );

  it("all have to agree", () => {
    expect(granted(["scope=repository:team/app:push", "op=read"])).toEqual(["repository:team/app:pull"]);
    expect(granted(["scope=repository:team/app:push", "scope=repository:other:push"])).toEqual([]);
  });

  it.each<[string, Partial<Circumstances>, Partial<Circumstances>]>([
    ["ip=192.0.2.0/24", { address: "192.0.2.7" }, { address: "198.51.100.1" }],
    ["expires=2030-01-31T12:00:01Z", {}, { now: new Date("2030-01-31T12:00:01Z") }],
    ["not_before=2030-01-31T12:00:00Z", {}, { now: new Date("2030-01-31T11:59:59Z") }],
    ["host=lap*", {}, { engine: ["build-7"] }],
    ["service=registry", {}, { service: "other" }],
    ["service=a,registry", {}, { service: "b" }],
    ["account=alice", { account: "alice" }, { account: "bob" }],
    ["account=alice,bob", { account: "bob" }, {}],
    ["peer=cn:build-7", { peer: { sha256: "00".repeat(32), cn: "build-7" } }, {}],
    ["socket=a1", { socket: "a1" }, {}],
  ])("%s refuses altogether, or not at all", (caveat, inside, outside) => {
    const token = tokenOf(caveat);
    expect(refusesAltogether(token, { ...here, ...inside })).toEqual([]);
    expect(granted([caveat], inside)).toEqual(whole);
    expect(refusesAltogether(token, { ...here, ...outside })).toMatchObject([{ caveat }]);
    expect(granted([caveat], outside)).toEqual([]);
  });

  it("refuse where no address or engine is known", () => {
    const { address: _, ...nowhere } = here;
    expect(refusesAltogether(tokenOf("ip=0.0.0.0/0"), nowhere)).not.toEqual([]);
    expect(refusesAltogether(tokenOf("host=*"), { ...here, engine: [] })).not.toEqual([]);
  });

  it.each([
    "op=write",
    "action=image.pull",
    `image_id=${alpine.replace(":", "%3A")}`,
    "scope=image:read",
    "confined=true",
  ])("%s is no reason to refuse a login", (caveat) => {
    expect(refusesAltogether(tokenOf(caveat), here)).toEqual([]);
  });
});

describe("a repository whose name begins as a host does", () => {
  const mirrored = ["repository:ghcr.io/team/app:pull,push"];

  it("is not what that host has under the name", () => {
    for (const caveat of ["scope=repository:ghcr.io/team/app:push", "scope=repository:ghcr.io/team/*:push"]) {
      expect(granted([caveat], {}, mirrored)).toEqual([]);
      expect(granted([caveat], {}, mirrored, { service: "mirror", hosts: [] })).toEqual([]);
    }
    for (const name of ["localhost/a", "Build/a", "x:5000/a", "[::1]/a"]) {
      expect(granted([`scope=repository:${name}:push`], {}, [`repository:${name}:push`])).toEqual([]);
    }
  });

  it("is known with the registry's own host", () => {
    expect(granted(["scope=repository:hub.example.com/ghcr.io/team/app:pull"], {}, mirrored)).toEqual([
      "repository:ghcr.io/team/app:pull",
    ]);
    expect(granted(["scope=repository:pull"], {}, mirrored)).toEqual(["repository:ghcr.io/team/app:pull"]);
  });
});

describe("rules and caveats", () => {
  const [app] = parseScopes(["repository:team/app:pull,push"]);

  it("must both agree, and tell who did not", () => {
    expect(asked(everything, "pull")).toMatchObject({
      granted: true,
      why: ["no caveat of the id refuses it", "rule 1 grants it"],
    });
    expect(asked(nothing, "pull")).toMatchObject({ granted: false, why: ["no rule matches"] });
    expect(asked(everything, "push")).toMatchObject({ granted: false, why: [expect.stringMatching(/^op=read: /)] });
    expect(asked(nothing, "push").why).toHaveLength(2);
  });

  it("bind the root id too where it acts as a user", () => {
    expect(
      spell(judge([app as Access], hub, { token: tokenOf(), circumstances: here, rights: nothing }).granted),
    ).toEqual([]);
  });

  it("grant nothing where there is neither, nor to an id that is nowhere", () => {
    expect(spell(judge([app as Access], hub, {}).granted)).toEqual([]);
    expect(spell(judge([app as Access], hub, { token: reader }).granted)).toEqual([]);
    expect(spell(judge([app as Access], hub, { token: reader, rights: everything }).granted)).toEqual([]);
  });

  it("are not asked about what docker-id does not know", () => {
    const odd = parseScopes(["repository:a:admin", "colour:red:*", "registry:catalog:pull", "registry:metrics:*"]);
    const { granted: given, withheld } = judge(odd, hub, { rights: everything });
    expect(spell(given)).toEqual([]);
    expect(withheld).toHaveLength(4);
  });
});

describe("whatever is asked for", () => {
  const name = fc.constantFrom("team/app", "other", "prod/app", "ghcr.io/team/app", "catalog");
  const action = fc.constantFrom("pull", "push", "delete", "*", "admin");
  const actions = fc.uniqueArray(action, { minLength: 1, maxLength: 4 });
  const type = fc.constantFrom("repository", "repository", "registry", "plugin");
  const requests = fc
    .array(fc.tuple(type, name, actions), { maxLength: 4 })
    .map((them) => parseScopes(them.map(([kind, called, does]) => `${kind}:${called}:${does.join(",")}`)));
  const registryCaveat = fc.constantFrom(
    "scope=repository:team/*:push",
    "scope=repository:*:write",
    "scope=registry:read,repository:hub.example.com/team/app:pull",
    "action=registry.pull",
    "action=registry.*",
    "op=read",
    "service=registry",
    "account=alice",
  );
  const chains = fc.array(fc.oneof(registryCaveat, anyCaveat), { maxLength: 4 });
  const somewhere = fc.constantFrom<Partial<Circumstances>>(
    {},
    { account: "alice" },
    { address: "192.0.2.9" },
    { engine: [] },
  );
  const rights = fc.constantFrom<Rights | undefined>(undefined, everything, nothing);

  it("is answered with each resource in its place, no action that was not asked for, and no * of a repository", () => {
    fc.assert(
      fc.property(requests, chains, somewhere, rights, (requested, chain, place, ruled) => {
        const circumstances = { ...here, ...place };
        const standing = { token: tokenOf(...chain), circumstances, ...(ruled && { rights: ruled }) };
        const { granted: given, withheld } = judge(requested, hub, standing);
        expect(given.map((one) => `${one.type}:${one.name}`)).toEqual(
          requested.map((one) => `${one.type}:${one.name}`),
        );
        for (const [at, access] of given.entries()) {
          const wished = wishesOf(requested[at] as Access).map((wish) => wish.action);
          expect(wished).toEqual(expect.arrayContaining([...access.actions]));
          if (access.type === "repository") expect(access.actions).not.toContain("*");
          else expect(access.actions.every((one) => one === "*" && access.name === "catalog")).toBe(true);
        }
        expect(withheld.length + given.flatMap((one) => one.actions).length).toBe(requested.flatMap(wishesOf).length);
      }),
    );
  });

  it("an id that was narrowed is never granted more", () => {
    fc.assert(
      fc.property(requests, chains, chains, somewhere, rights, (requested, chain, more, place, ruled) => {
        const circumstances = { ...here, ...place };
        const [wide, narrow] = [chain, [...chain, ...more]].map((caveats) => {
          const token = tokenOf(...caveats);
          if (refusesAltogether(token, circumstances).length > 0) return [];
          const judged = judge(requested, hub, { token, circumstances, ...(ruled && { rights: ruled }) });
          return spellEach(judged.granted);
        }) as [string[], string[]];
        expect(wide).toEqual(expect.arrayContaining(narrow));
      }),
      { numRuns: 500 },
    );
  });

  it("an id that acts as a user is granted no more than the user, nor than the id alone", () => {
    fc.assert(
      fc.property(requests, chains, (requested, chain) => {
        const token = tokenOf(...chain);
        const both = spellEach(judge(requested, hub, { token, circumstances: here, rights: othersAndPulls }).granted);
        expect(spellEach(judge(requested, hub, { rights: othersAndPulls }).granted)).toEqual(
          expect.arrayContaining(both),
        );
        expect(spellEach(judge(requested, hub, { token, circumstances: here }).granted)).toEqual(
          expect.arrayContaining(both),
        );
      }),
    );
  });
});
