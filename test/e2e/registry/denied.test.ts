import { beforeAll, expect, it } from "vitest";
import { onRegistry } from "../../support/on-registry.ts";
import { eachDocker } from "../../support/on-stage.ts";
import { asLogin, type Login } from "../../support/registry-person.ts";
import { passwords } from "../../support/registry-stage.ts";
import { getToken } from "../../support/token-door.ts";
import { allowed, failed } from "../../support/verdicts.ts";

/** What a person reads: one line, no JSON, none of what was sent. */
function readable(said: string, login: Login): string {
  const last = said.trim().split("\n").at(-1) ?? "";
  expect(last).not.toMatch(/[{}]|undefined|\bat .*\.js/);
  expect(said).not.toContain(login.password);
  return last;
}

onRegistry("docker is told why not", {}, (stage) => {
  const image = () => `${stage().registry.host}/team/app:v1`;
  let people = 0;

  beforeAll(() => stage().engine.importImage(image()));

  eachDocker((cli) => {
    const person = () => stage().person(`${cli.major}-${(people += 1)}`);
    const login = (as: Login) => person().login(cli, stage().engine, stage().registry.host, as);

    it("at a login with a wrong password", async () => {
      const as = { name: "alice", password: "not hers" };
      expect(readable(failed(await login(as), 1), as)).toMatch(/unauthorized: .*(password|credentials)/);
      const stranger = { name: "nobody", password: passwords.alice };
      expect(readable(failed(await login(stranger), 1), stranger)).toMatch(/unauthorized: .*(password|credentials)/);
    });

    it("at a login with an id that was taken back, has expired, or is for another place", async () => {
      const gone = asLogin(await stage().narrow("--op", "read"));
      allowed(await stage().id(["revoke", "-"], { input: gone.password }));
      expect(readable(failed(await login(gone), 1), gone)).toMatch(/unauthorized: .*revoked/);
      const late = asLogin(await stage().narrow("--not-before", "2099-01-01T00:00:00Z"));
      expect(readable(failed(await login(late), 1), late)).toMatch(/unauthorized: .*2099/);
      const other = asLogin(await stage().narrow("--service", "elsewhere"));
      expect(readable(failed(await login(other), 1), other)).toMatch(/unauthorized: .*another registry/);
    });

    it("at a pull or push that its id does not allow", async () => {
      const id = asLogin(await stage().narrow("--scope", "repository:nothing/here:pull"));
      const holder = person();
      allowed(await holder.login(cli, stage().engine, stage().registry.host, id));
      for (const verb of ["pull", "push"]) {
        const outcome = await holder.docker(cli, stage().engine, [verb, image()]);
        expect(readable(failed(outcome, 1), id)).toMatch(/denied: requested access to the resource is denied/);
      }
    });
  });

  it("and the log says why each action was withheld, by whom it was asked, and nothing secret", async () => {
    const id = await stage().narrow("--scope", "repository:logged/app:pull", "--for", "the log");
    await getToken(stage().door, { login: asLogin(id), scope: ["repository:logged/app:pull,push"] });
    await getToken(stage().door, { login: { name: "alice", password: "tell nobody" }, scope: ["repository:x/y:pull"] });
    const shown = allowed(await stage().id(["log", "--registry"]));
    expect(shown).toMatch(/registry\.token at registry.*logged\/app:pull by the log link \S+ from 127\.0\.0\.1: /);
    expect(shown).toMatch(/refused registry registry\.token at registry by alice from 127\.0\.0\.1: .*password/);
    const said = allowed(await stage().id(["log", "--json"]));
    const lines = said.split("\n").map((line) => JSON.parse(line) as { door: string; names?: string[] });
    const ours = lines.filter(({ door, names }) => door === "registry" && names?.includes("the log") === true);
    expect(ours).toHaveLength(1);
    expect(JSON.stringify(ours[0])).toContain("logged/app");
    expect(JSON.stringify(ours[0])).toMatch(/push/);
    const everything = said + stage().verifier.log() + stage().registry.log();
    for (const secret of [id, "tell nobody", passwords.alice]) expect(everything).not.toContain(secret);
  });

  it("where nothing fits: another service, a malformed scope, another grant", async () => {
    expect(await getToken(stage().door, { service: "elsewhere", scope: [] })).toMatchObject({
      status: 400,
      body: { errors: [{ message: expect.stringMatching(/service/) as string }] },
    });
    for (const scope of ["repository", "repository:../up:pull", "repository:a/../b:pull", "repository:A:pull"]) {
      expect(await getToken(stage().door, { scope: [scope] }), scope).toMatchObject({ status: 400 });
    }
    const form = new URLSearchParams({ grant_type: "authorization_code", service: "registry" });
    const answer = await fetch(`${stage().door}/auth`, { method: "POST", body: form });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ code: expect.any(String) as string }] });
  });

  it("and after many distinct wrong passwords, when to try again", async () => {
    let limited: Awaited<ReturnType<typeof getToken>> | undefined;
    for (let times = 0; times < 40 && limited === undefined; times += 1) {
      const answer = await getToken(stage().door, { login: { name: "bob", password: `guess ${times}` } });
      if (answer.status === 429) limited = answer;
      else expect(answer.status).toBe(401);
    }
    expect(Number(limited?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(limited?.body).toMatchObject({ errors: [{ code: "TOOMANYREQUESTS" }] });
    // Another user from the same place, and an id, are not to suffer for it
    expect(await getToken(stage().door, { login: asLogin(stage().root) })).toMatchObject({ status: 200 });
  });
});
