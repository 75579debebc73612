import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { node } from "../support/node.ts";
import { run } from "../support/run.ts";
import { allowed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";
import { openWorkspace, type Workspace } from "../support/workspace.ts";

describe("__complete", () => {
  let workspace: Workspace;
  let server: Server;
  let env: Record<string, string>;
  /** What the engine was asked, and with which id. */
  const asked: (readonly [string | undefined, unknown])[] = [];
  const complete = async (words: readonly string[], more: Record<string, string> = {}, as = "__complete") =>
    allowed(await run(node, [entry, as, ...words], { env: { ...env, ...more } })).split("\n");

  beforeAll(async () => {
    workspace = openWorkspace();
    server = createServer((request, response) => {
      asked.push([request.url, request.headers["x-docker-id"]]);
      if (request.headers["x-docker-id"] !== "dkid_x") return response.writeHead(403).end('{"message":"no"}');
      const bodies: Readonly<Record<string, unknown>> = {
        "/containers/json?all=1": [
          { Names: ["/web"], Image: "nginx", State: "running" },
          { Names: ["/we\tb\n:0", 7], Image: "a\nb", State: "exited" },
          { Names: null },
        ],
        "/images/json": [{ RepoTags: ["nginx:1", "<none>:<none>"] }, { RepoTags: null }],
      };
      return response.end(JSON.stringify(bodies[request.url ?? ""]));
    });
    server.listen(workspace.path("docker.sock"));
    await once(server, "listening");
    env = {
      HOME: workspace.dir,
      DOCKER_HOST: `unix://${workspace.path("docker.sock")}`,
      DOCKER_ID_KEYCHAIN: "file",
      DOCKER_ID_CONFIG_DIR: workspace.path("config"),
      DOCKER_ID_TOKEN: "dkid_x",
    };
  });
  afterAll(async () => {
    server.close();
    await workspace.close();
  });

  it("answers as docker's own protocol has it, with and without descriptions", async () => {
    expect(await complete(["id", "create", "--op", "r"])).toEqual(["read", "read,write", ":4"]);
    const [first = ""] = await complete(["id", "cr"]);
    expect(first).toMatch(/^create\t.+/);
    expect(await complete(["id", "cr"], {}, "__completeNoDesc")).toEqual(["create", ":4"]);
    expect(await complete(["id", "--", ""])).toEqual([":4"]);
    expect(await complete(["id", "--crea"])).toEqual([":4"]);
    expect(await complete([])).toContain(":4");
  });

  it("understands the spellings, docker's flags and help", async () => {
    expect(await complete(["id", "--create", "--op", "w"])).toEqual(["write", ":4"]);
    expect(await complete(["-D", "-H", "tcp://nowhere:1", "id", "create", "--op", "w"])).toEqual(["write", ":4"]);
    expect((await complete(["id", "help", "cr"]))[0]).toMatch(/^create\t/);
    expect(await complete(["-H", "a", "-H", "b", "id", ""])).toEqual([":4"]);
  });

  it("asks the engine for names with the default id", async () => {
    expect(await complete(["create", "--container-id", ""])).toEqual([
      "web\tnginx, running",
      "we?b?:0\ta?b, exited",
      ":4",
    ]);
    expect(await complete(["create", "--image-id", ""])).toEqual(["nginx:1", ":4"]);
    expect(asked).toContainEqual(["/images/json", "dkid_x"]);
  });

  it("is silent where the engine refuses, is away or never answers", async () => {
    const line = ["create", "--container-id", ""];
    expect(await complete(line, { DOCKER_ID_TOKEN: "dkid_y" })).toEqual([":4"]);
    expect(await complete(line, { DOCKER_HOST: "unix:///nowhere/docker.sock" })).toEqual([":4"]);
    expect(await complete(line, { DOCKER_HOST: "frob://" })).toEqual([":4"]);
    const silent = createServer(() => undefined).listen(workspace.path("silent.sock"));
    await once(silent, "listening");
    const outcome = await run(node, [entry, "__complete", ...line], {
      env: { ...env, DOCKER_HOST: `unix://${workspace.path("silent.sock")}` },
      timeoutMs: 8000,
    });
    expect(outcome).toEqual({ status: 0, stdout: ":4\n", stderr: "" });
    silent.closeAllConnections();
    silent.close();
  });

  it("reads words that must not stand among arguments from stdin", async () => {
    const outcome = await run(node, [entry, "__complete-words"], { env, input: "create\0--id\0dkid_x\0--op\0r\0" });
    expect(outcome).toEqual({ status: 0, stdout: "read\nread,write\n:4\n", stderr: "" });
  });
});
