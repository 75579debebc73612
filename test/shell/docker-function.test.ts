import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { contextFolder } from "../../src/docker-cli/contexts.ts";
import { onADesk, secret } from "../commands/on-a-desk.ts";
import { quoteWords } from "../../src/shell/quote.ts";
import { needs } from "../support/needs.ts";
import { node } from "../support/node.ts";
import { run, type RunOptions } from "../support/run.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";

/** In docker's place: says what it was started with, and what the engine makes of whoever asks through DOCKER_HOST. */
const docker = `#!${node}
const http = require("node:http");
const told = { words: process.argv.slice(2), host: process.env.DOCKER_HOST, environment: Object.entries(process.env).flat() };
http.get({ socketPath: (process.env.DOCKER_HOST ?? "").slice(7), path: "/_ping", agent: false }, (answer) => {
  console.log(JSON.stringify({ ...told, status: answer.statusCode }));
  process.exitCode = Number(process.env.LEAVE_WITH ?? 0);
});
`;

interface Told {
  readonly words: readonly string[];
  readonly host: string;
  readonly environment: readonly string[];
  /** 200 where the id that was presented is the one that is expected. */
  readonly status: number;
}

describe.each(["bash", "zsh"] as const)("docker in %s", (shell) => {
  const missing = needs(shell);
  if (missing !== undefined) return it.skip(missing, () => undefined);
  return onADesk("after shell-init", (desk) => {
    let root: string;
    let reader: string;
    /** What `eval "$(docker-id shell-init)"` reads; the shells' own sessions show it as it is typed. */
    let initialize: string;
    const inShell = async (line: string, options: RunOptions = {}) =>
      await run(shell, [shell === "zsh" ? "-fc" : "-c", `. ${initialize}\n${line}`], {
        ...options,
        env: { ...desk().env, PATH: `${desk().workspace.path("bin")}:/usr/bin:/bin`, ...options.env },
      });
    const told = async (line: string, options: RunOptions = {}) =>
      JSON.parse(allowed(await inShell(line, options))) as Told;
    /** Of words that the engine is to be asked under an id. */
    const expectId = (id: string | undefined) => {
      desk().engine.admits = (presented) => presented === id;
    };

    beforeAll(async () => {
      initialize = desk().workspace.path("shell-init");
      writeFileSync(initialize, allowed(await desk().id(["shell-init"])));
      mkdirSync(desk().workspace.path("bin"));
      writeFileSync(desk().workspace.path("bin", "docker"), docker);
      chmodSync(desk().workspace.path("bin", "docker"), 0o755);
      const plain = await told("docker ps");
      expect(plain).toMatchObject({ words: ["ps"], host: desk().engine.host });
      allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
      root = allowed(await desk().id(["show"]));
      reader = allowed(await desk().id(["create", "--op", "read"]));
      allowed(await desk().id(["set", "--as", "reader", "-"], { input: reader }));
      writeFileSync(desk().workspace.path("reader.id"), reader);
    });

    it("goes under the id of --id, as the proposal wrote it", async () => {
      expectId(reader);
      const found = await told(`docker run --rm -i --id "${reader}" -t ubuntu bash`);
      expect(found.words).toEqual(["run", "--rm", "-i", "-t", "ubuntu", "bash"]);
      expect(found.status).toBe(200);
      expect(found.host).not.toBe(desk().engine.host);
      expect(found.environment.join("\n")).not.toContain(reader);
      expect((await inShell(`docker ps --id "${reader}"`)).stderr).toBe("");
    });

    it("takes it from a file, from stdin and by name", async () => {
      expectId(reader);
      expect(await told(`docker ps --id @${desk().workspace.path("reader.id")}`)).toMatchObject({
        words: ["ps"],
        status: 200,
      });
      expect(await told("docker --id - ps", { input: reader })).toMatchObject({ words: ["ps"], status: 200 });
      expect(await told("docker --as=reader ps")).toMatchObject({ words: ["ps"], status: 200 });
    });

    it("goes under the default id otherwise, which no process of its sees", async () => {
      expectId(root);
      const found = await told("docker ps -a");
      expect(found).toMatchObject({ words: ["ps", "-a"], status: 200 });
      expect(found.environment.join("\n")).not.toContain(root);
      expectId(reader);
      expect(await told("docker ps", { env: { DOCKER_ID_TOKEN: reader } })).toMatchObject({ status: 200 });
    });

    it("hands every word on as it is", async () => {
      expectId(reader);
      const words = [
        "",
        " ",
        "a  b",
        "it's",
        '"',
        "\\",
        "\\n",
        "$HOME",
        "`id`",
        "$(id)",
        "*",
        "?",
        "[a]",
        "~",
        "a\nb",
        "\n",
        "!",
        "é",
        "-n",
        "%s",
        "{a,b}",
        ";",
        "&",
        "=x",
      ];
      const line = `docker run --id "${reader}" alpine ${quoteWords("bash", words)}`;
      expect((await told(line)).words).toEqual(["run", "alpine", ...words]);
      const nothing = await told(`docker ${quoteWords("bash", words)}`);
      expect(nothing.words).toEqual(words);
    });

    it("takes it wherever docker's own flags may stand, and goes to the engine that they name", async () => {
      expectId(reader);
      const folder = contextFolder(`${desk().env["DOCKER_CONFIG"]}`, "there");
      mkdirSync(folder, { recursive: true });
      const { host } = desk().engine;
      writeFileSync(
        `${folder}/meta.json`,
        JSON.stringify({ Name: "there", Metadata: {}, Endpoints: { docker: { Host: host } } }),
      );
      const env = { DOCKER_HOST: "" };
      const given = `--id @${desk().workspace.path("reader.id")}`;
      for (const [line, words] of [
        [`--context there run ${given} alpine cmd --id x`, "run alpine cmd --id x"],
        [`-H ${host} run ${given} alpine`, "run alpine"],
        [`-H ${host} container run ${given.replace(" ", "=")} alpine`, "container run alpine"],
        [`-H ${host} compose -f a.yml ${given} up -d`, "compose -f a.yml up -d"],
        [`-H ${host} compose up ${given} -d web`, "compose up -d web"],
      ] as const) {
        expect(await told(`docker ${line}`, { env })).toMatchObject({ words: words.split(" "), status: 200 });
      }
    });

    it("leaves a program's own --id alone", async () => {
      expectId(root);
      for (const line of [
        "run alpine cmd --id x",
        "run -v /a:/b alpine --id=x",
        "exec web cmd --id x",
        "run -- alpine --id x",
      ]) {
        expect(await told(`docker ${line}`)).toMatchObject({ words: line.split(" "), status: 200 });
      }
    });

    it("is plain docker where no id is of use, is kept, or where docker was given one", async () => {
      expectId(undefined);
      for (const line of ["context ls", "--help", "id show", "--version", "unheard-of --id x"]) {
        expect(await told(`docker ${line}`)).toMatchObject({
          words: line.split(" "),
          host: desk().engine.host,
          status: 200,
        });
      }
      const env = { DOCKER_ID_CONFIG_DIR: desk().workspace.path("empty") };
      const again = `eval "$(${quoteWords("bash", [node, entry])} shell-init)"\n`;
      for (const line of ["docker ps", `${again}docker ps`]) {
        expect(await told(line, { env })).toMatchObject({ host: desk().engine.host });
      }
      const given = { DOCKER_CUSTOM_HEADERS: "X-Docker-Id=dkid_x" };
      expect(await told("docker ps", { env: given })).toMatchObject({ host: desk().engine.host });
      expect(await told("command docker ps")).toMatchObject({ host: desk().engine.host });
    });

    it("gives docker's status, and its own where it cannot begin", async () => {
      expectId(root);
      for (const status of ["1", "125", "127"]) {
        expect((await inShell("docker ps", { env: { LEAVE_WITH: status } })).status).toBe(Number(status));
      }
      failed(await inShell("docker ps --id"), 2);
      failed(await inShell("docker ps --id dkid_x"), 2);
      failed(await inShell("docker ps --id @/does/not/exist"), 2);
      failed(await inShell("docker ps --as nobody"), 4);
      for (const line of ["docker context ls", "docker ps"]) {
        expect((await inShell(`PATH=/nowhere; ${line}`)).status).toBe(127);
      }
    });

    it("works in a pipe, a substitution and under strict settings", async () => {
      expectId(reader);
      const strict =
        shell === "bash" ? "set -euo pipefail" : "setopt errexit nounset pipefail noclobber shwordsplit ksharrays";
      const lines = [
        strict,
        `ID='${reader}'`,
        'docker ps --id "$ID" | cat',
        'echo "$(docker ps --id "$ID")"',
        'docker ps --id "$ID" </dev/null',
      ];
      const found = allowed(await inShell(lines.join("\n"))).split("\n");
      expect(found.map((each) => (JSON.parse(each) as Told).status)).toEqual([200, 200, 200]);
    });

    it("leaves the shell's last background job and its variables as they were", async () => {
      expectId(reader);
      const lines = [
        "sleep 0.01 & before=$!",
        `docker ps --id '${reader}' >/dev/null`,
        '[ "$before" = "$!" ] && echo same',
        'set | grep -c "^docker_id_" || true',
      ];
      expect(allowed(await inShell(lines.join("\n")))).toBe("same\n0");
    });

    it("leaves no socket behind", async () => {
      expectId(reader);
      allowed(await inShell(`docker ps --id '${reader}'`));
      const runtime = desk().workspace.path("runtime");
      mkdirSync(runtime, { mode: 0o700 });
      const host = (await told(`docker ps --id '${reader}'`, { env: { XDG_RUNTIME_DIR: runtime } })).host;
      expect(host).toContain(runtime);
      await expect
        .poll(() => readdirSync(runtime, { recursive: true }).filter((name) => String(name).includes("sock")))
        .toEqual([]);
    });
  });
});
