import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { ownerLabel } from "../../src/caveats/owner.ts";
import { writeCaveat } from "../../src/caveats/vocabulary.ts";
import type { Touch } from "../../src/docker/attempt.ts";
import { decide } from "../../src/policy/decide.ts";
import { labelFilters, sees } from "../../src/policy/sees.ts";
import { caveats as arbitrary } from "../caveats/arbitrary.ts";
import { alpine, attempt, circumstances, db, debian, now, touch, web, webId } from "../caveats/scene.ts";
import { tokenOf } from "./token-of.ts";

const [root, mine] = [`1.${"1".repeat(24)}`, `2.${"2".repeat(24)}`] as const;
const gateway = circumstances({ door: "gateway", ownership: true });
const ofAlpine = writeCaveat("image_id", alpine, now);
const list = attempt([touch("container:*:read")], { action: "container.list" });

function shows(caveats: readonly string[], shown: Touch): boolean {
  return sees(tokenOf(...caveats), shown, list, gateway);
}

describe("what an id sees", () => {
  const owned = { ...web("write"), labels: { [ownerLabel([root, mine])]: alpine } };
  const owner = [`link=${root}`, `link=${mine}`, `owner=${mine}`];

  it.each([
    [["container_id=" + webId], web(), true],
    [["container_id=" + webId], db(), false],
    [[ofAlpine], web(), true],
    [[ofAlpine], db(), false],
    [[ofAlpine], touch(`image:${alpine}:read`), true],
    [[ofAlpine], touch(`image:${debian}:read`), false],
    [["label=team=web"], web("write"), true],
    [["label=team=web"], db(), false],
    [["scope=container:web:read"], web(), true],
    [["scope=container:web:read"], web("write"), false],
    [["scope=container:web:write", "label=team=db"], web(), false],
    [owner, owned, true],
    [owner, web(), false],
    [["link=" + root, "owner=" + mine], owned, false],
    [["op=read"], db("write"), true],
    [["expires=2020-01-01T00:00:00Z"], db(), true],
    [["scope=*:*:write"], touch("guard:plugins:write"), false],
    [["scope=*:*:write"], touch("host:info:read"), false],
    [["scope=host:info:read"], touch("host:info:read"), true],
    [["scope=host:info:read", "confined=true"], touch("host:info:read"), false],
    [["op=read", "scope=host:info:read"], touch("host:info:read"), false],
    [[], touch("guard:plugins:write"), true],
  ] as [string[], Touch, boolean][])("%j: %j, %s", (caveats, shown, expected) => {
    expect(shows(caveats, shown)).toBe(expected);
  });

  it("is what the id could read by itself", () => {
    const things = [
      web(),
      db(),
      owned,
      touch(`image:${alpine}:read`),
      touch("volume:data:read"),
      touch("host:info:read"),
    ];
    assert(
      property(array(arbitrary, { maxLength: 4 }), constantFrom(...things), (caveats, thing) => {
        const token = tokenOf(...caveats);
        const alone = decide(token, attempt([thing]), gateway);
        if (alone.verdict === "allowed") expect(sees(token, thing, attempt([thing]), gateway)).toBe(true);
        const resources = token.caveats.filter(({ definition }) => definition.resource || definition.name === "link");
        const onlyThese = tokenOf(
          ...resources.map(({ text }) => text),
          "for=somebody",
          "not_before=2000-01-01T00:00:00Z",
        );
        const confined = token.caveats.some(({ name }) => name === "confined");
        if (thing.kind === "host" || confined) return;
        expect(sees(token, thing, attempt([thing]), gateway)).toBe(
          decide(onlyThese, attempt([thing]), gateway).verdict === "allowed",
        );
      }),
    );
  });
});

describe("filters by label", () => {
  it.each([
    [[`link=${root}`, `link=${mine}`, `owner=${root}`], [ownerLabel([root])], true],
    [["label=team=web"], ["team=web"], true],
    [["label=team=web,team=db"], [], false],
    [["label=team", "scope=container:read"], ["team"], false],
    [["op=read"], [], true],
    [[`owner=${mine}`], [], false],
  ] as [string[], string[], boolean][])("of %j: %j, and that is all: %s", (caveats, labels, whole) => {
    expect(labelFilters(tokenOf(...caveats))).toEqual({ labels, whole });
  });
});
