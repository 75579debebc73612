import { beforeAll, expect, it } from "vitest";
import { newestDocker } from "../../support/dockers.ts";
import { onRegistry } from "../../support/on-registry.ts";
import { eachDocker } from "../../support/on-stage.ts";
import { type OpenBao, startOpenBao } from "../../support/openbao.ts";
import { asLogin, type Login, type RegistryPerson } from "../../support/registry-person.ts";
import type { Places } from "../../support/registry-stage.ts";
import type { Workspace } from "../../support/workspace.ts";
import { accessOf, getToken, refreshToken } from "../../support/token-door.ts";
import { until } from "../../support/until.ts";
import { allowed, failed } from "../../support/verdicts.ts";

const linus: Login = { name: "linus", password: "kernel:panic" };

let bao: OpenBao;

/** As its authors wrote it, but for the places. */
const godoauth = ({ door, keys }: Places): string => `
version: 0.1
log:
  level: info
  file: /var/log/godoauth.log
storage:
  vault:
    proto: http
    host: 127.0.0.1
    port: ${new URL(bao.address).port}
    auth_token: ${bao.token}
    timeout: 3s
    pool: 5
http:
  addr: 127.0.0.1:${door}
  timeout: 5s
  tls:
    certificate:
    key:
token:
  issuer: docker-id
  expiration: 800
  certificate: ${keys.certificate}
  key: ${keys.key}
`;

async function prepare(workspace: Workspace): Promise<void> {
  bao = await startOpenBao(workspace, { tls: false });
  await bao.mountKv("registry", 1);
  await bao.writeUser("registry", 1, "linus", {
    password: linus.password,
    access: "repository:linux/app:*;repository:linux/db:pull",
  });
  await bao.writeUser("registry", 1, "ken", { password: "unix" });
}

onRegistry(
  "godoauth's file, given to docker-id serve",
  { also: ["openbao"], withoutEngine: true, config: godoauth, prepare },
  (stage) => {
    it("serves its users", async () => {
      const answer = await getToken(stage().door, { login: linus, scope: ["repository:linux/app:pull"] });
      expect(accessOf(answer)).toEqual(["repository:linux/app:pull"]);
      const ping = await fetch(`${stage().door}/server-ping`);
      expect(ping.status).toBe(200);
    });
  },
);

onRegistry(
  "godoauth's file, as it is, with its users in Vault",
  { also: ["openbao"], command: ["registry", "serve", "-config"], config: godoauth, prepare },
  (stage) => {
    const image = (repository: string) => `${stage().registry.host}/${repository}`;
    let people = 0;

    beforeAll(async () => {
      const root = stage().person("root");
      allowed(await root.login(newestDocker(), stage().engine, stage().registry.host, asLogin(stage().root)));
      for (const repository of ["linux/db:v1", "other/app:v1"]) {
        await stage().engine.importImage(image(repository));
        allowed(await root.docker(newestDocker(), stage().engine, ["push", image(repository)]));
      }
    });

    eachDocker((cli) => {
      const login = async (as: Login): Promise<RegistryPerson> => {
        const person = stage().person(`${as.name}-${cli.major}-${(people += 1)}`);
        allowed(await person.login(cli, stage().engine, stage().registry.host, as));
        return person;
      };
      const docker = (person: RegistryPerson, ...args: string[]) => person.docker(cli, stage().engine, args);

      it("logs a user in, who pushes and pulls what Vault says, and no more", async () => {
        const person = await login(linus);
        const own = image("linux/app:v1");
        await stage().engine.importImage(own);
        allowed(await docker(person, "push", own));
        allowed(await docker(person, "pull", own));
        allowed(await docker(person, "pull", image("linux/db:v1")));
        failed(await docker(person, "push", image("linux/db:v1")), 1, /denied/);
        failed(await docker(person, "pull", image("other/app:v1")), 1, /denied/);
      });

      it("tells of a wrong password, and of a user that is not there", async () => {
        const person = stage().person(`wrong-${cli.major}`);
        const attempt = (as: Login) => person.login(cli, stage().engine, stage().registry.host, as);
        failed(await attempt({ ...linus, password: "kernel" }), 1, /unauthorized/);
        for (const name of ["nobody", "../registry/linus", "linus/", "sys%2Fauth"]) {
          failed(await attempt({ ...linus, name }), 1, /unauthorized/);
        }
      });

      it("takes an id, too", async () => {
        const person = await login(asLogin(await stage().narrow("--scope", "repository:other/app:pull")));
        allowed(await docker(person, "pull", image("other/app:v1")));
        failed(await docker(person, "push", image("other/app:v1")), 1, /denied/);
      });
    });

    it("gives what was asked for as far as it is granted, several scopes at once", async () => {
      const scope = ["repository:linux/app:pull,push,delete", "repository:linux/db:pull,push", "repository:x:pull"];
      const answer = await getToken(stage().door, { login: linus, scope });
      expect(answer.status).toBe(200);
      expect(accessOf(answer)).toEqual([
        "repository:linux/app:delete,pull,push",
        "repository:linux/db:pull",
        "repository:x:",
      ]);
      const nothing = await getToken(stage().door, { login: { name: "ken", password: "unix" }, scope });
      expect(accessOf(nothing).every((one) => one.endsWith(":"))).toBe(true);
    });

    it("answers 401 to a wrong password, and gives nobody anything", async () => {
      const wrong = await getToken(stage().door, { login: { ...linus, password: "" } });
      expect(wrong).toMatchObject({ status: 401, body: { errors: [{ code: "UNAUTHORIZED" }] } });
      const scope = ["repository:linux/db:pull"];
      const nobody = await getToken(stage().door, { scope });
      if (nobody.status === 200) expect(accessOf(nobody)).toEqual(["repository:linux/db:"]);
      else expect(nobody.status).toBe(401);
    });

    it("has no service but mounts that can be users', and never Vault's own", async () => {
      for (const service of ["sys", "auth", "../sys", "cubbyhole", "a/b"]) {
        expect((await getToken(stage().door, { service, login: linus })).status, service).toBe(400);
      }
      expect([400, 401, 503]).toContain((await getToken(stage().door, { service: "absent", login: linus })).status);
    });

    it("lets a refresh token fall with a change of the password in Vault, and with the user", async () => {
      const { body } = await getToken(stage().door, { login: linus, offline: true });
      const ask = () => refreshToken(stage().door, body.refresh_token ?? "", "repository:linux/db:pull");
      const write = (password: string) =>
        bao.writeUser("registry", 1, "linus", { password, access: "repository:linux/db:pull" });
      expect(await ask()).toMatchObject({ status: 200 });
      await write("changed");
      await until("the change is seen", async () => (await ask()).status === 401);
      await write(linus.password);
      await until("it is as it was", async () => (await ask()).status === 200);
      await bao.removeUser("registry", 1, "linus");
      await until("the user is gone", async () => (await ask()).status === 401);
    });

    it("says at the start what is mended, and nowhere what is secret", () => {
      const said = stage().verifier.log();
      for (const sentence of [/godoauth/, /401/, /constant time/, /800|300/, /log\.file/]) {
        expect(said).toMatch(sentence);
      }
      for (const secret of [bao.token, linus.password]) expect(said).not.toContain(secret);
    });

    it("tells users that Vault does not answer, and takes ids all the same", async () => {
      await bao.stop();
      const ask = () => getToken(stage().door, { login: { name: "ken", password: "unix" } });
      await until("what is remembered of Vault is too old", async () => (await ask()).status === 503);
      expect(await getToken(stage().door, { login: asLogin(stage().root) })).toMatchObject({ status: 200 });
    });
  },
);
