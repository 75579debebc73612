import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admitRule, rightsOf, type Rule, type Subject } from "../../src/registry/rules.ts";

const alice: Subject = { account: "alice", labels: {}, service: "hub", address: "10.1.2.3" };
const nobody: Subject = { labels: {}, service: "hub", address: "10.1.2.3" };

function ruling(subject: Subject, rules: readonly Rule[], asked: string): { granted: boolean; why: string } {
  const [type = "", name = "", action = ""] = asked.split(" ");
  return rightsOf(subject, rules)({ type, name, action });
}
const allow = (...question: Parameters<typeof ruling>): void =>
  expect(ruling(...question), question[2]).toMatchObject({ granted: true });
const refuse = (...question: Parameters<typeof ruling>): void =>
  expect(ruling(...question), question[2]).toMatchObject({ granted: false });

describe("rules", () => {
  it("grant nothing where there are none, or none matches", () => {
    refuse(alice, [], "repository a pull");
    refuse(nobody, [], "repository a pull");
    refuse(alice, [{ match: { account: "bob" }, actions: ["*"] }], "repository a pull");
  });

  it("are asked in order, and the first that matches decides", () => {
    const rules: Rule[] = [
      { match: { account: "alice", name: "alice/secret" }, actions: [], comment: "closed" },
      { match: { account: "alice", name: "alice/**" }, actions: ["pull"] },
      { match: { account: "alice" }, actions: ["*"] },
    ];
    refuse(alice, rules, "repository alice/secret pull");
    allow(alice, rules, "repository alice/app pull");
    refuse(alice, rules, "repository alice/app push");
    allow(alice, rules, "repository other push");
    expect(ruling(alice, rules, "repository alice/secret pull").why).toBe("rule 1 (closed) withholds it");
    expect(ruling(alice, rules, "repository other push").why).toBe("rule 3 grants it");
    expect(ruling(alice, rules.slice(0, 2), "repository other push").why).toBe("no rule of this service matches");
  });

  it("match by everything that they name", () => {
    const match = { account: "al*", type: "repository", name: "team/*", service: "hub", ip: ["10.0.0.0/8"] };
    const rules: Rule[] = [{ match, actions: ["pull"] }];
    allow(alice, rules, "repository team/app pull");
    refuse({ ...alice, account: "bob" }, rules, "repository team/app pull");
    refuse({ ...alice, service: "hub2" }, rules, "repository team/app pull");
    refuse({ ...alice, address: "192.0.2.1" }, rules, "repository team/app pull");
    refuse(alice, rules, "registry team/app pull");
    refuse(alice, rules, "repository team/a/b pull");
  });

  it("know addresses in either family, and mapped ones", () => {
    const rules: Rule[] = [{ match: { account: "*", ip: ["10.0.0.0/8", "2001:db8::/32"] }, actions: ["pull"] }];
    for (const address of ["10.9.9.9", "::ffff:10.9.9.9", "2001:db8::1"])
      allow({ ...alice, address }, rules, "repository a pull");
    for (const address of ["11.0.0.1", "2001:db9::1", "10.0.0", "x", ""])
      refuse({ ...alice, address }, rules, "repository a pull");
    refuse(alice, [{ match: { ip: [] }, actions: ["*"] }], "repository a pull");
  });

  it("take an address that is not known for the worse", () => {
    const { address: _, ...hidden } = alice;
    refuse(hidden, [{ match: { ip: ["0.0.0.0/0"] }, actions: ["*"] }], "repository a pull");
    const closed: Rule[] = [
      { match: { ip: ["192.0.2.0/24"] }, actions: [] },
      { match: { account: "alice" }, actions: ["*"] },
    ];
    allow(alice, closed, "repository a pull");
    refuse({ ...alice, address: "192.0.2.9" }, closed, "repository a pull");
    refuse(hidden, closed, "repository a pull");
  });

  it("match a label by any of its values, and want all that they name", () => {
    const team: Rule[] = [{ match: { labels: { team: "red", role: "dev*" } }, actions: ["*"] }];
    allow({ ...alice, labels: { team: ["blue", "red"], role: ["developer"] } }, team, "repository a pull");
    refuse({ ...alice, labels: { team: ["blue", "red"] } }, team, "repository a pull");
    refuse({ ...alice, labels: { team: [], role: ["dev"] } }, team, "repository a pull");
    const inherited: Rule[] = [{ match: { labels: { constructor: "**" } }, actions: ["*"] }];
    refuse(alice, inherited, "repository a pull");
    refuse(alice, [{ match: { labels: { __proto__x: "**" } }, actions: ["*"] }], "repository a pull");
  });

  it("grant the catalog to whoever is granted all of it", () => {
    allow(alice, [{ match: { type: "registry" }, actions: ["*"] }], "registry catalog *");
    refuse(alice, [{ match: { type: "registry" }, actions: ["pull"] }], "registry catalog *");
    refuse(alice, [{ match: { type: "repository" }, actions: ["*"] }], "registry catalog *");
  });
});

