import { describe, expect, it } from "vitest";
import { ownerLabel } from "../../src/caveats/owner.ts";
import { alpine, attempt, debian, judge, refuse, allow, touch, typed, web, webId } from "./scene.ts";

const [root, mine, other, later] = ["1", "2", "3", "4"].map((digit) => `189345600${digit}.${digit.repeat(24)}`) as [
  string,
  string,
  string,
  string,
];
const gateway = { door: "gateway", ownership: true } as const;
const made = (...path: string[]) =>
  touch(`container:${webId}:write`, { labels: { [ownerLabel(path)]: alpine }, image: alpine });

describe("owner", () => {
  it("grants what was created under the link, by whoever was narrowed from it", () => {
    allow(`owner=${mine}`, attempt([made(root, mine)]), gateway, [root, mine]);
    allow(`owner=${root}`, attempt([made(root)]), gateway, [root, mine]);
    refuse(`owner=${mine}`, attempt([made(root)]), gateway, [root, mine]);
    refuse(`owner=${mine}`, attempt([made(root, other)]), gateway, [root, mine]);
    refuse(`owner=${mine}`, attempt([web("read")]), gateway, [root, mine]);
    refuse(`owner=${mine}`, attempt([made(root, mine), web("read")]), gateway, [root, mine]);
  });

  it("does not count a label that an image or another network could hand down", () => {
    const label = ownerLabel([root, mine]);
    const labelled = (text: string, value: string, more = {}) =>
      [
        `owner=${mine}`,
        attempt([touch(text, { ...more, labels: { [label]: value } })]),
        gateway,
        [root, mine],
      ] as const;
    allow(...labelled(`container:${webId}:write`, alpine, { image: alpine }));
    refuse(...labelled(`container:${webId}:write`, alpine, { image: debian }));
    refuse(...labelled(`container:${webId}:write`, "true", { image: alpine }));
    refuse(...labelled(`container:${webId}:write`, alpine));
    refuse(...labelled(`container:${webId}:write`, "undefined"));
    allow(...labelled(`network:${webId}:write`, "mine", { names: ["mine"] }));
    refuse(...labelled(`network:${webId}:write`, "theirs", { names: ["mine"] }));
    refuse(...labelled(`network:${webId}:write`, "true"));
    allow(...labelled("volume:data:write", "true", { names: ["data"] }));
    refuse(...labelled("volume:data:write", "", { names: ["data"] }));
  });

  it("knows a link by those before it", () => {
    refuse(`owner=${mine}`, attempt([made(root, mine)]), gateway, [root, other, mine]);
    refuse(`owner=${mine}`, attempt([made(root, mine)]), gateway, [mine]);
    refuse(`owner=${mine}`, attempt([made(root, mine)]), gateway, [root, mine, mine]);
  });

  it("needs a link that stands before it", () => {
    expect(judge(`owner=${later}`, attempt([made(root, later)]), gateway, [root, mine])).toContain("stand before");
    refuse(`owner=${later}`, attempt([made(root, later)]), gateway, []);
  });

  it("grants what the gateway is about to label, and no kind that it cannot", () => {
    const judged = (text: string, more = {}) =>
      [`owner=${mine}`, attempt([touch(text, more)]), gateway, [root, mine]] as const;
    allow(...judged("container:+:write", { image: alpine }));
    allow(...judged("volume:+:write"));
    allow(...judged("network:+:write"));
    refuse(...judged("image:+:write"));
    refuse(...judged(`image:${alpine}:read`, { labels: { [ownerLabel([root, mine])]: "true" } }));
    refuse(...judged("container:*:read", { labels: { [ownerLabel([root, mine])]: "true" } }));
    refuse(...judged("host:privileged:write"));
    refuse(...judged("container:x1:read", { labels: { [ownerLabel([root, mine])]: "false" } }));
    refuse(...judged("container:x1:read", { labels: JSON.parse('{"__proto__": "true"}') as Record<string, string> }));
  });

  it("lets an image be used for a new container of its own, and for nothing else", () => {
    const create = touch("container:+:write", { image: alpine });
    allow(`owner=${mine}`, attempt([touch(`image:${alpine}:read`), create]), gateway, [root, mine]);
    refuse(`owner=${mine}`, attempt([touch(`image:${debian}:read`), create]), gateway, [root, mine]);
    refuse(`owner=${mine}`, attempt([touch(`image:${alpine}:write`), create]), gateway, [root, mine]);
    refuse(`owner=${mine}`, attempt([touch("image:*:read"), create]), gateway, [root, mine]);
    refuse(`owner=${mine}`, attempt([touch(`image:${alpine}:read`), made(root, mine)]), gateway, [root, mine]);
  });

  it("names the gateway where creators are not known", () => {
    expect(judge(`owner=${mine}`, attempt([made(root, mine)]), {}, [root, mine])).toMatch(/plugin.*gateway/);
  });

  it("is a link", () => {
    expect(typed("owner", mine)).toBe(mine);
    for (const words of ["", "mine", `${mine},${root}`]) expect(() => typed("owner", words)).toThrow("a link is");
  });
});
