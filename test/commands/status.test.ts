import { expect, it } from "vitest";
import { allowed, failed } from "../support/verdicts.ts";
import { onADesk, secret } from "./on-a-desk.ts";

onADesk("status", (desk) => {
  const status = async (env: Record<string, string> = {}): Promise<Record<string, unknown>> =>
    JSON.parse(allowed(await desk().id(["status", "--json"], { env }))) as Record<string, unknown>;

  it("tells of an open engine, without any id", async () => {
    const found = await status();
    expect(found).toMatchObject({
      engine: { name: desk().engine.host, id: "engine-one" },
      state: "open",
      verifier: { address: desk().verifier.admin, guards: desk().engine.host, asked: false },
      troubles: [],
    });
    expect(found).not.toHaveProperty("id");
    const { stdout } = await desk().id(["status"]);
    expect(stdout).toMatch(/^engine +unix:/m);
    expect(stdout).toMatch(/^state +open$/m);
    expect(stdout).toMatch(/does not ask it: docker-id install --engine/);
    expect(stdout).toMatch(/^id +none is kept$/m);
  });

  it("tells of a guarded one, and of the default id", async () => {
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
    expect(await status()).toMatchObject({ state: "guarded", id: { root: true, worth: "good", from: "keychain" } });
    const root = allowed(await desk().id(["show"]));
    const short = allowed(await desk().id(["create", "--op", "read", "--expires", "2090-01-01T00:00:00Z"]));
    expect(await status({ DOCKER_ID_TOKEN: short })).toMatchObject({
      id: { root: false, worth: "good", from: "environment", expires: "2090-01-01T00:00:00.000Z" },
    });
    const outcome = await desk().id(["status"], { env: { DOCKER_ID_TOKEN: short } });
    expect(outcome.stdout).toMatch(/^id +a restricted id of the environment, good, until 2090-01-01/m);
    expect(outcome.stdout + outcome.stderr).not.toContain(short);
    expect(outcome.stdout).not.toContain(root);
  });

  it("tells of an id that is worth nothing", async () => {
    const id = allowed(await desk().id(["create", "--op", "read"]));
    allowed(await desk().id(["revoke", id]));
    expect(await status({ DOCKER_ID_TOKEN: id })).toMatchObject({ id: { worth: "revoked" } });
    const altered = `${id.slice(0, -2)}${id.at(-2) === "A" ? "B" : "A"}${id.slice(-1)}`;
    expect(await status({ DOCKER_ID_TOKEN: altered })).toMatchObject({ id: { worth: "refused" } });
  });

  it("asks the engine where there is no verifier, and fails where there is neither", async () => {
    const env = { DOCKER_ID_SERVER: "unix:///nowhere/admin.sock" };
    desk().engine.admits = (id) => id !== undefined;
    const guarded = await status(env);
    expect(guarded).toMatchObject({ state: "guarded", id: { worth: "unverified" } });
    expect(guarded["troubles"]).toEqual([expect.stringMatching(/no verifier listens/)]);
    desk().engine.admits = undefined;
    expect(await status(env)).toMatchObject({ state: "open" });
    failed(await desk().id(["status"], { env: { ...env, DOCKER_HOST: "unix:///nowhere/docker.sock" } }), 4);
  });

  it("says so when the keychain is no use, and tells the rest", async () => {
    const found = await status({ DOCKER_ID_KEYCHAIN: "os", DBUS_SESSION_BUS_ADDRESS: "" });
    expect(found).toMatchObject({ state: "guarded", troubles: [expect.stringMatching(/no OS keychain/)] });
  });
});
