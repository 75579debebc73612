import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { decodeProtectedHeader } from "jose";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createLog } from "../../../src/server/log.ts";
import { openSigner, type Signer } from "../../../src/server/signing/open-signer.ts";
import { node } from "../../support/node.ts";
import { suite } from "../../support/on-stage.ts";
import { type Registry, startRegistry } from "../../support/registry.ts";
import { run } from "../../support/run.ts";
import { until } from "../../support/until.ts";
import { allowed } from "../../support/verdicts.ts";
import { entry } from "../../support/verifier.ts";
import { openWorkspace, type Workspace } from "../../support/workspace.ts";

const accepted = 404; // there is no such manifest, and the token would have let one be read
const refused = 401;

suite("pairs that docker-id makes, before a real registry", ["docker-registry"], () => {
  let workspace: Workspace;
  const signers: Signer[] = [];

  const at = (file: string): string => workspace.path("pair", file);

  beforeAll(() => {
    workspace = openWorkspace();
  });
  afterEach(() => {
    for (const signer of signers.splice(0)) signer.close();
  });
  afterAll(() => workspace.close());

  async function make(folder: string, ...flags: readonly string[]): Promise<void> {
    allowed(await run(node, [entry, "registry", "keys", "--out", workspace.path(folder), ...flags]));
  }
  async function open(folder: string, x5c: boolean): Promise<Signer> {
    const [certificate, key] = [workspace.path(folder, "cert.pem"), workspace.path(folder, "key.pem")];
    const signer = await openSigner(
      { issuer: "docker-id", certificate, key, x5c, kid: "libtrust", lifeSeconds: 60 },
      {
        clock: () => new Date(),
        random: randomBytes,
        log: createLog("silent", false, () => undefined),
        lookEveryMs: 5,
      },
    );
    signers.push(signer);
    return signer;
  }
  async function trust(name: string, bundle: string): Promise<Registry> {
    const auth = { realm: "http://127.0.0.1:1/auth", service: "registry", issuer: "docker-id", bundle };
    return startRegistry(workspace, { name, auth });
  }

  it("sign tokens that it accepts, by each algorithm", async () => {
    const names = ["ES256", "ES384", "ES512", "RS256"];
    for (const name of names) await make(name, "--algorithm", name);
    const bundle = workspace.path("all.pem");
    writeFileSync(bundle, names.map((name) => readFileSync(workspace.path(name, "cert.pem"), "utf8")).join(""));
    const registry = await trust("algorithms", bundle);
    for (const name of names) {
      expect(await present(registry, await sign(await open(name, true)))).toBe(accepted);
      expect(await present(registry, await sign(await open(name, false)))).toBe(accepted);
    }
  });

  it("follow each other without a token refused on the way", async () => {
    await make("pair");
    await make("pair", "--next");
    const before = await trust("before", at("cert.pem"));
    const both = await trust("both", at("bundle.pem"));
    const signer = await open("pair", true);
    const old = await sign(signer);
    expect([await present(before, old), await present(both, old)]).toEqual([accepted, accepted]);

    const seen: number[] = [];
    const next = async (): Promise<string> => {
      const token = await sign(signer);
      seen.push(await present(both, token));
      return token;
    };
    renameSync(at("next-key.pem"), at("key.pem"));
    // Half of the pair is not taken up, however often it is looked at
    await until("it is seen that the files are no pair", () => signer.health().warning);
    expect(kidOf(await next())).toBe(kidOf(old));
    renameSync(at("next-cert.pem"), at("cert.pem"));
    const young = await until("the next pair", async () => {
      const token = await next();
      return kidOf(token) === kidOf(old) ? undefined : token;
    });
    expect(new Set(seen)).toEqual(new Set([accepted]));
    expect(await present(both, old)).toBe(accepted);

    expect(await present(before, young)).toBe(refused);
    const after = await trust("after", at("cert.pem"));
    expect([await present(after, young), await present(after, old)]).toEqual([accepted, refused]);
  });
});

async function present(registry: Registry, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`http://${registry.host}/v2/alice/app/manifests/latest`, { headers });
  await answer.arrayBuffer();
  return answer.status;
}

async function sign(signer: Signer): Promise<string> {
  const access = [{ type: "repository", name: "alice/app", actions: ["pull"] }];
  return (await signer.sign({ service: "registry", subject: "alice", access })).token;
}

function kidOf(token: string): string | undefined {
  return decodeProtectedHeader(token).kid;
}
