import { expect, it } from "vitest";
import { allowed, failed } from "../support/verdicts.ts";
import { onADesk, secret } from "./on-a-desk.ts";

onADesk("ls", (desk) => {
  it("lists what is kept, per engine, without its text", async () => {
    const nothing = await desk().id(["ls"]);
    expect(allowed(nothing)).toBe("");
    expect(nothing.stderr).toMatch(/no id is kept/);
    expect(JSON.parse(allowed(await desk().id(["ls", "--json"])))).toEqual([]);

    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
    const root = allowed(await desk().id(["show"]));
    const made = JSON.parse(allowed(await desk().id(["create", "--json", "--op", "read", "--expires", "1h"]))) as {
      id: string;
      link: string;
    };
    const env = { DOCKER_HOST: "tcp://nowhere.invalid:1" };
    allowed(await desk().id(["set", "-"], { input: made.id, env }));

    const listed = await desk().id(["ls"]);
    expect(listed.stdout).not.toContain(root);
    expect(listed.stdout).not.toContain(made.id);
    expect(JSON.parse(allowed(await desk().id(["ls", "--json"])))).toEqual([
      { engine: "tcp://nowhere.invalid:1", name: "default", root: false, link: made.link, expires: expect.any(String) },
      { engine: desk().engine.host, name: "default", root: true },
    ]);
    expect(listed.stdout.trim().split("\n")).toHaveLength(2);
  });

  it("says when the keychain is no use", async () => {
    failed(await desk().id(["ls"], { env: { DOCKER_ID_KEYCHAIN: "os", DBUS_SESSION_BUS_ADDRESS: "" } }), 4);
    failed(await desk().id(["ls"], { env: { DOCKER_ID_KEYCHAIN: "pocket" } }), 2);
  });
});
