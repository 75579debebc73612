import { createPublicKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { jwtVerify } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { link, narrow, root } from "../../room.ts";
import { errorsOf, openStand, passwords, type Stand, type StandOptions } from "./stand.ts";

let stand: Stand;
afterEach(async () => {
  await stand.close();
});
const open = async (options?: StandOptions): Promise<Stand> => {
  stand = await openStand(options);
  return stand;
};

const alice = `alice:${passwords.alice}`;
const bob = `bob:${passwords.bob}`;
const pull = { service: "registry", scope: "repository:alice/app:pull" } as const;

describe("a token by GET", () => {
  it("is what registries read, for a user whose password is right", async () => {
    const { get, keys } = await open();
    const told = await get({ ...pull, scope: "repository:alice/app:pull,push" }, { as: alice });
    expect(told.status).toBe(200);
    expect(told.headers).toMatchObject({ "content-type": "application/json", "cache-control": "no-store" });
    expect(Object.keys(told.json).toSorted()).toEqual(["access_token", "expires_in", "issued_at", "token"]);
    expect(told.json["token"]).toBe(told.json["access_token"]);
    expect(told.json["expires_in"]).toBe(120);
    const key = createPublicKey(
      new X509Certificate(readFileSync(keys.certificate)).publicKey.export({ type: "spki", format: "pem" }),
    );
    const { payload, protectedHeader } = await jwtVerify(String(told.json["token"]), key);
    expect(payload).toMatchObject({
      iss: "docker-id",
      aud: "registry",
      sub: "alice",
      access: [{ type: "repository", name: "alice/app", actions: ["pull", "push"] }],
    });
    expect(protectedHeader).toMatchObject({
      alg: "ES256",
      kid: expect.any(String) as string,
      x5c: [expect.any(String)],
    });
    expect(new Date(String(told.json["issued_at"])).getTime()).toBe((payload.iat ?? 0) * 1000);
  });

  it("grants what the rules give, and withholds the rest with 200", async () => {
    const { get } = await open();
    const scope = "repository:alice/app:pull,push repository:alice/other:pull registry:catalog:*";
    expect((await get({ ...pull, scope }, { as: bob })).claims.access).toEqual([
      { type: "repository", name: "alice/app", actions: ["pull"] },
      { type: "repository", name: "alice/other", actions: [] },
      { type: "registry", name: "catalog", actions: [] },
    ]);
  });

  it("is for nobody where a rule allows it, and is 401 where none does", async () => {
    const { get } = await open();
    const allowed = await get({ service: "registry", scope: "repository:public/x:pull,push" });
    expect(allowed.claims).toMatchObject({ access: [{ name: "public/x", actions: ["pull"] }] });
    for (const query of [pull, { service: "registry" }]) {
      const told = await get(query);
      expect(told.status).toBe(401);
      expect(told.headers["www-authenticate"]).toBe('Basic realm="docker-id"');
      expect(errorsOf(told)).toEqual(["UNAUTHORIZED"]);
    }
  });

  it("logs in who asks for nothing", async () => {
    const { get } = await open();
    expect((await get({ service: "registry", account: "alice" }, { as: alice })).claims.access).toEqual([]);
  });

  it("is refused for what is not right with 401, in the same words whoever it is", async () => {
    const { get } = await open();
    const messages = new Set<string>();
    for (const as of ["alice:wrong", "alice:", "nobody:wrong", ":wrong", "docker-id:wrong", `bob:${passwords.alice}`]) {
      const told = await get(pull, { as });
      expect(told.status, as).toBe(401);
      expect(errorsOf(told)).toEqual(["UNAUTHORIZED"]);
      messages.add(told.text);
    }
    expect(messages.size).toBe(1);
  });
});

describe("an id", () => {
  const narrowed = narrow(
    root,
    "scope=repository:alice/app:pull",
    "expires=2999-01-01T00:00:00Z",
    `link=${link("ci")}`,
  );

  it("is a password for any name that no user has, and stands for itself", async () => {
    const { get } = await open();
    for (const name of ["docker-id", "", "whoever"]) {
      const told = await get({ ...pull, scope: "repository:alice/app:pull,push" }, { as: `${name}:${narrowed}` });
      expect(told.claims).toMatchObject({
        sub: `docker-id:${link("ci")}`,
        access: [{ type: "repository", name: "alice/app", actions: ["pull"] }],
      });
    }
  });

  it("is one in any spelling that the engine reads", async () => {
    const { get, post } = await open();
    const bare = narrowed.slice("dkid_".length);
    expect((await get(pull, { as: `docker-id:${bare}` })).claims.sub).toBe(`docker-id:${link("ci")}`);
    const form = { grant_type: "password", username: "docker-id", password: bare, ...pull };
    expect((await post(form)).claims.sub).toBe(`docker-id:${link("ci")}`);
  });

  it("is a Bearer as well", async () => {
    const { get } = await open();
    const told = await get(pull, { headers: { authorization: `Bearer ${narrowed}` } });
    expect(told.claims.access).toEqual([{ type: "repository", name: "alice/app", actions: ["pull"] }]);
  });

  it("acts as the user whose name it comes with, and has no more than both", async () => {
    const { get } = await open();
    const scope = "repository:alice/app:pull,push repository:bob/app:pull";
    const told = await get({ ...pull, scope }, { as: `bob:${narrow(root, "op=read,write", `link=${link("b")}`)}` });
    expect(told.claims.sub).toBe(`bob:${link("b")}`);
    expect(told.claims.access).toEqual([
      { type: "repository", name: "alice/app", actions: ["pull"] },
      { type: "repository", name: "bob/app", actions: [] },
    ]);
  });

  it("is for the user that it names, and for no other", async () => {
    const { get } = await open();
    const bobs = narrow(root, "account=bob");
    for (const name of ["bob", "docker-id", ""]) {
      const told = await get({ ...pull, scope: "repository:alice/app:*" }, { as: `${name}:${bobs}` });
      expect(told.claims.access?.[0]?.actions, name).toEqual(["pull"]);
    }
    for (const name of ["alice", "whoever"]) expect((await get(pull, { as: `${name}:${bobs}` })).status).toBe(401);
    const both = narrow(root, "account=alice,bob");
    expect((await get(pull, { as: `docker-id:${both}` })).status).toBe(401);
    expect((await get(pull, { as: `alice:${both}` })).status).toBe(200);
    expect((await get(pull, { as: `carol:${narrow(root, "account=carol")}` })).status).toBe(401);
    expect((await get(pull, { as: `bob:${narrow(both, "account=alice")}` })).status).toBe(401);
  });

  it("binds by all that it binds by elsewhere", async () => {
    const { get, room } = await open();
    const refusedAltogether = ["expires=2020-01-01T00:00:00Z", "not_before=2999-01-01T00:00:00Z", "ip=10.0.0.0/8"];
    for (const caveat of [...refusedAltogether, "service=other", "host=elsewhere", "peer=cn:laptop", "socket=a"]) {
      expect((await get(pull, { as: `docker-id:${narrow(root, caveat)}` })).status, caveat).toBe(401);
    }
    for (const caveat of ["ip=127.0.0.1", "service=registry,other", "host=laptop"]) {
      const told = await get(pull, { as: `docker-id:${narrow(root, caveat)}` });
      expect(told.claims.access?.[0]?.actions, caveat).toEqual(["pull"]);
    }
    const withheld = ["op=write", "action=registry.push", "scope=container:*:read", `container_id=${"a".repeat(64)}`];
    for (const caveat of withheld) {
      const told = await get(pull, { as: `docker-id:${narrow(root, caveat)}` });
      expect(told.claims.access?.[0]?.actions, caveat).toEqual([]);
    }
    await room.state.store.revoke({ point: { link: link("ci") } });
    expect((await get(pull, { as: `docker-id:${narrowed}` })).status).toBe(401);
  });

  it("gives no token that lives longer than itself", async () => {
    const { get, room } = await open();
    const soon = new Date(room.now().getTime() + 30_000).toISOString().replace(/\.\d+/, "");
    const told = await get(pull, { as: `docker-id:${narrow(root, `expires=${soon}`)}` });
    expect(told.claims.exp).toBe(Date.parse(soon) / 1000);
    expect(told.json["expires_in"]).toBeLessThanOrEqual(30);
  });

  it("is none where it was altered, is of another guard, or there is no guard", async () => {
    const { get } = await open();
    for (const text of [`${narrowed.slice(0, -2)}AA`, "dkid_", "dkid_AgEB", `${narrowed} `]) {
      expect((await get(pull, { as: `docker-id:${text}` })).status).toBe(401);
    }
  });

  it("is none while the engine is open, when users are there all the same", async () => {
    const { get } = await open({ guarded: false });
    expect((await get(pull, { as: `docker-id:${narrowed}` })).status).toBe(401);
    expect((await get(pull)).status).toBe(401);
    expect((await get(pull, { as: alice })).status).toBe(200);
  });

  it("cannot be told from others while the state cannot be read", async () => {
    const { get, room } = await open();
    await room.state.close();
    const told = await get(pull, { as: `docker-id:${narrowed}` });
    expect(told.status).toBe(503);
    expect(errorsOf(told)).toEqual(["UNAVAILABLE"]);
  });
});

describe("a token by POST", () => {
  it("is given for a user's password, in the words of POST", async () => {
    const { post } = await open();
    const scope = "repository:alice/app:pull,push repository:bob/x:pull";
    const told = await post({ grant_type: "password", username: "alice", password: passwords.alice, ...pull, scope });
    expect(told.status).toBe(200);
    expect(Object.keys(told.json).toSorted()).toEqual(["access_token", "expires_in", "issued_at", "scope"]);
    expect(told.json["scope"]).toBe("repository:alice/app:pull,push");
  });

  it("is given for an id as the password", async () => {
    const { post } = await open();
    const password = narrow(root, "scope=repository:alice/app:pull");
    const told = await post({ grant_type: "password", username: "x", password, ...pull });
    expect(told.json["scope"]).toBe("repository:alice/app:pull");
  });

  it("is never 404, whatever is posted", async () => {
    const { post, ask } = await open();
    expect((await post("")).status).toBe(400);
    expect((await post({ grant_type: "token", service: "registry" })).status).toBe(400);
    expect((await ask("POST", "/auth")).status).toBe(400);
    expect((await ask("PUT", "/auth")).status).toBe(405);
  });
});
