import { describe, expect, it } from "vitest";
import { parse } from "../../../src/macaroon/parse.ts";
import { verifyToken, type VerifiedToken } from "../../../src/policy/token.ts";
import { planRevocation } from "../../../src/server/gate/revocation.ts";
import { narrow, root, rootKey, link } from "../room.ts";

function token(text: string): VerifiedToken {
  const found = verifyToken(parse(text), rootKey.key);
  if ("refused" in found) throw new Error(found.refused);
  return found;
}

const friend = narrow(root, "op=read", `link=${link("friend")}`);
const guest = narrow(friend, "expires=2040-01-01T00:00:00Z", `link=${link("guest")}`, "expires=2030-01-01T00:00:00Z");
const stranger = narrow(root, "op=read", `link=${link("stranger")}`);
const deputy = narrow(root, `link=${link("deputy")}`);

describe("what an id may take back", () => {
  it.each<[string, string, string]>([
    ["the root id, anything", root, stranger],
    ["another root id, anything", deputy, stranger],
    ["an ancestor, what was narrowed from it", friend, guest],
    ["an id, itself", guest, guest],
    ["the root id, another root id", root, deputy],
  ])("%s", (_, presented, target) => {
    expect(planRevocation(token(presented), { token: token(target) }, undefined)).toHaveProperty("revocation");
  });

  it.each<[string, string, string]>([
    ["not a sibling", friend, stranger],
    ["not what it was narrowed from", guest, friend],
    ["not the root id", guest, root],
    ["not itself, if it is the root id", root, root],
    ["not what it grew from, if it is a root id", deputy, root],
  ])("%s", (_, presented, target) => {
    expect(planRevocation(token(presented), { token: token(target) }, undefined)).toHaveProperty("forbidden");
  });

  it("nothing, while its own caveats refuse it", () => {
    expect(planRevocation(token(friend), { token: token(guest) }, "it expired")).toMatchObject({
      forbidden: "it expired",
    });
  });

  it("by link as root alone, and not what it stands under itself", () => {
    expect(planRevocation(token(root), { link: link("friend") }, undefined)).toMatchObject({
      revocation: { point: { link: link("friend") } },
      link: link("friend"),
    });
    expect(planRevocation(token(friend), { link: link("guest") }, undefined)).toHaveProperty("forbidden");
    expect(planRevocation(token(deputy), { link: link("deputy") }, undefined)).toHaveProperty("forbidden");
  });
});

describe("what is recorded", () => {
  it("is the last signature's digest, until the earliest of the expiries before it", () => {
    const target = token(guest);
    expect(planRevocation(token(root), { token: target }, undefined)).toEqual({
      name: link("guest"),
      link: link("guest"),
      revocation: { point: { signature: target.digests.at(-1) }, until: new Date("2030-01-01T00:00:00Z") },
    });
  });

  it("is for ever where nothing expires", () => {
    expect(planRevocation(token(root), { token: token(friend) }, undefined)).not.toHaveProperty("revocation.until");
    expect(planRevocation(token(root), { link: link("friend") }, undefined)).not.toHaveProperty("revocation.until");
  });
});
