import { beforeAll, expect, it } from "vitest";
import { onRegistry } from "../../support/on-registry.ts";
import { writeLayout } from "../../support/oci-layout.ts";
import { asLogin, type RegistryPerson } from "../../support/registry-person.ts";
import { getToken } from "../../support/token-door.ts";
import { until } from "../../support/until.ts";
import { allowed } from "../../support/verdicts.ts";

onRegistry("a registry's notifications", { withoutEngine: true, also: ["skopeo"] }, (stage) => {
  let layout: string;
  let person: RegistryPerson;
  const at = (repository: string) => `docker://${stage().registry.host}/${repository}`;
  const logged = async (...flags: string[]) => allowed(await stage().id(["log", "--registry", ...flags]));

  beforeAll(async () => {
    layout = await writeLayout(stage().workspace, "image");
    person = stage().person("sam");
  });

  it("stand in the log, beside the token that allowed what they tell of", async () => {
    const id = await stage().narrow("--scope", "repository:told/app:write", "--for", "a builder");
    const login = asLogin(id);
    allowed(await person.skopeo("copy", [`oci:${layout}:v1`, at("told/app:v1")], login));
    allowed(await person.skopeo("inspect", [at("told/app:v1")], login));
    allowed(await person.skopeo("delete", [at("told/app:v1")], login));
    const said = await until("it is told of", async () => {
      const text = await logged();
      return /push.*told\/app/.test(text) && /pull.*told\/app/.test(text) && /delete.*told\/app/.test(text) && text;
    });
    expect(said).toMatch(/registry\.token.*told\/app.*a builder/);
  });

  it("arrive after docker-id was down while something was pushed", async () => {
    const answer = await getToken(stage().door, {
      login: asLogin(stage().root),
      scope: ["repository:away/app:pull,push"],
    });
    const fresh = await writeLayout(stage().workspace, "fresh");
    await stage().verifier.stop();
    const copy = ["--dest-registry-token", answer.body.token ?? "", `oci:${fresh}:v1`, at("away/app:v1")];
    allowed(await person.skopeo("copy", copy));
    await until("the registry has failed to tell", () =>
      /retryingsink|failed to notify|backing off/i.test(stage().registry.log()),
    );
    await stage().verifier.start();
    const lines = await until("it is told of", async () => {
      const text = await logged("--json");
      const found = text.split("\n").filter((line) => line.includes("away/app") && line.includes('"tag":"v1"'));
      return found.length > 0 && found;
    });
    expect(lines).toHaveLength(1);
  });

  it("are taken from nobody else", async () => {
    const body = JSON.stringify({ events: [{ id: "1", action: "push", target: { repository: "forged/app" } }] });
    const type = "application/vnd.docker.distribution.events.v1+json";
    const post = (headers: Record<string, string>) =>
      fetch(`${stage().door}/events`, { method: "POST", body, headers: { "content-type": type, ...headers } });
    expect((await post({})).status).toBe(401);
    expect((await post({ authorization: "Bearer another" })).status).toBe(401);
    expect(await logged()).not.toContain("forged/app");
    expect((await post({ authorization: "Bearer notify-secret" })).status).toBe(200);
    await until("it is told of", async () => (await logged()).includes("forged/app"));
  });
});
