import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { node } from "../support/node.ts";
import { run, type RunOptions } from "../support/run.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";
import { onADesk, secret } from "./on-a-desk.ts";

/** The package's command, and Node's entry, which comes to the same a little later. */
const ways = [
  ["bin/docker-id", new URL("../../bin/docker-id", import.meta.url).pathname, []],
  ["bin/run.js", node, [entry]],
] as const;

/** In docker's place: tells its words, its environment, and what the engine makes of a ping through DOCKER_HOST. */
const docker = `#!${node}
const http = require("node:http");
const told = { words: process.argv.slice(2), environment: process.env };
http.get({ socketPath: (process.env.DOCKER_HOST ?? "").slice(7), path: "/_ping", agent: false }, (answer) => {
  console.log(JSON.stringify({ ...told, status: answer.statusCode }));
});
`;

interface Told {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly status: number;
}

onADesk("docker-id run", (desk) => {
  let root: string;
  let reader: string;
  beforeAll(async () => {
    const { workspace, engine } = desk();
    mkdirSync(workspace.path("bin"));
    writeFileSync(workspace.path("bin", "docker"), docker);
    chmodSync(workspace.path("bin", "docker"), 0o755);
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
    root = allowed(await desk().id(["show"]));
    reader = allowed(await desk().id(["create", "--op", "read"]));
    allowed(await desk().id(["set", "--as", "reader", "-"], { input: reader }));
    engine.admits = (presented) => presented === root;
  });

  describe.each(ways)("by %s", (_name, command, first) => {
    const call = async (args: readonly string[], options: RunOptions = {}) =>
      await run(command, [...first, ...args], {
        ...options,
        env: {
          ...desk().env,
          PATH: `${desk().workspace.path("bin")}:${node.replace(/\/node$/, "")}:/usr/bin:/bin`,
          ...options.env,
        },
      });
    const told = async (args: readonly string[], options: RunOptions = {}) =>
      JSON.parse(allowed(await call(args, options))) as Told;

    it("is docker run, under the default id, which it does not see", async () => {
      const { words, environment, status } = await told(["run", "--rm", "alpine", "cmd", "--id", "x"], {
        env: { DOCKER_CONTEXT: "", DOCKER_TLS_VERIFY: "", DOCKER_CERT_PATH: "/c" },
      });
      expect(words).toEqual(["run", "--rm", "alpine", "cmd", "--id", "x"]);
      expect(status).toBe(200);
      expect(JSON.stringify(environment)).not.toContain(root);
      expect(Object.keys(environment)).not.toContain("DOCKER_CONTEXT");
      expect(Object.keys(environment)).not.toContain("DOCKER_CERT_PATH");
    });

    it("takes --id from stdin, a file, or as it is, and --as", async () => {
      const file = desk().workspace.path("reader.txt");
      writeFileSync(file, reader);
      desk().engine.admits = (presented) => presented === reader;
      try {
        for (const which of [["--id", `@${file}`], ["--id=-"], ["--id", reader], ["--as", "reader"]]) {
          const { words, status } = await told(["run", "-it", ...which, "alpine"], { input: reader });
          expect(words).toEqual(["run", "-it", "alpine"]);
          expect(status).toBe(200);
        }
        const given = await told(["run", "alpine"], { env: { DOCKER_ID_TOKEN: reader } });
        expect(given.status).toBe(200);
        expect(JSON.stringify(given.environment)).not.toContain(reader);
      } finally {
        desk().engine.admits = (presented) => presented === root;
      }
    });

    it("is any docker command as docker-id docker, and hands docker's own flags on but for the engine's", async () => {
      expect((await told(["docker", "ps", "-a"])).words).toEqual(["ps", "-a"]);
      const host = desk().engine.host;
      const far = await told(["-H", host, "--debug", "run", "alpine"], { env: { DOCKER_HOST: "unix:///nowhere" } });
      expect(far).toMatchObject({ words: ["--debug", "run", "alpine"], status: 200 });
      expect((await told(["id", "run", "alpine"])).status).toBe(200);
    });

    it("hands words on whole, whatever is in them", async () => {
      const odd = ["", "a b", "it's", '"$HOME`x`', "line\nend", "\\", "*", "é"];
      expect((await told(["run", "alpine", ...odd])).words).toEqual(["run", "alpine", ...odd]);
    });

    it("fails as docker-id does, without starting docker", async () => {
      failed(await call(["run", "--id"]), 2, /--id needs an id/);
      failed(await call(["run", "--id", "dkid_x", "alpine"]), 2);
      failed(await call(["run", "--as", "nobody", "alpine"]), 4, /nobody/);
      failed(await call(["run", "alpine"], { env: { DOCKER_HOST: "unix:///elsewhere" } }), 4, /no id is kept/);
    });

    it("tells of itself", async () => {
      expect(allowed(await call(["run", "--help"]))).toMatch(/docker run, under an id/);
    });
  });
});
