import { chmodSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { hashSync } from "bcrypt";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "../../../../src/macaroon/parse.ts";
import { link, narrow, root } from "../../room.ts";
import { openStand, passwords, type Stand, type StandOptions, type Told } from "./stand.ts";

let stand: Stand;
afterEach(async () => {
  await stand.close();
});
const open = async (options?: StandOptions): Promise<Stand> => {
  stand = await openStand(options);
  return stand;
};

const alice = `alice:${passwords.alice}`;
const scope = "repository:alice/app:pull,push";
const asked = { service: "registry", scope, offline_token: "true" } as const;

async function refreshTokenOf(as: string): Promise<string> {
  const told = await stand.get(asked, { as });
  const token = told.json["refresh_token"];
  if (typeof token !== "string") throw new Error(`no refresh token: ${told.text}`);
  return token;
}
const refresh = (token: string, more: Readonly<Record<string, string>> = {}): Promise<Told> =>
  stand.post({ grant_type: "refresh_token", refresh_token: token, service: "registry", scope, ...more });
const actionsOf = (told: Told): readonly string[] | undefined => told.claims.access?.[0]?.actions;
const replaceUser = (password: string) => {
  const [service] = stand.settings.services;
  if (service === undefined) throw new Error("no service");
  const users = { ...service.users.users, alice: { password: hashSync(password, 4) } };
  return { services: [{ ...service, users: { ...service.users, users } }] };
};

describe("a user's refresh token", () => {
  it("is good again and again, and stays the same", async () => {
    await open();
    const token = await refreshTokenOf(alice);
    for (let times = 0; times < 3; times++) {
      const told = await refresh(token, { access_type: "offline" });
      expect(told.status).toBe(200);
      expect(told.json["refresh_token"]).toBe(token);
      expect(told.claims.sub).toBe("alice");
      expect(told.json["scope"]).toBe(scope);
    }
    expect((await refresh(token)).json["refresh_token"]).toBeUndefined();
  });

  it("comes with a password by POST, too, and never unasked or to nobody", async () => {
    const { post, get } = await open();
    const form = { grant_type: "password", username: "alice", password: passwords.alice, service: "registry", scope };
    expect((await post({ ...form, access_type: "offline" })).json["refresh_token"]).toEqual(expect.any(String));
    expect((await post(form)).json["refresh_token"]).toBeUndefined();
    expect((await get({ service: "registry", scope }, { as: alice })).json["refresh_token"]).toBeUndefined();
    const anonymous = await get({ ...asked, scope: "repository:public/x:pull" });
    expect(anonymous.status).toBe(200);
    expect(anonymous.json["refresh_token"]).toBeUndefined();
  });

  it("outlives a restart, but no change of the password and no end of the user", async () => {
    const { reopen } = await open();
    const token = await refreshTokenOf(alice);
    await reopen();
    expect((await refresh(token)).status).toBe(200);
    await reopen(replaceUser("another"));
    const told = await refresh(token);
    expect(told.status).toBe(401);
    expect(told.headers["www-authenticate"]).toBe('Basic realm="docker-id"');
    await reopen(stand.withService({ users: { users: {} } }));
    expect((await refresh(token)).status).toBe(401);
    await reopen();
    expect((await refresh(token)).status).toBe(200);
  });

  it("asks the rules again at each use", async () => {
    const { reopen } = await open();
    const token = await refreshTokenOf(alice);
    await reopen(stand.withService({ rules: [] }));
    expect(actionsOf(await refresh(token))).toEqual([]);
  });

  it("is for its own service alone", async () => {
    const { settings, reopen } = await open();
    const token = await refreshTokenOf(alice);
    await reopen({ services: settings.services.flatMap((service) => [service, { ...service, name: "other" }]) });
    expect((await refresh(token, { service: "other" })).status).toBe(401);
    expect((await refresh(token)).status).toBe(200);
  });

  it("may be narrowed by whoever holds it, and not widened or forged", async () => {
    await open();
    const token = await refreshTokenOf(alice);
    expect(actionsOf(await refresh(narrow(token, "op=read")))).toEqual(["pull"]);
    expect((await refresh(narrow(token, "expires=2020-01-01T00:00:00Z"))).status).toBe(401);
    expect((await refresh(narrow(token, "account=bob"))).status).toBe(401);
    expect((await refresh(narrow(token, "service=other"))).status).toBe(401);
    expect((await refresh(token.replace(/..$/, "AA"))).status).toBe(401);
    const forged = parse(token);
    expect(forged.caveats[0]).toBe("service=registry");
  });

  it("is revoked by its link", async () => {
    const { room } = await open();
    const token = await refreshTokenOf(alice);
    const found = parse(token).caveats.find((caveat) => caveat.startsWith("link="));
    await room.state.store.revoke({ point: { link: found?.slice("link=".length) ?? "" } });
    expect((await refresh(token)).status).toBe(401);
    expect((await refresh(await refreshTokenOf(alice))).status).toBe(200);
  });

  it("is no id of the engine's, and no password", async () => {
    const { room, get } = await open();
    const token = await refreshTokenOf(alice);
    expect(await room.ask(token)).toMatchObject({ verdict: "refused" });
    expect((await get(asked, { as: `alice:${token}` })).status).toBe(401);
  });
});

describe("an id's refresh token", () => {
  const id = narrow(root, "scope=repository:alice/app:pull", `link=${link("ci")}`);

  it("is the id narrowed to the service, with all that it is narrowed by", async () => {
    await open();
    const token = await refreshTokenOf(`docker-id:${id}`);
    expect(parse(token).caveats).toEqual([...parse(id).caveats, "service=registry"]);
    for (let times = 0; times < 2; times++) {
      const told = await refresh(token, { access_type: "offline" });
      expect(actionsOf(told)).toEqual(["pull"]);
      expect(told.json["refresh_token"]).toBe(token);
    }
  });

  it("is bound to the user as whom it was shown", async () => {
    await open();
    const token = await refreshTokenOf(`bob:${narrow(root, "op=read,write", `link=${link("b")}`)}`);
    expect(parse(token).caveats.slice(-2)).toEqual(["service=registry", "account=bob"]);
    const told = await refresh(token);
    expect(told.claims.sub).toBe(`bob:${link("b")}`);
    expect(actionsOf(told)).toEqual(["pull"]);
  });

  it("falls with what it came from", async () => {
    const { room } = await open();
    const token = await refreshTokenOf(`docker-id:${id}`);
    await room.state.store.revoke({ point: { link: link("ci") } });
    expect((await refresh(token)).status).toBe(401);
  });

  it("opens nothing at the engine, and nothing at another service", async () => {
    const { room, settings, reopen } = await open();
    const token = await refreshTokenOf(`docker-id:${narrow(root, `link=${link("wide")}`)}`);
    expect(await room.ask(token)).toMatchObject({ verdict: "refused" });
    await reopen({ services: settings.services.flatMap((service) => [service, { ...service, name: "other" }]) });
    expect((await refresh(token, { service: "other" })).status).toBe(401);
  });
});

const file = (): string => path.join(stand.room.folder, "state", "registry.key");

describe("the door's own key", () => {
  it("is made once, for its owner alone, and is no engine's", async () => {
    const { reopen } = await open();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const before = readFileSync(file());
    expect(before.length).toBe(32);
    await reopen();
    expect(readFileSync(file()).equals(before)).toBe(true);
  });

  it.each<[string, () => void]>([
    ["is cut short", () => writeFileSync(file(), "short")],
    ["may be read by others", () => chmodSync(file(), 0o644)],
  ])("is not replaced where it %s: users get no refresh tokens, and the log says so", async (_, spoil) => {
    const { reopen, get, room } = await open();
    const token = await refreshTokenOf(alice);
    spoil();
    const spoiled = readFileSync(file());
    await reopen();
    const told = await get(asked, { as: alice });
    expect(told.status).toBe(200);
    expect(told.json["refresh_token"]).toBeUndefined();
    expect((await refresh(token)).status).toBe(401);
    expect(room.log()).toContain("users get no refresh tokens");
    expect(readFileSync(file()).equals(spoiled)).toBe(true);
    // Ids need it not
    expect(await refreshTokenOf(`docker-id:${narrow(root, "op=read")}`)).toContain("dkid_");
  });

  it("ends all refresh tokens of users when it is another", async () => {
    const { reopen } = await open();
    const token = await refreshTokenOf(alice);
    unlinkSync(file());
    await reopen();
    expect((await refresh(token)).status).toBe(401);
    expect((await refresh(await refreshTokenOf(alice))).status).toBe(200);
  });
});
