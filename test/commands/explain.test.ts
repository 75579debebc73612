import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import type { Explained } from "../../src/explain/step.ts";
import { node } from "../support/node.ts";
import type { Outcome } from "../support/run.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { onADesk, secret } from "./on-a-desk.ts";

function json(outcome: Outcome): Explained {
  return JSON.parse(outcome.stdout) as Explained;
}

onADesk("explain", (desk) => {
  let reader: string;
  let root: string;
  const ask = (args: readonly string[], env: Readonly<Record<string, string>> = {}, input?: string) =>
    desk().id(["explain", ...args], { env, ...(input === undefined ? {} : { input }) });
  const create = async (...caveats: string[]) => allowed(await desk().id(["create", ...caveats]));

  beforeAll(async () => {
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
    root = allowed(await desk().id(["show"]));
    reader = await create("--op", "read");
  });

  it("tells of one request, under the default id or the one that is given", async () => {
    const info = allowed(await ask(["GET", "/v1.41/info"]));
    expect(info).toBe("allowed  GET /v1.41/info\n         system.info (read): reads the engine's info");
    expect(allowed(await ask(["get", "/info", "--id", "-"], {}, reader))).toMatch(/^allowed {2}GET \/info\n/);
    const outcome = await ask(["--id", reader, "POST", "/volumes/prune"]);
    expect(outcome.status).toBe(3);
    expect(outcome.stdout).toBe(
      "refused  POST /volumes/prune\n" +
        "         volume.prune (write): changes every volume\n" +
        "       - op=read: volume.prune writes, and this id may only read\n",
    );
  });

  it("gives the same as data", async () => {
    const outcome = await ask(["--json", "POST", "/volumes/prune"], { DOCKER_ID_TOKEN: reader });
    expect(outcome.status).toBe(3);
    expect(json(outcome)).toEqual({
      verdict: "refused",
      complete: true,
      requests: [
        {
          method: "POST",
          target: "/volumes/prune",
          follows: false,
          explanation: {
            action: "volume.prune",
            op: "write",
            handshake: false,
            stream: false,
            touches: [{ kind: "volume", id: "*", level: "write" }],
            verdict: "refused",
            reasons: [{ caveat: "op=read", why: "volume.prune writes, and this id may only read" }],
          },
        },
      ],
    });
  });

  it("reads a body from a file or stdin, of the type that is said", async () => {
    const file = desk().workspace.path("volume.json");
    writeFileSync(file, '{"Name":"v1"}');
    const made = [{ kind: "volume", id: "+", level: "write", names: ["v1"] }];
    const request = ["--json", "POST", "/volumes/create"];
    const fromFile = json(await ask([...request, "--body", file]));
    expect(fromFile.requests[0]?.explanation).toMatchObject({ verdict: "allowed", touches: made });
    const fromStdin = json(await ask([...request, "--body", "-"], {}, '{"Name":"v1"}'));
    expect(fromStdin.requests[0]?.explanation?.touches).toEqual(made);
    const typed = json(await ask([...request, "--body", file, "--content-type", "text/plain"]));
    expect(typed.requests[0]?.explanation?.unread).toMatch(/content type/);
  });

  it("pretends an address, with the root id at hand", async () => {
    const near = await create("--ip", "10.0.0.0/8", "--op", "read");
    const from = (address: string) => ask(["--id", near, "--address", address, "GET", "/info"]);
    expect((await ask(["--id", near, "GET", "/info"])).stdout).toMatch(/ip=10.0.0.0\/8: /);
    expect((await from("10.1.2.3")).status).toBe(0);
    expect((await from("11.1.2.3")).status).toBe(3);
    failed(await from("nowhere"), 2);
    failed(await ask(["--address", "10.1.2.3", "GET", "/info"], { DOCKER_ID_TOKEN: near }), 3, /only the root id/);
  });

  it("asks with the root id where that is the default, and with the id itself where not", async () => {
    const revoked = JSON.parse(allowed(await desk().id(["create", "--op", "read", "--json"]))) as {
      id: string;
      link: string;
    };
    allowed(await desk().id(["revoke", revoked.link]));
    const told = await ask(["--id", revoked.id, "GET", "/info"]);
    expect(told).toMatchObject({ status: 3, stdout: expect.stringMatching(/revoked/) as string });
    failed(await ask(["--id", revoked.id, "GET", "/info"], { DOCKER_ID_TOKEN: reader }), 3, /revoked/);
    expect(allowed(await ask(["--id", reader, "GET", "/info"], { DOCKER_ID_TOKEN: reader }))).toMatch(/^allowed/);
    const empty = { DOCKER_ID_CONFIG_DIR: desk().workspace.path("empty") };
    expect(allowed(await ask(["--id", reader, "GET", "/info"], empty))).toMatch(/^allowed/);
  });

  it("runs docker in a place of its own", async () => {
    const bin = desk().workspace.path("bin");
    mkdirSync(bin);
    const asks = `const { request } = require("http");
      const socketPath = process.env.DOCKER_HOST.slice(7);
      const ask = (method, path) => new Promise((end) => request({ socketPath, method, path, agent: false },
        (r) => r.resume().on("end", () => end(r.statusCode))).end());
      (async () => {
        if (await ask("GET", "/v1.41/info") !== 200) process.exit(5);
        process.exit(await ask("POST", "/v1.41/volumes/prune") === 403 ? 1 : 0);
      })();`;
    writeFileSync(`${bin}/docker`, `#!/bin/sh\nexec '${node}' -e '${asks}'\n`);
    chmodSync(`${bin}/docker`, 0o755);
    const env = { PATH: `${bin}:${process.env["PATH"]}` };
    const outcome = await ask(["--id", reader, "--", "docker", "volume", "prune"], env);
    expect(outcome.status).toBe(3);
    expect(outcome.stderr).toMatch(/nothing was run/);
    expect(outcome.stdout).toMatch(/^allowed {2}GET .*\n.*\nrefused {2}POST /);
    const whole = await ask(["--json", "--", "docker", "volume", "prune"], env);
    expect(whole.status).toBe(0);
    expect(json(whole)).toMatchObject({ verdict: "allowed", complete: true });
    failed(await ask(["--", "docker", "ps"], { PATH: "/nowhere" }), 1, /no docker on the PATH/);
  });

  it("says what it takes", async () => {
    for (const [args, input] of [
      [[], undefined],
      [["GET"], undefined],
      [["docker", "ps"], undefined],
      [["GET", "info"], undefined],
      [["G=T", "/info"], undefined],
      [["GET", "/info", "--body", "/no/such/file"], undefined],
      [["GET", "/info", "--body", "-", "--id", "-"], reader],
      [["GET", "/info", "--", "docker", "ps"], undefined],
      [["--body", "-", "--", "docker", "ps"], "{}"],
      [["--address", "10.0.0.1", "--", "docker", "ps"], undefined],
      [["--", "rm", "-rf", "/"], undefined],
      [["--", "docker", "-H", "tcp://x", "ps"], undefined],
      [["--", "docker", "id", "destroy", "--yes"], undefined],
      [["--"], undefined],
    ] as const) {
      failed(await ask(args, {}, input), 2);
    }
    expect(allowed(await ask(["--help"]))).toMatch(/METHOD PATH[^]*-- docker/);
  });

  it("needs an id, a verifier, and a guarded engine", async () => {
    failed(await ask(["GET", "/info"], { DOCKER_ID_CONFIG_DIR: desk().workspace.path("empty") }), 4);
    failed(await ask(["GET", "/info"], { DOCKER_ID_SERVER: "/nowhere.sock" }), 4);
    failed(await ask(["GET", "/info"], { DOCKER_ID_TOKEN: `${root.slice(0, -2)}AA` }), 3, /signature|altered/);
    allowed(await desk().id(["destroy", "--yes"]));
    failed(await ask(["GET", "/info"], { DOCKER_ID_TOKEN: root }), 3, /not guarded/);
  });
});
