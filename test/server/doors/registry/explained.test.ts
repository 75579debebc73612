import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "../../../../src/macaroon/parse.ts";
import { explainAccess } from "../../../../src/registry/explain.ts";
import { formatScope, parseScopes } from "../../../../src/registry/scopes.ts";
import { narrow, root } from "../../room.ts";
import { openStand, passwords, type Stand, type Told } from "./stand.ts";

const scopes = [
  "repository:alice/app:*",
  "repository:public/x:pull,push",
  "repository:other:pull",
  "registry:catalog:*",
];
const address = "127.0.0.1";

let stand: Stand;
beforeAll(async () => {
  // Many an id is refused here, and none of them is a guess
  stand = await openStand({ registry: { limits: { failures: 1000 } } });
});
afterAll(() => stand.close());

/** What the door grants; undefined where it gives no token. */
async function asked(as: string | undefined): Promise<readonly string[] | undefined> {
  const query = scopes.map((scope) => ["scope", scope] as const);
  const told: Told = await stand.get([["service", "registry"], ...query], as === undefined ? {} : { as });
  if (told.status !== 200) return undefined;
  return (told.claims.access ?? []).filter(({ actions }) => actions.length > 0).map(formatScope);
}

/** What is explained for the same. */
function explained(account: string | undefined, id?: string): readonly string[] | undefined {
  const [service] = stand.settings.services;
  if (service === undefined) throw new Error("there is no service");
  const { refused, wishes } = explainAccess(service, {
    requested: parseScopes(scopes),
    labels: {},
    engine: ["ENGINE:ID", "laptop"],
    address,
    now: new Date(),
    ...(account === undefined ? {} : { account }),
    ...(id === undefined ? {} : { id: parse(id) }),
  });
  if (refused.length > 0) return undefined;
  const granted = new Map<string, string[]>();
  for (const { type, name, action } of wishes.filter((wish) => wish.granted)) {
    granted.set(`${type}:${name}`, [...(granted.get(`${type}:${name}`) ?? []), action]);
  }
  return [...granted].map(([resource, actions]) => `${resource}:${actions.join(",")}`);
}

describe("what is explained is what the door does", () => {
  it("for nobody, and for users", async () => {
    expect(explained(undefined)).toEqual(["repository:public/x:pull"]);
    expect(await asked(undefined)).toEqual(explained(undefined));
    for (const name of ["alice", "bob"] as const) {
      expect(await asked(`${name}:${passwords[name]}`), name).toEqual(explained(name));
    }
  });

  const ids: readonly (readonly string[])[] = [
    [],
    ["op=read"],
    ["op=write"],
    ["scope=repository:alice/*:push"],
    ["scope=repository:127.0.0.1:5100/other:pull,registry:read"],
    ["action=registry.pull"],
    ["action=image.*"],
    ["account=alice"],
    ["account=alice,bob"],
    ["account=alice,bob", "account=bob,carol", "op=read"],
    ["account=carol"],
    ["service=registry"],
    ["service=other"],
    ["ip=127.0.0.0/8"],
    ["ip=10.0.0.0/8"],
    ["host=lap*"],
    ["host=build"],
    ["expires=2020-01-01T00:00:00Z"],
    ["not_before=2999-01-01T00:00:00Z"],
    ["confined=true"],
    ["label=team"],
    ["colour=blue"],
  ];
  it.each(ids.map((caveats) => [caveats.join(" ") || "no caveat", caveats] as const))(
    "for an id with %s",
    async (_, caveats) => {
      const id = narrow(root, ...caveats);
      for (const name of ["", "docker-id", "alice", "bob", "carol"]) {
        expect(await asked(`${name}:${id}`), name).toEqual(explained(name, id));
      }
    },
  );
});
