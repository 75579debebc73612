import { describe, expect, it } from "vitest";
import { mint } from "../../src/macaroon/mint.ts";
import { explainAccess, type Question } from "../../src/registry/explain.ts";
import { parseScopes } from "../../src/registry/scopes.ts";
import type { ServiceSettings } from "../../src/registry/settings.ts";
import { now } from "../caveats/scene.ts";
import { identifier } from "../policy/token-of.ts";

const service: ServiceSettings = {
  name: "hub",
  hosts: ["hub.example.com"],
  signing: { issuer: "i", certificate: "/c", key: "/k", x5c: true, kid: "libtrust", lifeSeconds: 60 },
  users: {
    users: {
      alice: { password: "$scrypt$", labels: { team: ["red", "blue"], role: "dev" }, access: "repository:linux/app:*" },
    },
  },
  rules: [
    { match: { account: "", name: "public/*" }, actions: ["pull"], comment: "everybody" },
    { match: { name: "${labels:team}/**", ip: ["10.0.0.0/8"] }, actions: ["pull", "push"], comment: "teams" },
    { match: { account: "bob" }, actions: ["*"] },
  ],
};
const withVault: ServiceSettings = {
  ...service,
  users: { users: {}, vault: { address: "https://v", mount: "m", kv: 1, auth: { token: "t" }, timeoutMs: 1 } },
};

/** An id with these caveats; nobody's key has signed it. */
const idOf = (...caveats: string[]) => mint({ rootKey: new Uint8Array(32).fill(1), identifier, caveats });

function explain(scopes: string, more: Partial<Question> = {}, where = service) {
  const requested = parseScopes([scopes]);
  const found = explainAccess(where, { requested, labels: {}, engine: [], address: "10.1.2.3", now, ...more });
  const said = found.wishes.map(({ action, granted, why }) => `${granted ? "+" : "-"}${action} ${why.join("; ")}`);
  return { ...found, said };
}

describe("what a user would be granted", () => {
  it("is told by rule and access string, an action at a time", () => {
    expect(explain("repository:blue/x:*", { account: "alice" })).toMatchObject({
      account: "alice",
      refused: [],
      notes: [],
      said: ["+pull rule 2 (teams) grants it", "+push rule 2 (teams) grants it", "-delete rule 2 (teams) withholds it"],
    });
    expect(explain("repository:linux/app:push", { account: "alice" }).said).toEqual([
      "+push the user's access string grants it",
    ]);
    expect(explain("repository:green/x:pull", { account: "alice" }).said).toEqual([
      "-pull no rule of this service matches",
    ]);
    expect(explain("repository:a:admin,pull", { account: "bob" }).said).toEqual([
      "-admin docker-id knows no admin of a repository of that name",
      "+pull rule 3 grants it",
    ]);
  });

  it("depends on the address, and says so where none is given", () => {
    expect(explain("repository:red/x:pull", { account: "alice", address: "192.0.2.1" }).said).toEqual([
      "-pull no rule of this service matches",
    ]);
    const { address: _, ...hidden } = { address: "", account: "alice" };
    const requested = parseScopes(["repository:red/x:pull"]);
    const found = explainAccess(service, { requested, labels: {}, engine: [], now, ...hidden });
    expect(found.notes).toEqual([expect.stringMatching(/^no address is given/)]);
    expect(found.wishes).toMatchObject([{ granted: false }]);
  });

  it("takes labels and an access string that were given, and says whom it does not know", () => {
    const more = { account: "carol", labels: { team: ["green"] }, access: "repository:x:pull" };
    expect(explain("repository:green/x:pull repository:x:pull", more)).toMatchObject({
      wishes: [{ granted: true }, { granted: true }],
      notes: ["carol is no user of this service, and could not log in"],
    });
    expect(explain("repository:green/x:pull", more, withVault).notes).toEqual([
      expect.stringMatching(/Vault.*not asked/),
    ]);
    const htpasswd = { ...service, users: { users: {}, htpasswd: "/h" } };
    expect(explain("repository:green/x:pull", more, htpasswd).notes).toEqual([expect.stringMatching(/htpasswd/)]);
  });

  it("is what nobody is granted, without a name", () => {
    expect(explain("repository:public/x:pull,push")).toMatchObject({
      said: ["+pull rule 1 (everybody) grants it", "-push rule 1 (everybody) withholds it"],
    });
    expect(explain("repository:public/x:pull")).not.toHaveProperty("account");
  });
});

describe("what an id would be granted", () => {
  const unverified = expect.stringMatching(/^unverified: /) as string;

  it("is told by caveat, and said to be unverified", () => {
    expect(explain("repository:x:pull,push", { id: idOf("op=read") })).toMatchObject({
      refused: [],
      notes: [unverified],
      said: ["+pull no caveat of the id refuses it", expect.stringMatching(/^-push op=read: /)],
    });
    expect(explain("repository:x:delete", { id: idOf() }).said).toEqual(["+delete the id is a root id"]);
  });

  it("is told by both where it acts as a user", () => {
    for (const more of [
      { id: idOf("account=alice", "op=read") },
      { id: idOf("account=alice,bob", "account=alice", "op=read"), account: "" },
      { id: idOf("op=read"), account: "alice" },
    ]) {
      expect(explain("repository:red/x:pull,delete", more)).toMatchObject({
        account: "alice",
        said: [
          "+pull no caveat of the id refuses it; rule 2 (teams) grants it",
          expect.stringMatching(/^-delete op=read: .*; rule 2 \(teams\) withholds it$/),
        ],
      });
    }
  });

  it("is its own under a name that nobody has, or that stands for it", () => {
    for (const account of ["carol", "docker-id", ""]) {
      const found = explain("repository:x:push", { id: idOf("op=write"), account });
      expect(found).toMatchObject({ wishes: [{ granted: true }] });
      expect(found).not.toHaveProperty("account");
    }
    expect(explain("repository:x:push", { id: idOf("op=write"), account: "carol" }).notes).toHaveLength(2);
    const found = explain("repository:x:push", { id: idOf("op=write"), account: "carol" }, withVault);
    expect(found).toMatchObject({ account: "carol", wishes: [{ granted: false }] });
  });

  it.each<[string, Partial<Question>]>([
    ["service=other", {}],
    ["account=bob", { account: "alice" }],
    ["account=carol", {}],
    ["account=alice,bob", {}],
    ["ip=192.0.2.0/24", {}],
    ["host=build", { engine: ["laptop"] }],
    ["expires=2020-01-01T00:00:00Z", {}],
    ["colour=blue", {}],
  ])("is nothing at all with %s", (caveat, more) => {
    expect(explain("repository:x:pull", { id: idOf(caveat), ...more })).toMatchObject({
      refused: [expect.stringMatching(/./)],
      said: ["-pull the id is refused altogether"],
    });
  });

  it("may hang on the engine's name", () => {
    expect(explain("repository:x:pull", { id: idOf("host=build"), engine: ["build"] }).refused).toEqual([]);
  });
});
