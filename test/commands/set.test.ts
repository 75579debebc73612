import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "../../src/macaroon/parse.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import { node } from "../support/node.ts";
import { run } from "../support/run.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";
import { onADesk, secret } from "./on-a-desk.ts";

const last = (id: string, to: string) => `${id.slice(0, -2)}${to}${id.slice(-1)}`;

onADesk("set", (desk) => {
  let root: string;
  const create = async (...args: string[]) =>
    allowed(await desk().id(["create", ...args], { env: { DOCKER_ID_TOKEN: root } }));
  const show = async () => allowed(await desk().id(["show"]));
  const set = async (id: string, env: Record<string, string> = {}) => await desk().id(["set", "-"], { input: id, env });

  beforeAll(async () => {
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
    root = await show();
  });

  it("keeps what the verifier finds good: from stdin, a file, the argument, and as --set", async () => {
    const file = join(desk().workspace.dir, "id.txt");
    for (const way of ["stdin", "file", "argument", "spelling"]) {
      const id = await create("--op", "read");
      writeFileSync(file, `${id}\n`);
      const args = {
        stdin: ["set", "-"],
        file: ["set", `@${file}`],
        argument: ["set", id],
        spelling: ["id", "--set", id],
      };
      const outcome = await desk().id(args[way as keyof typeof args], { input: `${id}\n` });
      expect(allowed(outcome)).toBe("");
      expect(await show()).toBe(id);
    }
  });

  it("says whether it was verified", async () => {
    const id = await create("--op", "read");
    expect(JSON.parse(allowed(await desk().id(["set", "--json", "-"], { input: id })))).toMatchObject({
      verified: true,
    });
  });

  it("keeps it where --keychain says, from then on", async () => {
    const id = await create("--op", "read");
    const { DOCKER_ID_KEYCHAIN: _kind, ...rest } = desk().env;
    const env = { ...rest, DOCKER_ID_CONFIG_DIR: desk().workspace.path("another"), DBUS_SESSION_BUS_ADDRESS: "" };
    const docker = async (...args: string[]) => await run(node, [entry, ...args], { env, input: id });
    failed(await docker("set", "-"), 4, /--keychain/);
    failed(await docker("set", "--keychain", "pocket", "-"), 2);
    allowed(await docker("set", "--keychain", "file", "-"));
    expect(allowed(await docker("show"))).toBe(id);
  });

  it("keeps the salt beside an id of the same key, so that --secret needs no verifier", async () => {
    allowed(await set(await create("--op", "read")));
    const env = { DOCKER_ID_SERVER: "unix:///nowhere/admin.sock" };
    allowed(await desk().id(["create", "--secret", "-", "--op", "read"], { env, input: secret }));
    failed(await desk().id(["create", "--secret", "-", "--op", "read"], { env, input: "none of its secrets" }), 3);
  });

  describe("refuses, and keeps what it had,", () => {
    it.each<[string, number, (id: string) => string | Promise<string>]>([
      ["nothing", 2, () => ""],
      ["a truncated id", 2, (id) => id.slice(0, -4)],
      ["an extended one", 2, (id) => `${id}AAAA`],
      ["an altered one", 3, (id) => last(id, id.at(-2) === "A" ? "B" : "A")],
      ["another spelling of base64", 2, (id) => `${id}=`],
      ["one of 9 KiB", 2, (id) => id + "A".repeat(9000)],
      ["one that is not ours", 3, () => serialize({ ...parse(root), identifier: "docker" })],
      ["one with an unknown caveat", 3, (id) => extended(id, "colour=red")],
      [
        "one of another key",
        3,
        (id) => serialize({ ...parse(id), identifier: `docker-id:1:${"0".repeat(32)}:${"0".repeat(32)}` }),
      ],
    ])("%s", async (_what, status, alter) => {
      const before = await show();
      failed(await set(await alter(await create("--op", "read"))), status);
      expect(await show()).toBe(before);
    });

    it("one that has expired, or was revoked", async () => {
      const before = await show();
      const short = await create("--op", "read", "--expires", "1");
      const taken = await create("--op", "read");
      allowed(await desk().id(["revoke", "-"], { input: taken, env: { DOCKER_ID_TOKEN: root } }));
      failed(await set(taken), 3, /revoked/);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      failed(await set(short), 3, /expired/);
      expect(await show()).toBe(before);
    });
  });

  describe("with no verifier in reach", () => {
    const env = { DOCKER_ID_SERVER: "unix:///nowhere/admin.sock" };
    it("asks the engine, when that asks for ids", async () => {
      const [good, bad] = [await create("--op", "read"), await create("--op", "write")];
      desk().engine.admits = (id) => id === good;
      const before = await show();
      failed(await set(bad, env), 3, /the engine refuses this id/);
      expect(await show()).toBe(before);
      const outcome = await set(good, env);
      allowed(outcome);
      expect(outcome.stderr).not.toMatch(/unverified/);
      desk().engine.admits = undefined;
    });

    it.each([{}, { DOCKER_HOST: "unix:///nowhere/docker.sock" }])(
      "keeps it unverified where nobody can say, %j",
      async (more) => {
        const outcome = await set(await create("--op", "read"), { ...env, ...more });
        allowed(outcome);
        expect(outcome.stderr).toMatch(/unverified/);
      },
    );
  });
});

/** Adds a caveat that the vocabulary does not have, as any holder could. */
function extended(id: string, caveat: string): string {
  const macaroon = parse(id);
  const signature = createHmac("sha256", macaroon.signature).update(caveat).digest();
  return serialize({ ...macaroon, caveats: [...macaroon.caveats, caveat], signature });
}
