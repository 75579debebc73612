import { beforeAll, expect, it } from "vitest";
import { onRegistry } from "../../support/on-registry.ts";
import { writeLayout } from "../../support/oci-layout.ts";
import { asLogin, type Login, type RegistryPerson } from "../../support/registry-person.ts";
import { passwords } from "../../support/registry-stage.ts";
import { allowed, failed } from "../../support/verdicts.ts";

const alice: Login = { name: "alice", password: passwords.alice };

onRegistry("containerd before a guarded registry", { also: ["skopeo", "ctr"] }, (stage) => {
  let person: RegistryPerson;
  const pull = (repository: string, login?: Login) =>
    person.ctr(stage().engine, ["pull", `${stage().registry.host}/${repository}`], login);
  /** To a repository that has nothing yet: containerd sends nothing where all is there, and asks for no more than a pull. */
  const push = (from: string, to: string, login?: Login) =>
    person.ctr(stage().engine, ["push", `${stage().registry.host}/${to}`, `${stage().registry.host}/${from}`], login);

  beforeAll(async () => {
    person = stage().person("casey");
    const layout = await writeLayout(stage().workspace, "image");
    for (const repository of ["team/app", "alice/app", "public/app"]) {
      const to = `docker://${stage().registry.host}/${repository}:v1`;
      allowed(await person.skopeo("copy", [`oci:${layout}:v1`, to], asLogin(stage().root)));
    }
  });

  it("pulls and pushes with an id", async () => {
    allowed(await pull("team/app:v1", asLogin(stage().root)));
    allowed(await push("team/app:v1", "team/new:v1", asLogin(stage().root)));
    allowed(await pull("team/new:v1", asLogin(stage().root)));
  });

  it("pulls with an id narrowed offline, and cannot push with it", async () => {
    const id = await stage().narrow("--scope", "repository:team/app:pull", "--expires", "1h");
    allowed(await pull("team/app:v1", asLogin(id)));
    // What containerd says of it is another matter: "read/write on closed pipe"
    failed(await push("team/app:v1", "team/app:v2", asLogin(id)), 1);
    failed(await pull("team/app:v2", asLogin(id)), 1, /not found/);
    failed(await pull("alice/app:v1", asLogin(id)), 1, /access denied/);
  });

  it("pulls and pushes with a password, as the rules say", async () => {
    allowed(await pull("alice/app:v1", alice));
    allowed(await push("alice/app:v1", "alice/new:v1", alice));
    failed(await pull("team/app:v1", alice), 1, /access denied/);
  });

  it("pulls without either what is anybody's", async () => {
    allowed(await pull("public/app:v1"));
    failed(await pull("team/app:v1"), 1, /401 Unauthorized/);
  });

  it("is told that an id was taken back, and that a password is wrong", async () => {
    const id = await stage().narrow("--op", "read");
    allowed(await pull("team/app:v1", asLogin(id)));
    allowed(await stage().id(["revoke", "-"], { input: id }));
    failed(await pull("team/app:v1", asLogin(id)), 1, /401 Unauthorized/);
    failed(await pull("alice/app:v1", { ...alice, password: "wonder" }), 1, /401 Unauthorized/);
  });

  it("is not locked out by many pulls at a time with one wrong password", async () => {
    const wrong = { ...alice, password: "land" };
    const all = await Promise.all(Array.from({ length: 12 }, () => pull("alice/app:v1", wrong)));
    for (const outcome of all) expect(outcome.stderr).toMatch(/401 Unauthorized/);
    allowed(await pull("alice/app:v1", alice));
  });
});