describe("variables of rules", () => {
  const own: Rule[] = [{ match: { name: "${account}/**" }, actions: ["*"] }];

  it("stand for the user's own words", () => {
    allow(alice, own, "repository alice/app push");
    refuse(alice, own, "repository bob/app push");
    refuse(alice, own, "repository alice push");
    refuse(alice, own, "repository alicex/app push");
    const shared: Rule[] = [{ match: { name: "${service}/${labels:team}/*" }, actions: ["pull"] }];
    allow({ ...alice, labels: { team: ["red", "blue"] } }, shared, "repository hub/blue/x pull");
    refuse({ ...alice, labels: { team: ["red"] } }, shared, "repository hub/blue/x pull");
    refuse(alice, shared, "repository hub/blue/x pull");
  });

  it.each(["*", "**", "?", "al*", "${name}", "${labels:x}", "a|b", ".*"])(
    "are no patterns for a user called %s",
    (account) => {
      const odd = { ...alice, account, labels: { x: ["alice"] } };
      for (const name of ["alice/app", "bob/app", "a/app", "alice/b/c"]) refuse(odd, own, `repository ${name} push`);
      const label: Rule[] = [{ match: { account: "*", name: "${labels:x}/**" }, actions: ["*"] }];
      refuse({ ...alice, labels: { x: [account] } }, label, "repository alice/app push");
    },
  );

  it("let a label ask for the name that is asked for", () => {
    const rules: Rule[] = [{ match: { labels: { project: "${name}" } }, actions: ["pull"] }];
    const maker = { ...alice, labels: { project: ["team/app"] } };
    allow(maker, rules, "repository team/app pull");
    refuse(maker, rules, "repository team/app2 pull");
    refuse({ ...alice, labels: { project: ["**"] } }, rules, "repository team/app pull");
  });

  it("match nobody who has none", () => {
    for (const name of ["/app", "app", "alice/app"]) {
      refuse(nobody, own, `repository ${name} pull`);
      refuse({ ...alice, account: "" }, own, `repository ${name} pull`);
    }
  });

  it("are known to admitRule, as addresses are", () => {
    expect(() => admitRule({ match: { name: "${acount}/*" }, actions: [] })).toThrow(/variables/);
    expect(() => admitRule({ match: { labels: { a: "${x}" } }, actions: [] })).toThrow(/variables/);
    expect(() => admitRule({ match: { ip: ["10.0.0.0/33"] }, actions: [] })).toThrow(/prefix/);
    expect(() => rightsOf(alice, [{ match: { ip: ["10.0.0.300"] }, actions: [] }])).toThrow(/address/);
    const fine = { match: { name: "${account}/*", ip: ["::1"] }, actions: ["pull"] };
    expect(admitRule(fine)).toBe(fine);
  });
});

describe("whoever gave no credentials", () => {
  it('is granted what a rule for the account "" grants, and nothing else', () => {
    const pull: Rule[] = [{ match: { account: "", name: "public/**" }, actions: ["pull"] }];
    allow(nobody, pull, "repository public/a pull");
    refuse(nobody, pull, "repository public/a push");
    refuse(nobody, pull, "repository a pull");
    refuse(alice, pull, "repository public/a pull");
    for (const account of ["*", "**", "?", "${account}", "**${account}"]) {
      refuse(nobody, [{ match: { account }, actions: ["*"] }], "repository a pull");
    }
  });

  it("is given nothing by a rule that names no account, and is bound by what it withholds", () => {
    refuse(nobody, [{ match: {}, actions: ["*"] }], "repository a pull");
    refuse(nobody, [{ match: { ip: ["10.0.0.0/8"] }, actions: ["*"] }], "repository a push");
    const rules: Rule[] = [
      { match: { name: "secret/**" }, actions: [] },
      { match: { type: "repository" }, actions: ["pull"] },
      { match: { account: "" }, actions: ["pull", "push"] },
    ];
    refuse(nobody, rules, "repository secret/a pull");
    allow(nobody, rules, "repository a pull");
    refuse(nobody, rules, "repository a push");
    allow(alice, rules, "repository a pull");
  });

  it("is not a user whose name is empty", () => {
    const rules: Rule[] = [{ match: { account: "" }, actions: ["*"] }];
    refuse({ ...alice, account: "" }, rules, "repository a pull");
  });
});

describe("an access string", () => {
  const bob: Subject = { ...alice, account: "bob", access: "repository:linux/app:*;repository:linux/db:pull" };

  it("grants by whole names before any rule is asked", () => {
    const closed: Rule[] = [{ match: {}, actions: [] }];
    for (const action of ["pull", "push", "delete"]) allow(bob, closed, `repository linux/app ${action}`);
    allow(bob, closed, "repository linux/db pull");
    refuse(bob, closed, "repository linux/db push");
    refuse(bob, closed, "repository linux/app2 pull");
    refuse(bob, closed, "registry linux/app pull");
  });

  it("leaves the rest to the rules", () => {
    allow(bob, [{ match: { account: "bob" }, actions: ["push"] }], "repository linux/db push");
  });

  it("takes nothing and gives nothing where it cannot be read, and says so", () => {
    const odd = { ...bob, access: "repository:a:pull;*" };
    allow(odd, [], "repository a pull");
    expect(ruling(odd, [], "repository b pull")).toEqual({
      granted: false,
      why: "no rule of this service matches, and a part of the user's access string cannot be read",
    });
  });
});

it("rules that come later never widen what one before decided", () => {
  const word = fc.constantFrom("alice", "bob", "*", "a*", "**", "${account}", "team/*", "team/app");
  const match = fc.record({ account: word, name: word }, { requiredKeys: [] });
  const rule: fc.Arbitrary<Rule> = fc.record({ match, actions: fc.subarray(["pull", "push", "*"]) });
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 4 }), fc.array(rule, { maxLength: 4 }), (first, more) => {
      for (const name of ["team/app", "alice", "x/y/z"]) {
        const wish = { type: "repository", name, action: "push" };
        const before = rightsOf(alice, first)(wish);
        if (before.why.startsWith("rule ")) expect(rightsOf(alice, [...first, ...more])(wish)).toEqual(before);
      }
    }),
  );
});
