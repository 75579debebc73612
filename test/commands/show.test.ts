import { beforeAll, expect, it } from "vitest";
import { allowed, failed } from "../support/verdicts.ts";
import { onADesk, secret } from "./on-a-desk.ts";

onADesk("show", (desk) => {
  beforeAll(async () => {
    failed(await desk().id(["show"]), 4, /no id is kept for the engine/);
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
  });

  it("prints the default id alone, in every spelling", async () => {
    const { stdout } = await desk().id(["show"]);
    expect(stdout).toMatch(/^dkid_[\w-]+\n$/);
    for (const args of [["--show"], ["id", "show"], ["id", "--show"], ["-D", "id", "show"]]) {
      expect((await desk().id(args)).stdout).toBe(stdout);
    }
    const json = JSON.parse(allowed(await desk().id(["show", "--json"]))) as object;
    expect(json).toEqual({ engine: desk().engine.host, id: stdout.trim() });
  });

  it("prints DOCKER_ID_TOKEN where it is set, without an engine or a keychain", async () => {
    const env = { DOCKER_ID_TOKEN: "dkid_given", DOCKER_HOST: "nonsense://", DOCKER_ID_KEYCHAIN: "os" };
    expect(allowed(await desk().id(["show"], { env }))).toBe("dkid_given");
    failed(await desk().id(["show"], { env: { DOCKER_ID_TOKEN: " " } }), 2, /set and empty/);
  });

  it("keeps ids per engine", async () => {
    failed(await desk().id(["-H", "unix:///other.sock", "id", "show"]), 4, /unix:\/\/\/other.sock/);
    failed(await desk().id(["show", "--json"], { env: { DOCKER_HOST: "tcp://far" } }), 4);
  });

  it("tells of errors as JSON too", async () => {
    const outcome = await desk().id(["show", "--json"], { env: { DOCKER_HOST: "unix:///other.sock" } });
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      code: "no_id",
      message: expect.any(String),
      hint: expect.any(String),
    });
    expect(outcome.stderr).toBe("");
  });

  it("takes no argument, and does not repeat one", async () => {
    const said = failed(await desk().id(["show", "hunter2"]), 2);
    expect(said).not.toContain("hunter2");
  });
});
