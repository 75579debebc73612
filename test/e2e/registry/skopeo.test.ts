import { beforeAll, describe, expect, it } from "vitest";
import { writeLayout } from "../../support/oci-layout.ts";
import { onRegistry } from "../../support/on-registry.ts";
import { asLogin, type Login, type RegistryPerson } from "../../support/registry-person.ts";
import { passwords } from "../../support/registry-stage.ts";
import { startRegistry } from "../../support/registry.ts";
import type { Outcome } from "../../support/run.ts";
import { accessOf, getToken } from "../../support/token-door.ts";
import { until } from "../../support/until.ts";
import { allowed, failed } from "../../support/verdicts.ts";

const alice: Login = { name: "alice", password: passwords.alice };

const denied = (outcome: Outcome): string => failed(outcome, 1, /denied|unauthorized/i);

onRegistry("skopeo before a guarded registry", { withoutEngine: true, also: ["skopeo"] }, (stage) => {
  let layout: string;
  let person: RegistryPerson;
  const at = (repository: string) => `docker://${stage().registry.host}/${repository}`;
  const push = (repository: string, login?: Login): Promise<Outcome> =>
    person.skopeo("copy", [`oci:${layout}:v1`, at(repository)], login);
  const inspect = (repository: string, login?: Login): Promise<Outcome> =>
    person.skopeo("inspect", [at(repository)], login);
  const remove = (repository: string, login?: Login): Promise<Outcome> =>
    person.skopeo("delete", [at(repository)], login);

  beforeAll(async () => {
    layout = await writeLayout(stage().workspace, "image");
    person = stage().person("sam");
    for (const repository of ["team/app:v1", "team/other:v1", "alice/app:v1", "public/app:v1"]) {
      allowed(await push(repository, asLogin(stage().root)));
    }
  });

  it("needs no login where the registry has no guard, and one where it has", async () => {
    allowed(await person.skopeo("copy", [`oci:${layout}:v1`, `docker://${stage().open.host}/any/app:v1`]));
    denied(await push("any/app:v1"));
  });

  describe("with an id", () => {
    it("pushes, reads, lists and deletes what the root id may", async () => {
      const root = asLogin(stage().root);
      allowed(await push("short/lived:v1", root));
      expect(allowed(await inspect("short/lived:v1", root))).toContain("short/lived");
      expect(allowed(await person.skopeo("list-tags", [at("short/lived")], root))).toContain("v1");
      allowed(await remove("short/lived:v1", root));
      failed(await inspect("short/lived:v1", root), 1, /manifest unknown/);
    });

    it("narrowed offline to pull one repository for an hour, pulls that and nothing else", async () => {
      const id = await stage().narrow("--scope", "repository:team/app:pull", "--expires", "1h");
      allowed(await inspect("team/app:v1", asLogin(id)));
      denied(await push("team/app:v2", asLogin(id)));
      denied(await remove("team/app:v1", asLogin(id)));
      denied(await inspect("team/other:v1", asLogin(id)));
    });

    it("narrowed where neither engine nor verifier can be reached, is as good", async () => {
      const env = { DOCKER_HOST: "unix:///nowhere/docker.sock", DOCKER_ID_SERVER: "unix:///nowhere/admin.sock" };
      const words = ["create", "--id", "-", "--scope", "repository:team/app:pull", "--expires", "1h"];
      const id = allowed(await stage().id(words, { env, input: stage().root }));
      allowed(await inspect("team/app:v1", asLogin(id)));
      denied(await inspect("team/other:v1", asLogin(id)));
    });

    it("narrowed to a repository as docker writes it, with the registry's own address", async () => {
      const id = await stage().narrow("--scope", `repository:${stage().registry.host}/team/app:pull`);
      allowed(await inspect("team/app:v1", asLogin(id)));
      denied(await inspect("team/other:v1", asLogin(id)));
    });

    it("pushes without the right to delete, and deletes without the right to push", async () => {
      const pusher = await stage().narrow("--scope", "repository:ci/*:push");
      allowed(await push("ci/app:v1", asLogin(pusher)));
      denied(await remove("ci/app:v1", asLogin(pusher)));
      const deleter = await stage().narrow("--scope", "repository:ci/*:pull,repository:ci/*:delete");
      denied(await push("ci/app:v2", asLogin(deleter)));
      allowed(await remove("ci/app:v1", asLogin(deleter)));
    });

    it("of op=read reads, and neither pushes nor deletes", async () => {
      const id = await stage().narrow("--op", "read");
      allowed(await inspect("team/app:v1", asLogin(id)));
      denied(await push("team/app:v2", asLogin(id)));
      denied(await remove("team/app:v1", asLogin(id)));
    });

    it("of an action does that action", async () => {
      const id = await stage().narrow("--action", "registry.pull");
      allowed(await inspect("team/app:v1", asLogin(id)));
      denied(await push("team/app:v2", asLogin(id)));
    });

    it("bound to addresses is used from these", async () => {
      allowed(await inspect("team/app:v1", asLogin(await stage().narrow("--ip", "127.0.0.0/8"))));
      failed(await inspect("team/app:v1", asLogin(await stage().narrow("--ip", "192.0.2.0/24"))), 1, /address/);
    });

    it("bound to a registry is used there", async () => {
      allowed(await inspect("team/app:v1", asLogin(await stage().narrow("--service", "registry"))));
      failed(await inspect("team/app:v1", asLogin(await stage().narrow("--service", "elsewhere"))), 1, /registry/);
    });

    it("acts as the user that is named beside it, or that its account names, and rules bind it too", async () => {
      const reader = await stage().narrow("--op", "read");
      allowed(await inspect("team/app:v1", asLogin(reader)));
      allowed(await inspect("alice/app:v1", asLogin(reader, "alice")));
      denied(await inspect("team/app:v1", asLogin(reader, "alice")));
      const hers = await stage().narrow("--account", "alice");
      for (const name of ["docker-id", "alice"]) {
        allowed(await push("alice/more:v1", asLogin(hers, name)));
        denied(await inspect("team/app:v1", asLogin(hers, name)));
      }
      failed(await inspect("alice/app:v1", asLogin(hers, "bob")), 1, /unauthorized.*another/);
      failed(await inspect("alice/app:v1", asLogin(await stage().narrow("--account", "carol"))), 1, /unauthorized/);
    });

    it("that was taken back is refused, with what grew from it", async () => {
      const id = await stage().narrow("--op", "read");
      const grown = allowed(await stage().id(["create", "--id", "-", "--expires", "1h"], { input: id }));
      allowed(await inspect("team/app:v1", asLogin(grown)));
      allowed(await stage().id(["revoke", "-"], { input: id }));
      for (const each of [id, grown]) failed(await inspect("team/app:v1", asLogin(each)), 1, /unauthorized.*revoked/);
    });

    it("that has expired is refused", async () => {
      const id = await stage().narrow("--expires", "1");
      await until("it expires", async () => {
        const outcome = await inspect("team/app:v1", asLogin(id));
        // In its last second it is refused in other words
        if (outcome.status !== 0) failed(outcome, 1, /unauthorized/);
        return /expired/.test(outcome.stderr);
      });
    });

    it("that was tampered with is refused", async () => {
      const id = await stage().narrow("--op", "read");
      failed(await inspect("team/app:v1", asLogin(`${id.slice(0, -4)}AAAA`)), 1, /unauthorized/);
    });
  });

  describe("with a password", () => {
    it("does what the rules say of that user", async () => {
      allowed(await push("alice/new:v1", alice));
      allowed(await remove("alice/new:v1", alice));
      const bob = { name: "bob", password: passwords.bob };
      allowed(await inspect("alice/app:v1", bob));
      denied(await push("alice/app:v1", bob));
      denied(await inspect("team/app:v1", bob));
    });

    it("that is wrong, or of nobody, is told so", async () => {
      failed(await inspect("alice/app:v1", { ...alice, password: "wonder" }), 1, /unauthorized/);
      failed(await inspect("alice/app:v1", { name: "nobody", password: "wonder:land" }), 1, /unauthorized/);
      // The same wrong one again and again locks nobody out
      for (let times = 0; times < 15; times += 1) await inspect("alice/app:v1", { ...alice, password: "wonder" });
      allowed(await inspect("alice/app:v1", alice));
    });
  });

  it("without either reads what a rule gives to anybody, and no more", async () => {
    allowed(await inspect("public/app:v1"));
    denied(await push("public/app:v2"));
    denied(await inspect("alice/app:v1"));
  });

  it("comes to the same door by https, where its registry says so", async () => {
    const { workspace, secureDoor, keys, root } = stage();
    const auth = { realm: `${secureDoor}/auth`, service: "registry", issuer: "docker-id", bundle: keys.certificate };
    const other = await startRegistry(workspace, { name: "by-https", auth });
    const there = `docker://${other.host}/team/app:v1`;
    allowed(await person.skopeo("copy", [`oci:${layout}:v1`, there], asLogin(root)));
    denied(await person.skopeo("inspect", [there], alice));
    await other.stop();
  });

  it("mounts a layer of a repository that the id may read, and uploads it again where it may not", async () => {
    // A home of its own remembers where blobs lie
    const copier = stage().person("copier");
    const copy = (to: string, id: string) => copier.skopeo("copy", [`oci:${layout}:v1`, at(to)], asLogin(id));
    allowed(await copy("team/app:v1", stage().root));
    const mounts = () => [
      ...stage()
        .registry.log()
        .matchAll(/POST \/v2\/(\S+)\/blobs\/uploads\/\?from=\S* HTTP\/1.1" 201/g),
    ];
    allowed(await copy("mounted/app:v1", stage().root));
    expect(mounts().map(([, to]) => to)).toContain("mounted/app");
    const alone = await stage().narrow("--scope", "repository:alone/app:push");
    allowed(await copy("alone/app:v1", alone));
    expect(mounts().map(([, to]) => to)).not.toContain("alone/app");
  });

  it("shows the catalog to whom it is granted", async () => {
    const catalog = async (login?: Login) => {
      const answer = await getToken(stage().door, { scope: ["registry:catalog:*"], ...(login && { login }) });
      if (answer.status !== 200) return { status: answer.status, text: "", access: [] };
      const listed = await fetch(`http://${stage().registry.host}/v2/_catalog`, {
        headers: { authorization: `Bearer ${answer.body.token ?? ""}` },
      });
      return { access: accessOf(answer), status: listed.status, text: await listed.text() };
    };
    const shown = await catalog(asLogin(stage().root));
    expect(shown).toMatchObject({ status: 200, access: ["registry:catalog:*"] });
    expect(shown.text).toContain("team/app");
    expect(await catalog(alice)).toMatchObject({ status: 200 });
    expect(await catalog()).toMatchObject({ status: 401, access: [] });
    const puller = await stage().narrow("--scope", "repository:*:pull");
    expect(await catalog(asLogin(puller))).toMatchObject({ status: 401, access: ["registry:catalog:"] });
  });
});

onRegistry(
  "a registry whose engine is not guarded yet",
  { withoutEngine: true, uninitialized: true, also: ["skopeo"] },
  (stage) => {
    it("asks for credentials all the same: users have theirs, ids are none yet, and a rule still opens what it opens", async () => {
      const layout = await writeLayout(stage().workspace, "image");
      const person = stage().person("sam");
      const push = (repository: string, login?: Login) =>
        person.skopeo("copy", [`oci:${layout}:v1`, `docker://${stage().registry.host}/${repository}`], login);
      denied(await push("alice/app:v1"));
      denied(await push("public/app:v1"));
      allowed(await push("alice/app:v1", alice));
      const scope = ["repository:public/app:pull,push"];
      expect(accessOf(await getToken(stage().door, { scope }))).toEqual(["repository:public/app:pull"]);
      const foreign = `dkid_${"A".repeat(200)}`;
      expect(await getToken(stage().door, { login: asLogin(foreign), scope })).toMatchObject({ status: 401 });
    });
  },
);
