import { beforeAll, expect, it } from "vitest";
import { attenuate } from "../../../src/macaroon/attenuate.ts";
import { parse } from "../../../src/macaroon/parse.ts";
import { serialize } from "../../../src/macaroon/serialize.ts";
import { onRegistry } from "../../support/on-registry.ts";
import { newestDocker } from "../../support/dockers.ts";
import { eachDocker } from "../../support/on-stage.ts";
import { asLogin, type Login, type RegistryPerson } from "../../support/registry-person.ts";
import { passwords } from "../../support/registry-stage.ts";
import { accessOf, getToken, refreshToken } from "../../support/token-door.ts";
import { until } from "../../support/until.ts";
import { allowed, failed } from "../../support/verdicts.ts";

const scope = "repository:team/app:pull";
const elsewhere = { name: "elsewhere", hosts: ["127.0.0.1:9"], rules: [{ match: {}, actions: ["*"] }] };

onRegistry("what docker keeps after a login", { otherServices: [elsewhere] }, (stage) => {
  const image = (repository: string) => `${stage().registry.host}/${repository}`;
  const refreshOf = async (login: Login): Promise<string> => {
    const { body } = await getToken(stage().door, { login, offline: true });
    expect(body.refresh_token).toBeDefined();
    return body.refresh_token ?? "";
  };

  beforeAll(async () => {
    const root = stage().person("root");
    const cli = newestDocker();
    allowed(await root.login(cli, stage().engine, stage().registry.host, asLogin(stage().root)));
    for (const repository of ["team/app:v1", "alice/app:v1"]) {
      await stage().engine.importImage(image(repository));
      allowed(await root.docker(cli, stage().engine, ["push", image(repository)]));
    }
  });

  eachDocker((cli) => {
    const loggedIn = async (name: string, password: string): Promise<RegistryPerson> => {
      const person = stage().person(`${name}-${cli.major}-${(people += 1)}`);
      allowed(await person.login(cli, stage().engine, stage().registry.host, asLogin(password, name)));
      return person;
    };
    let people = 0;
    const pull = (person: RegistryPerson, repository: string) =>
      person.docker(cli, stage().engine, ["pull", image(repository)]);

    it("is an id narrowed to this registry, not the id; it pulls until the id is taken back", async () => {
      const id = await stage().narrow("--scope", scope, "--for", "a laptop");
      const person = await loggedIn("docker-id", id);
      const kept = person.kept(stage().registry.host)?.identitytoken ?? "";
      expect(kept).toMatch(/^dkid_/);
      expect(kept).not.toBe(id);
      expect(allowed(await stage().id(["inspect", "-"], { input: kept }))).toMatch(/service.*registry/);
      allowed(await pull(person, "team/app:v1"));
      allowed(await pull(person, "team/app:v1"));
      failed(await pull(person, "alice/app:v1"), 1, /denied/);
      allowed(await stage().id(["revoke", "-"], { input: id }));
      failed(await pull(person, "team/app:v1"), 1, /unauthorized|revoked/);
    });

    it("is of a user with a password, and falls with that password", async () => {
      const person = await loggedIn("alice", passwords.alice);
      expect(person.kept(stage().registry.host)?.identitytoken).not.toContain(passwords.alice);
      allowed(await pull(person, "alice/app:v1"));
      failed(await pull(person, "team/app:v1"), 1, /denied/);
      stage().setPasswords({ ...passwords, alice: "looking glass" });
      await until("the new password is known", async () => {
        const { status } = await getToken(stage().door, { login: { name: "alice", password: "looking glass" } });
        return status === 200;
      });
      failed(await pull(person, "alice/app:v1"), 1, /unauthorized/);
      stage().setPasswords(passwords);
      await until("the old one is back", async () => {
        const { status } = await getToken(stage().door, { login: { name: "alice", password: passwords.alice } });
        return status === 200;
      });
      failed(await pull(person, "alice/app:v1"), 1, /unauthorized/);
    });
  });

  it("can be used again and again, and does not change", async () => {
    const refresh = await refreshOf(asLogin(await stage().narrow("--scope", scope)));
    for (let times = 0; times < 5; times += 1) {
      const answer = await refreshToken(stage().door, refresh, "repository:team/app:pull,push");
      expect(answer).toMatchObject({ status: 200 });
      expect(accessOf(answer)).toEqual([scope]);
      expect(answer.body.refresh_token ?? refresh).toBe(refresh);
    }
  });

  it("of the root id has a link of its own, by which it is seen in the log and taken back", async () => {
    const refresh = await refreshOf(asLogin(stage().root));
    expect(await refreshToken(stage().door, refresh, scope)).toMatchObject({ status: 200 });
    const inspected = allowed(await stage().id(["inspect", "--json", "-"], { input: refresh }));
    const [, link = ""] = /link=(\d+\.[0-9a-f]+)/.exec(inspected) ?? [];
    expect(allowed(await stage().id(["log", "--registry"]))).toContain(`by link ${link}`);
    allowed(await stage().id(["revoke", link]));
    expect(await refreshToken(stage().door, refresh, scope)).toMatchObject({ status: 401 });
    expect(await getToken(stage().door, { login: asLogin(stage().root) })).toMatchObject({ status: 200 });
  });

  it("is the id itself where that can hold no more caveats, or no more bytes", async () => {
    const cli = newestDocker();
    const root = parse(stage().root);
    for (const [name, caveats] of [
      ["many", Array<string>(64).fill("op=read")],
      ["long", [...Array.from({ length: 55 }, () => `for=${"y".repeat(100)}`), "op=read"]],
    ] as const) {
      const person = stage().person(name);
      const id = serialize(attenuate(root, caveats));
      allowed(await person.login(cli, stage().engine, stage().registry.host, asLogin(id)));
      allowed(await person.docker(cli, stage().engine, ["pull", image("team/app:v1")]));
      failed(await person.docker(cli, stage().engine, ["push", image("team/app:v1")]), 1, /denied/);
    }
  });

  it("is no longer good when the id has expired", async () => {
    const refresh = await refreshOf(asLogin(await stage().narrow("--expires", "15")));
    await until("it expires", async () => (await refreshToken(stage().door, refresh, scope)).status === 401, 40);
  });

  it("of a user is no longer good when the user is gone", async () => {
    const refresh = await refreshOf({ name: "bob", password: passwords.bob });
    expect(await refreshToken(stage().door, refresh, "repository:alice/app:pull")).toMatchObject({ status: 200 });
    stage().setPasswords({ alice: passwords.alice });
    await until("bob is gone", async () => (await refreshToken(stage().door, refresh, scope)).status === 401);
    stage().setPasswords(passwords);
    const back = () => getToken(stage().door, { login: { name: "bob", password: passwords.bob } });
    await until("bob is back", async () => (await back()).status === 200);
  });

  it("is for that registry alone: not for another, not for the engine", async () => {
    const refresh = await refreshOf(asLogin(await stage().narrow("--scope", scope)));
    expect(await refreshToken(stage().door, refresh, scope, "elsewhere")).toMatchObject({ status: 401 });
    expect(await refreshToken(stage().door, refresh, scope)).toMatchObject({ status: 200 });
    const user = await refreshOf({ name: "alice", password: passwords.alice });
    expect(await refreshToken(stage().door, user, scope, "elsewhere")).toMatchObject({ status: 401 });
    // As the password, or as an id to narrow, it is worth nothing either
    const asPassword = await getToken(stage().door, { login: { name: "alice", password: user } });
    expect(asPassword).toMatchObject({ status: 401 });
  });

  it("is good after docker-id was killed, as is what was taken back before", async () => {
    const gone = await stage().narrow("--scope", scope);
    const ids = [await refreshOf(asLogin(stage().root)), await refreshOf({ name: "alice", password: passwords.alice })];
    const revoked = await refreshOf(asLogin(gone));
    allowed(await stage().id(["revoke", "-"], { input: gone }));
    await stage().verifier.kill9();
    await stage().verifier.start();
    for (const refresh of ids) expect(await refreshToken(stage().door, refresh, scope)).toMatchObject({ status: 200 });
    expect(await refreshToken(stage().door, revoked, scope)).toMatchObject({ status: 401 });
  });
});
