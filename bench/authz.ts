import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { EngineRequest } from "../src/docker/attempt.ts";
import { formatIdentifier } from "../src/macaroon/identifier.ts";
import { mint } from "../src/macaroon/mint.ts";
import { serialize } from "../src/macaroon/serialize.ts";
import { openAudit } from "../src/server/audit/log.ts";
import { createPasses } from "../src/server/engine/passes.ts";
import { type Admission, createGate } from "../src/server/gate.ts";
import { createAuthenticator } from "../src/server/gate/authenticate.ts";
import { createLog } from "../src/server/log.ts";
import { createMetrics } from "../src/server/metrics.ts";
import { openState } from "../src/server/stores/guard-state.ts";
import type { Row } from "./macaroon.ts";

const rounds = 400;
const warmUp = 400;
const caveats = 20;

const clock = (): Date => new Date();

/** µs for what the plugin's door asks of the gate, of ids of 20 caveats: their verifying alone, and whole decisions. */
export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "docker-id-bench-"));
  const state = await openState({
    stateDir: path.join(folder, "state"),
    marker: path.join(folder, "guarded"),
    machineMarker: path.join(folder, "guarded"),
    dockerHost: "unix:///nowhere/docker.sock",
    clock,
  });
  const audit = openAudit({ path: path.join(folder, "audit.jsonl"), maxBytes: 64 * 1024 * 1024, keep: 1, clock });
  try {
    const kid = randomBytes(16).toString("hex");
    const key = new Uint8Array(randomBytes(32));
    const identifier = (): string => formatIdentifier({ kid, nonce: randomBytes(16).toString("hex") });
    await state.install({ kid, key, identifier: identifier() });
    const container = "a".repeat(64);
    const kinds = [
      "op=read",
      `container_id=${container}`,
      "expires=2999-01-01T00:00:00Z",
      "link=1893456000.0123456789abcdef01234567",
    ];
    const narrowed = Array.from({ length: caveats }, (_, at) => kinds[at % kinds.length] ?? "");
    const fresh = (with_: readonly string[] = narrowed): string =>
      serialize(mint({ rootKey: key, identifier: identifier(), caveats: with_ }));

    const authenticator = createAuthenticator(state.store);
    const gate = createGate({
      state,
      audit,
      engine: {
        known: () => undefined,
        inspect: async () => ({
          Id: container,
          Name: "/c",
          Image: `sha256:${"c".repeat(64)}`,
          Config: { Labels: {} },
          HostConfig: {},
          Mounts: [],
        }),
      },
      passes: createPasses({ clock, random: randomBytes }),
      bounds: async () => ({ paths: [folder] }),
      clock,
      log: createLog("error", false, () => undefined),
      metrics: createMetrics(),
      decideTimeoutMs: 5000,
    });
    const request: EngineRequest = { method: "GET", target: `/v1.41/containers/${container}/json`, headers: {} };
    const admit = (token: string): Promise<Admission> =>
      gate.admit({
        door: "authz",
        token,
        request,
        circumstances: { ownership: false },
        source: "bench",
        refuseStreams: false,
      });

    const known = fresh();
    if ((await admit(known)).verdict !== "allowed") throw new Error("the bench's own id is refused");
    const root = fresh([]);
    return [
      {
        name: "read an id, verify it, ask revocations: first sight, 20 caveats",
        unit: "µs",
        ...(await time(fresh, (id) => authenticator.authenticate(id, kid, 1))),
      },
      {
        name: "the same id again",
        unit: "µs",
        aim: 3,
        ...(await time(
          () => known,
          (id) => authenticator.authenticate(id, kid, 1),
        )),
      },
      {
        name: "ask the store whether anything changed",
        unit: "µs",
        ...(await time(
          () => undefined,
          async () => state.store.version(),
        )),
      },
      { name: "decide and write down, restricted id: first sight", unit: "µs", ...(await time(fresh, admit)) },
      { name: "decide and write down, restricted id: again", unit: "µs", ...(await time(() => known, admit)) },
      { name: "decide and write down, root id: again", unit: "µs", ...(await time(() => root, admit)) },
    ];
  } finally {
    await state.close();
    audit.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The median of many single runs; what they need is made before the clock starts. */
async function time<T>(make: () => T, work: (made: T) => Promise<unknown>): Promise<{ value: number }> {
  const spent: number[] = [];
  for (let round = -warmUp; round < rounds; round += 1) {
    const made = make();
    const began = performance.now();
    await work(made);
    if (round >= 0) spent.push((performance.now() - began) * 1000);
  }
  const middle = spent.toSorted((one, other) => one - other)[Math.floor(rounds / 2)];
  return { value: Math.round((middle ?? 0) * 10) / 10 };
}
