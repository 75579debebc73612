import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { node } from "../support/node.ts";
import { run } from "../support/run.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";
import { onADesk, secret } from "./on-a-desk.ts";
import { startStubEngine } from "./stub-engine.ts";

onADesk("init", (desk) => {
  const folder = () => desk().env["DOCKER_ID_CONFIG_DIR"] ?? "";
  const accounts = () =>
    (JSON.parse(readFileSync(join(folder(), "ids.json"), "utf8")) as { accounts: Record<string, string> }).accounts;
  const state = async () => (JSON.parse(allowed(await desk().id(["status", "--json"]))) as { state: string }).state;
  const forget = async () => {
    writeFileSync(join(folder(), "ids.json"), JSON.stringify({ accounts: {} }), { mode: 0o600 });
  };

  it("changes nothing without a keychain, and names the command that works", async () => {
    const env = { DOCKER_ID_KEYCHAIN: "os", DBUS_SESSION_BUS_ADDRESS: "" };
    const said = failed(await desk().id(["init", "--secret", "-"], { env, input: secret }), 4);
    expect(said).toContain("docker-id init --keychain file");
    expect(await state()).toBe("open");
    expect(existsSync(folder())).toBe(false);
  });

  it.each([
    [["init", "--secret", ""], undefined],
    [["init", "--secret", "-"], ""],
    [["init", "--secret", "@/does/not/exist"], undefined],
    [["init", "--keychain", "pocket"], undefined],
    [["init", "surplus"], undefined],
  ])("%j is misuse, and changes nothing", async (args, input) => {
    failed(await desk().id(args, input === undefined ? {} : { input }), 2);
    expect(await state()).toBe("open");
  });

  it("takes an empty DOCKER_ID_SECRET for a mistake", async () => {
    failed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: "" } }), 2, /DOCKER_ID_SECRET is empty/);
    expect(await state()).toBe("open");
  });

  it("needs the verifier", async () => {
    const env = { DOCKER_ID_SERVER: "unix:///nowhere/admin.sock" };
    failed(await desk().id(["init", "--secret", "-"], { env, input: secret }), 4, /no verifier listens/);
  });

  it("does not guard another engine than the one that is meant", async () => {
    const other = await startStubEngine(desk().workspace.path("other.sock"), "engine-two");
    try {
      const outcome = await desk().id(["-H", other.host, "init", "--secret", "-"], { input: secret });
      failed(outcome, 3, /guards the engine at/);
      expect(await state()).toBe("open");
    } finally {
      await other.close();
    }
  });

  it("guards the engine with a secret from stdin, and says nothing on stdout", async () => {
    const outcome = await desk().id(["init", "--secret", "-", "--keychain", "file"], { input: `${secret}\n` });
    expect(allowed(outcome)).toBe("");
    expect(outcome.stderr).not.toContain(secret);
    expect(outcome.stderr).toMatch(/does not ask docker-id yet, so nothing is refused: .* install --engine/);
    expect(await state()).toBe("guarded");
    expect(Object.keys(accounts())).toEqual([`${desk().engine.host}#default`]);
    expect(statSync(join(folder(), "ids.json")).mode & 0o777).toBe(0o600);
  });

  it("remembers the keychain and the verifier of the engine", async () => {
    const { DOCKER_ID_KEYCHAIN: _kind, DOCKER_ID_SERVER: _server, ...rest } = desk().env;
    const found = JSON.parse(allowed(await run(node, [entry, "status", "--json"], { env: rest }))) as { id: object };
    expect(found.id).toMatchObject({ root: true, worth: "good", from: "keychain" });
  });

  it("refuses a guarded engine without a secret, and with a wrong one", async () => {
    failed(await desk().id(["init"]), 3, /guarded already/);
    failed(
      await desk().id(["init", "--secret", "-"], { input: "another secret altogether" }),
      3,
      /the secret is not the one/,
    );
  });

  it("gives the lost root id back for the right secret, and changes nothing else", async () => {
    const before = allowed(await desk().id(["show"]));
    await forget();
    failed(await desk().id(["show"]), 4);
    const outcome = await desk().id(["init", "--json"], { env: { DOCKER_ID_SECRET: secret } });
    expect(JSON.parse(allowed(outcome))).toMatchObject({ installed: false, engine: desk().engine.host });
    expect(allowed(await desk().id(["show"]))).toBe(before);
  });

  it("takes up where a crash left it: the key installed, the id still pending", async () => {
    const { [`${desk().engine.host}#default`]: kept } = accounts();
    writeFileSync(
      join(folder(), "ids.json"),
      JSON.stringify({ accounts: { [`${desk().engine.host}#default~pending`]: kept } }),
      { mode: 0o600 },
    );
    failed(await desk().id(["show"]), 4);
    allowed(await desk().id(["init"]));
    expect(Object.keys(accounts())).toEqual([`${desk().engine.host}#default`]);
  });

  it("warns of a weak secret and of one among the arguments", async () => {
    allowed(await desk().id(["destroy", "--yes"]));
    const outcome = await desk().id(["init", "--secret", "password1"]);
    allowed(outcome);
    expect(outcome.stderr).toMatch(/is short/);
    expect(outcome.stderr).toMatch(/stood in the arguments/);
    expect(outcome.stderr).not.toContain("password1");
  });

  it("makes a random key where there is no secret, says so, and no secret brings that back", async () => {
    allowed(await desk().id(["destroy", "--yes"]));
    const outcome = await desk().id(["init"]);
    allowed(outcome);
    expect(outcome.stderr).toMatch(/the key is random/);
    failed(await desk().id(["init", "--secret", "-"], { input: secret }), 3, /no secret gives its root id back/);
  });

  it("is told as --init too, and as a plugin of docker's", async () => {
    allowed(await desk().id(["id", "--destroy", "--yes"]));
    allowed(await desk().id(["-H", desk().engine.host, "id", "--init", "--secret", "-"], { input: secret }));
    expect(await state()).toBe("guarded");
  });
});
