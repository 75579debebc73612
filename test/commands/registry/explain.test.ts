import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { mint } from "../../../src/macaroon/mint.ts";
import { serialize } from "../../../src/macaroon/serialize.ts";
import { node } from "../../support/node.ts";
import { run } from "../../support/run.ts";
import { allowed, failed } from "../../support/verdicts.ts";
import { entry } from "../../support/verifier.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-id-explain-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = join(folder, "serve.yml");
writeFileSync(
  config,
  JSON.stringify({
    registry: {
      token: { certificate: "cert.pem", key: "key.pem" },
      services: [
        {
          name: "hub",
          users: { alice: { password: `$scrypt$ln=15,r=8,p=3$${"A".repeat(22)}$${"A".repeat(43)}` } },
          rules: [
            { match: { name: "${account}/**" }, actions: ["*"], comment: "own" },
            { match: { labels: { team: "red" }, ip: ["10.0.0.0/8"] }, actions: ["pull"] },
            { match: { account: "alice" }, actions: [] },
          ],
        },
      ],
    },
  }),
);
const godoauth = join(folder, "godoauth.yml");
writeFileSync(
  godoauth,
  JSON.stringify({
    version: "0.1",
    storage: { vault: { proto: "http", host: "127.0.0.1", port: 8200, auth_token: "t" } },
    http: { addr: "127.0.0.1:5101" },
    token: { issuer: "i", expiration: 60, certificate: "cert.pem", key: "key.pem" },
  }),
);
const id = serialize(
  mint({
    rootKey: new Uint8Array(32),
    identifier: `docker-id:1:${"ab".repeat(16)}:${"cd".repeat(16)}`,
    caveats: ["op=read", "host=laptop"],
  }),
);

const explain = (args: readonly string[], input = "") =>
  run(node, [entry, "registry", "explain", ...args], { input, env: { HOME: folder } });
const onHub = (...args: string[]) => explain(["--config", config, "--service", "hub", ...args]);

it("tells which rule gives and which withholds, and exits by it", async () => {
  const given = await onHub(
    "--account",
    "alice",
    "--address",
    "192.0.2.1",
    "repository:alice/app:pull,push",
    "repository:alice/b:pull",
  );
  expect(allowed(given).split("\n")).toEqual([
    "granted repository:alice/app:pull: rule 1 (own) grants it",
    "granted repository:alice/app:push: rule 1 (own) grants it",
    "granted repository:alice/b:pull: rule 1 (own) grants it",
  ]);
  expect(given.stderr).toBe("");
  const withheld = await onHub("--account", "alice", "repository:bob/app:pull");
  expect(withheld.status).toBe(3);
  expect(withheld.stdout).toBe("withheld repository:bob/app:pull: rule 3 withholds it\n");
  expect(withheld.stderr).toMatch(/no address is given/);
});

it("goes by labels and address", async () => {
  const red = ["--account", "alice", "--label", "team=blue", "--label", "team=red"];
  allowed(await onHub(...red, "--address", "10.1.2.3", "repository:x:pull"));
  expect((await onHub(...red, "--address", "192.0.2.1", "repository:x:pull")).status).toBe(3);
});

it("judges an id's caveats without a key, and says so", async () => {
  const asked = ["--config", config, "--service", "hub", "--id", "-", "repository:x:pull,push"];
  const found = await explain([...asked, "--engine", "laptop", "--address", "10.1.2.3"], id);
  expect(found.status).toBe(3);
  expect(found.stdout).toMatch(/^granted repository:x:pull: .*\nwithheld repository:x:push: op=read: .*\n$/);
  expect(found.stderr).toMatch(/unverified: only the verifier can tell/);
  const elsewhere = await explain(asked, id);
  expect(elsewhere.status).toBe(3);
  expect(elsewhere.stdout).toMatch(/^refused, no token at all: host=laptop: /);
  const file = join(folder, "id.txt");
  writeFileSync(file, id);
  const json = await onHub("--id", `@${file}`, "--engine", "laptop", "--json", "repository:x:pull");
  expect(JSON.parse(allowed(json))).toMatchObject({
    service: "hub",
    refused: [],
    wishes: [{ type: "repository", name: "x", action: "pull", granted: true, why: ["no caveat of the id refuses it"] }],
    notes: [expect.stringMatching(/^unverified/), expect.stringMatching(/no address/)],
  });
  expect(json.stdout + found.stdout + found.stderr).not.toContain(id.slice(10, 60));
});

it("reads godoauth's file, with an access string as Vault has it", async () => {
  const args = ["--config", godoauth, "--service", "hub", "--account", "alice", "--access", "repository:linux/app:*"];
  const found = await explain([...args, "--address", "10.1.2.3", "repository:linux/app:*"]);
  expect(allowed(found)).toMatch(/granted repository:linux\/app:delete: the user's access string grants it$/);
  expect(found.stderr).toMatch(/Vault/);
});

it("is misused with what it cannot read", async () => {
  failed(await onHub("repository:..:pull"), 2, /no repository's name/);
  failed(await onHub(), 2, /scope/i);
  failed(await onHub("--account", "docker-id", "repository:x:pull"), 2, /stands for an id/);
  failed(await onHub("--address", "somewhere", "repository:x:pull"), 2, /address/);
  failed(await onHub("--label", "team", "repository:x:pull"), 2, /key=value/);
  failed(await explain(["--config", config, "--service", "other", "repository:x:pull"]), 2, /no service/);
  failed(
    await explain(["--config", join(folder, "nowhere"), "--service", "hub", "repository:x:pull"]),
    2,
    /cannot be read/,
  );
  writeFileSync(join(folder, "empty.yml"), "state_dir: /x\n");
  failed(
    await explain(["--config", join(folder, "empty.yml"), "--service", "hub", "repository:x:pull"]),
    2,
    /nothing of a registry/,
  );
  failed(await explain(["--config", config, "--service", "hub", "--id", "-", "repository:x:pull"], "dkid_junk"), 2);
});
