import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { allowed, failed } from "../support/verdicts.ts";
import { onADesk, secret } from "./on-a-desk.ts";
import { alpine, web } from "./stub-engine.ts";

interface Created {
  readonly id: string;
  readonly link: string;
  readonly caveats: readonly string[];
}

/** As a value stands in a token. */
const spelled = (id: string) => id.replace(":", "%3A");

onADesk("create", (desk) => {
  beforeAll(async () => {
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
  });
  const create = async (...args: string[]): Promise<Created> =>
    JSON.parse(allowed(await desk().id(["create", "--json", ...args]))) as Created;
  const report = async (id: string): Promise<{ id: { worth: string; root: boolean } }> =>
    JSON.parse(allowed(await desk().id(["status", "--json"], { env: { DOCKER_ID_TOKEN: id } }))) as {
      id: { worth: string; root: boolean };
    };

  describe("what the flags add", () => {
    const other = "c3".repeat(32);
    it.each<[string[], string[]]>([
      [["--op", "read"], ["op=read"]],
      [
        ["--op", "read,write", "--op", "read"],
        ["op=read,write", "op=read"],
      ],
      [["--container-id", "web"], [`container_id=${web}`]],
      [["--container-id", "a1a1a1a1a1a1"], [`container_id=${web}`]],
      [["--container-id", `web,${web}`], [`container_id=${web}`]],
      [["--image-id", "alpine"], [`image_id=${spelled(alpine)}`]],
      [["--image-id", "library/alpine:3"], [`image_id=${spelled(alpine)}`]],
      [["--image-id", "b2b2b2b2b2b2"], [`image_id=${spelled(alpine)}`]],
      [["--image-id", alpine], [`image_id=${spelled(alpine)}`]],
      [["--no-resolve", "--container-id", other], [`container_id=${other}`]],
      [["--no-resolve", "--image-id", other], [`image_id=sha256%3A${other}`]],
      [["--ip", "10.0.0.0/8"], ["ip=10.0.0.0/8"]],
      [["--expires", "2090-01-01T00:00:00Z"], ["expires=2090-01-01T00:00:00Z"]],
      [["--not-before", "2030-01-31T12:00:00Z"], ["not_before=2030-01-31T12:00:00Z"]],
      [["--scope", "container:web:read"], ["scope=container:web:read"]],
      [["--action", "container.*"], ["action=container.*"]],
      [["--label", "team=web"], ["label=team=web"]],
      [["--confined"], ["confined=true"]],
      [["--host", "build-*"], ["host=build-*"]],
      [["--peer", "cn:build-7"], ["peer=cn:build-7"]],
      [["--socket", "5d3a/91fe"], ["socket=5d3a/91fe"]],
      [["--service", "registry.example.com"], ["service=registry.example.com"]],
      [["--account", "alice"], ["account=alice"]],
      [
        ["--op", "read", "--for", "the build machine"],
        ["op=read", "for=the%20build%20machine"],
      ],
      [["--root"], []],
      [["--root", "--for", "me"], ["for=me"]],
    ])("%j", async (args, expected) => {
      const { caveats, link } = await create(...args);
      expect(caveats.slice(0, -1)).toEqual(expected);
      expect(caveats.at(-1)).toBe(`link=${link}`);
    });

    it("takes every preset", async () => {
      for (const preset of ["read-only", "monitor", "ci", "deploy", "pull"]) {
        const { id, caveats } = await create("--preset", preset);
        expect(caveats.length).toBeGreaterThan(1);
        expect((await report(id)).id).toMatchObject({ worth: "good", root: false });
      }
    });

    it("owner takes a link of the same id", async () => {
      const parent = await create("--op", "read,write");
      const { caveats } = await create("--id", parent.id, "--owner", parent.link);
      expect(caveats[0]).toBe(`owner=${parent.link}`);
    });

    it("puts a scope that names the host before what else narrows a root id, and says what that means", async () => {
      const outcome = await desk().id(["create", "--json", "--op", "read,write", "--scope", "host:privileged:write"]);
      const { caveats } = JSON.parse(allowed(outcome)) as Created;
      expect(caveats[0]).toBe("scope=host:privileged:write");
      expect(outcome.stderr).toMatch(/make its holder root/);
    });
  });

  describe("what it is made from", () => {
    it("is the default id: and the token stands alone on stdout", async () => {
      const outcome = await desk().id(["create", "--op", "read"]);
      expect(outcome.stdout).toMatch(/^dkid_[\w-]+\n$/);
      expect((await report(outcome.stdout.trim())).id.worth).toBe("good");
    });

    it("is --id or --from: stdin, a file or the argument", async () => {
      const { id } = await create("--op", "read,write");
      const file = join(desk().workspace.dir, "friend.txt");
      writeFileSync(file, `${id}\n`, { mode: 0o600 });
      const ways = [
        await desk().id(["create", "--id", "-", "--op", "read"], { input: `${id}\n` }),
        await desk().id(["create", "--from", `@${file}`, "--op", "read"]),
        await desk().id(["create", "--from", id, "--op", "read"]),
        await desk().id(["create", "--op", "read"], { env: { DOCKER_ID_TOKEN: id } }),
      ];
      for (const way of ways) {
        const inspected = JSON.parse(allowed(await desk().id(["inspect", "--json", "-"], { input: allowed(way) }))) as {
          caveats: { text: string }[];
        };
        expect(inspected.caveats.map(({ text }) => text.replace(/=.*/, ""))).toEqual(["op", "link", "op", "link"]);
      }
    });

    it("is a root id of the key when the secret is given, and a wrong one is told first", async () => {
      const made = allowed(await desk().id(["create", "--secret", "-", "--op", "read"], { input: secret }));
      expect((await report(made)).id.worth).toBe("good");
      const wrong = await desk().id(["create", "--secret", "-", "--op", "read"], { input: "no such secret here" });
      failed(wrong, 3, /the secret is not the one/);
      expect(wrong.stdout).toBe("");
    });

    it("is that of the secret with the verifier's salt where the keychain has none", async () => {
      const env = { DOCKER_ID_CONFIG_DIR: desk().workspace.path("empty") };
      const made = await desk().id(["create", "--secret", "-", "--op", "read"], { env, input: secret });
      expect((await report(allowed(made))).id.worth).toBe("good");
      failed(await desk().id(["create", "--secret", "-", "--op", "read"], { env, input: "wrong, surely" }), 3);
      const alone = { ...env, DOCKER_ID_SERVER: "unix:///nowhere/admin.sock" };
      failed(await desk().id(["create", "--secret", "-", "--op", "read"], { env: alone, input: secret }), 4);
    });

    it("is that of DOCKER_ID_SECRET only where there is no id", async () => {
      const env = { DOCKER_ID_CONFIG_DIR: desk().workspace.path("empty") };
      failed(await desk().id(["create", "--op", "read"], { env }), 4, /no id is kept/);
      allowed(await desk().id(["create", "--op", "read"], { env: { ...env, DOCKER_ID_SECRET: secret } }));
      failed(await desk().id(["create", "--op", "read"], { env: { DOCKER_ID_TOKEN: "" } }), 2, /set and empty/);
    });
  });

  describe("what it does not make", () => {
    it.each([
      ["nothing narrower", []],
      ["a root id by the way", ["--for", "me"]],
      ["a root id with restrictions", ["--root", "--op", "read"]],
      ["of a secret and an id", ["--secret", "-", "--id", "-", "--op", "read"]],
      ["an unknown op", ["--op", "execute"]],
      ["what never expires", ["--expires", "0"]],
      ["what expired before", ["--expires", "-5"]],
      ["what expires soon", ["--expires", "soon"]],
      ["an address that is none", ["--ip", "300.1.1.1"]],
      ["an unknown caveat", ["--colour", "red"]],
      ["an unknown preset", ["--preset", "all"]],
      ["a name without looking it up", ["--no-resolve", "--container-id", "web"]],
      ["a half id without looking it up", ["--no-resolve", "--image-id", "b2b2b2b2b2b2"]],
      ["an empty name", ["--container-id", "web,"]],
      ["of an empty secret", ["--secret", "", "--op", "read"]],
      ["of an id that is none", ["--id", "dkid_AAAA", "--op", "read"]],
    ])("%s", async (_what, args) => {
      const outcome = await desk().id(["create", ...args], { input: "" });
      failed(outcome, 2);
      expect(outcome.stdout).toBe("");
    });

    it("what the engine does not have", async () => {
      failed(await desk().id(["create", "--container-id", "gone"]), 1, /no container "gone"/);
      failed(await desk().id(["create", "--image-id", "gone"]), 1, /no image "gone"/);
      failed(await desk().id(["create", "--container-id", "../images/alpine"]), 1);
    });

    it("what reads as the id of something else", async () => {
      failed(await desk().id(["create", "--container-id", "deadbeefdead"]), 3, /reads as an id/);
    });

    it("a name without an engine", async () => {
      const outcome = await desk().id(["create", "--container-id", web], {
        env: { DOCKER_ID_TOKEN: (await create("--op", "read")).id, DOCKER_HOST: "unix:///nowhere/docker.sock" },
      });
      failed(outcome, 1, /--no-resolve/);
    });

    it("a second root id from a restricted one", async () => {
      const { id } = await create("--op", "read");
      failed(await desk().id(["create", "--id", id, "--root"]), 2);
    });

    it("an id of 65 caveats", async () => {
      const many = Array.from({ length: 64 }, () => ["--op", "read"]).flat();
      failed(await desk().id(["create", ...many]), 2, /more than 64 caveats/);
    });
  });
});
