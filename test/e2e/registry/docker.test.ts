import { writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { type Docker, newestDocker } from "../../support/dockers.ts";
import { onRegistry } from "../../support/on-registry.ts";
import { eachDocker } from "../../support/on-stage.ts";
import { asLogin, type RegistryPerson } from "../../support/registry-person.ts";
import { passwords } from "../../support/registry-stage.ts";
import { startRegistry } from "../../support/registry.ts";
import { allowed, failed } from "../../support/verdicts.ts";

onRegistry("docker before a guarded registry", {}, (stage) => {
  const image = (repository: string) => `${stage().registry.host}/${repository}`;

  beforeAll(async () => {
    const root = stage().person("root");
    allowed(await root.login(newestDocker(), stage().engine, stage().registry.host, asLogin(stage().root)));
    for (const repository of ["team/app:v1", "team/other:v1", "public/app:v1"]) {
      await stage().engine.importImage(image(repository));
      allowed(await root.docker(newestDocker(), stage().engine, ["push", image(repository)]));
      allowed(await root.docker(newestDocker(), stage().engine, ["rmi", image(repository)]));
    }
  });

  eachDocker((cli) => {
    /** Somebody who has logged in with that, or not at all. */
    const loggedIn = async (name: string, password?: string): Promise<RegistryPerson> => {
      const person = stage().person(`${name}-${cli.major}-${(people += 1)}`);
      if (password === undefined) return person;
      allowed(await person.login(cli, stage().engine, stage().registry.host, asLogin(password, name)));
      return person;
    };
    let people = 0;
    const docker = (person: RegistryPerson, ...args: string[]) => person.docker(cli, stage().engine, args);
    /** Anew, so that nothing comes from what the engine has. */
    const pull = async (person: RegistryPerson, repository: string) => {
      await docker(person, "rmi", image(repository));
      return docker(person, "pull", image(repository));
    };

    it("pushes and pulls with an id, and needs no login where there is no guard", async () => {
      const person = await loggedIn("docker-id", stage().root);
      const mine = image(`box/of-${cli.major}:v1`);
      const elsewhere = mine.replace(stage().registry.host, stage().open.host);
      await stage().engine.importImage(mine);
      allowed(await docker(person, "push", mine));
      allowed(await pull(person, `box/of-${cli.major}:v1`));
      const stranger = await loggedIn("stranger");
      allowed(await docker(stranger, "tag", mine, elsewhere));
      allowed(await docker(stranger, "push", elsewhere));
      failed(await docker(stranger, "push", mine), 1, /denied|unauthorized/);
    });

    it("takes any user's name beside an id", async () => {
      const person = await loggedIn("whoever", await stage().narrow("--op", "read"));
      allowed(await pull(person, "team/app:v1"));
    });

    it("pulls with an id narrowed offline to one repository for an hour, and cannot push with it", async () => {
      const id = await stage().narrow("--scope", "repository:team/app:pull", "--expires", "1h");
      const person = await loggedIn("docker-id", id);
      allowed(await pull(person, "team/app:v1"));
      failed(await docker(person, "push", image("team/app:v1")), 1, /denied/);
      failed(await pull(person, "team/other:v1"), 1, /denied/);
    });

    it("mounts what another repository has, and uploads it where the id may not read that one", async () => {
      const one = image(`mount/one-${cli.major}:v1`);
      await stage().engine.importImage(one);
      const root = await loggedIn("docker-id", stage().root);
      allowed(await docker(root, "push", one));
      const push = async (to: string, id: string) => {
        const person = await loggedIn("docker-id", id);
        allowed(await docker(person, "tag", one, image(to)));
        return allowed(await docker(person, "push", image(to)));
      };
      expect(await push(`mount/two-${cli.major}:v1`, stage().root)).toContain("Mounted from");
      const alone = await stage().narrow("--scope", `repository:mount/three-${cli.major}:push`);
      expect(await push(`mount/three-${cli.major}:v1`, alone)).not.toContain("Mounted from");
    });

    it("pulls without a login what a rule gives to anybody, and no more", async () => {
      const stranger = await loggedIn("stranger");
      allowed(await pull(stranger, "public/app:v1"));
      failed(await docker(stranger, "push", image("public/app:v1")), 1, /denied|unauthorized/);
      failed(await pull(stranger, "team/app:v1"), 1, /denied|unauthorized/);
    });

    it("comes to the same door by https, where its registry says so", async () => {
      const { workspace, secureDoor, keys, engine, root } = stage();
      const auth = { realm: `${secureDoor}/auth`, service: "registry", issuer: "docker-id", bundle: keys.certificate };
      const registry = await startRegistry(workspace, { name: `by-https-${cli.major}`, auth });
      const person = stage().person(`https-${cli.major}`);
      allowed(await person.login(cli, engine, registry.host, asLogin(root)));
      const there = `${registry.host}/team/app:v1`;
      await engine.importImage(there);
      allowed(await docker(person, "push", there));
      await registry.stop();
    });

    it("does with a password what the rules say of that user", async () => {
      const person = await loggedIn("alice", passwords.alice);
      await stage().engine.importImage(image(`alice/app-${cli.major}:v1`));
      allowed(await docker(person, "push", image(`alice/app-${cli.major}:v1`)));
      failed(await pull(person, "team/app:v1"), 1, /denied/);
    });
  });
});

onRegistry("docker before a guarded registry and a guarded engine", { guarded: true }, (stage) => {
  const image = (repository: string) => `${stage().registry.host}/${repository}`;
  /** Somebody who sends one id to the engine and logs in to the registry with another, or the same. */
  const holder = async (cli: Docker, name: string, atEngine: string, atRegistry = atEngine) => {
    const person = stage().person(`${name}-${cli.major}`);
    person.carry(atEngine);
    allowed(await person.login(cli, stage().engine, stage().registry.host, asLogin(atRegistry)));
    return (...args: string[]) => person.docker(cli, stage().engine, args);
  };

  beforeAll(async () => {
    const root = await holder(newestDocker(), "root", stage().root);
    const { workspace } = stage();
    const tar = workspace.path("empty.tar");
    writeFileSync(tar, new Uint8Array(10_240));
    for (const repository of ["team/app:v1", "team/other:v1"]) {
      allowed(await root("import", tar, image(repository)));
      allowed(await root("push", image(repository)));
      allowed(await root("rmi", image(repository)));
    }
  });

  eachDocker((cli) => {
    it("one id is for both: it pulls what it may, and the engine's guard refuses the rest", async () => {
      const scopes = `repository:${image("team/app")}:pull,image:write,registry:write`;
      const docker = await holder(cli, "both", await stage().narrow("--scope", scopes));
      allowed(await docker("pull", image("team/app:v1")));
      failed(await docker("pull", image("team/other:v1")), 1, /authorization denied by plugin/);
    });

    it("the preset for pulling is for both, too, and pushes to neither", async () => {
      const id = await stage().narrow("--preset", "pull");
      await holder(cli, "preset", stage().root, id);
      const person = stage().person(`preset-${cli.major}`);
      const push = () => person.docker(cli, stage().engine, ["push", image("team/other:v1")]);
      person.carry(id);
      allowed(await person.docker(cli, stage().engine, ["pull", image("team/other:v1")]));
      failed(await push(), 1, /authorization denied by plugin/);
      person.carry(stage().root);
      failed(await push(), 1, /denied: requested access/);
    });

    it("the engine's guard lets pass what the registry's then denies", async () => {
      const reader = await stage().narrow("--scope", "repository:team/app:pull", "--service", "registry");
      const docker = await holder(cli, "apart", stage().root, reader);
      allowed(await docker("pull", image("team/app:v1")));
      failed(await docker("pull", image("team/other:v1")), 1, /denied: requested access/);
    });

    it("an id for a registry's service is refused at the engine", async () => {
      const person = stage().person(`service-${cli.major}`);
      person.carry(await stage().narrow("--service", "registry"));
      const outcome = await person.docker(cli, stage().engine, ["pull", image("team/app:v1")]);
      failed(outcome, 1, /this id is for a registry, and this is an engine/);
    });
  });
});
