import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { EngineRequest } from "../../src/docker/attempt.ts";
import { attenuate } from "../../src/macaroon/attenuate.ts";
import { formatIdentifier } from "../../src/macaroon/identifier.ts";
import { mint } from "../../src/macaroon/mint.ts";
import { parse } from "../../src/macaroon/parse.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import type { AuditLine } from "../../src/protocol/admin.ts";
import { openAudit, type Audit } from "../../src/server/audit/log.ts";
import type { Engine } from "../../src/server/engine/engine.ts";
import { createPasses, type Passes } from "../../src/server/engine/passes.ts";
import { createGate, type Admission, type Gate, type GateParts, type Presented } from "../../src/server/gate.ts";
import { createLog } from "../../src/server/log.ts";
import { createMetrics, type Metrics } from "../../src/server/metrics.ts";
import { openState, type GuardState } from "../../src/server/stores/guard-state.ts";
import type { RootKey } from "../../src/server/stores/store.ts";

/** A gate with all that is behind it, real but for the engine, in a folder of its own. */
export interface Room {
  readonly folder: string;
  readonly gate: Gate;
  readonly state: GuardState;
  readonly audit: Audit;
  readonly passes: Passes;
  readonly metrics: Metrics;
  readonly parts: GateParts;
  /** The containers that the engine knows, by id and name. */
  readonly containers: Map<string, object>;
  /** Moves the clock. */
  readonly later: (ms: number) => void;
  readonly now: () => Date;
  /** What the log said. */
  readonly log: () => string;
  /** The audit's lines so far. */
  readonly lines: () => Promise<readonly AuditLine[]>;
  /** Whether an id may GET a target at the plugin's door. */
  readonly ask: (token: string | undefined, target?: string, more?: Partial<Presented>) => Promise<Admission>;
  /** Opens the same folder anew, as after a restart. */
  readonly reopen: () => Promise<Room>;
  readonly close: () => Promise<void>;
}

export const kid = "00112233445566778899aabbccddeeff";
const nonce = "ffeeddccbbaa99887766554433221100";
export const rootKey: RootKey = {
  kid,
  key: new Uint8Array(32).fill(7),
  salt: new Uint8Array(32).fill(9),
  identifier: formatIdentifier({ kid, nonce }),
};
/** The root id of {@link rootKey}. */
export const root = serialize(mint({ rootKey: rootKey.key, identifier: rootKey.identifier }));

/** Narrows an id. */
export function narrow(token: string, ...caveats: string[]): string {
  return serialize(attenuate(parse(token), caveats));
}

/** A link for tests, always the same for a name. */
export function link(name: string): string {
  return `1.${createHash("sha256").update(name).digest("hex").slice(0, 24)}`;
}

/** Two containers' full ids. */
export const [mine, other] = ["a".repeat(64), "b".repeat(64)] as const;

export function get(target: string): EngineRequest {
  return { method: "GET", target, headers: {} };
}

/** Makes a room whose engine is open; `guarded` installs {@link rootKey}. */
export async function makeRoom(options: { guarded?: boolean; parts?: Partial<GateParts> } = {}): Promise<Room> {
  const folder = mkdtempSync(path.join(tmpdir(), "docker-id-room-"));
  const room = await openRoom(folder, options.parts);
  if (options.guarded === true) await room.state.install(rootKey);
  return room;
}

async function openRoom(folder: string, changed: Partial<GateParts> = {}): Promise<Room> {
  let skew = 0;
  const clock = (): Date => new Date(Date.now() + skew);
  const said: string[] = [];
  const log = createLog("debug", false, (line) => said.push(line));
  const state = await openState({
    stateDir: path.join(folder, "state"),
    marker: path.join(folder, "guarded"),
    machineMarker: path.join(folder, "guarded"),
    dockerHost: "unix:///nowhere/docker.sock",
    clock,
  });
  const audit = openAudit({ path: path.join(folder, "audit.jsonl"), maxBytes: 1024 * 1024, keep: 2, clock });
  const passes = createPasses({ clock, random: randomBytes });
  const metrics = createMetrics();
  const containers = new Map<string, object>([
    [mine, inspectOf(mine, "mine")],
    ["mine", inspectOf(mine, "mine")],
    [other, inspectOf(other, "other")],
  ]);
  const engine: Pick<Engine, "inspect" | "known"> = {
    inspect: async (kind, name) => (kind === "container" ? containers.get(name) : undefined),
    known: () => ({ id: "ENGINE:ID", name: "laptop", version: "1" }),
  };
  const bounds = { paths: [folder] };
  const parts: GateParts = {
    state,
    audit,
    engine,
    passes,
    bounds: async () => bounds,
    clock,
    log,
    metrics,
    decideTimeoutMs: 5000,
    ...changed,
  };
  const gate = createGate(parts);
  const close = async (): Promise<void> => {
    await state.close();
    audit.close();
  };
  return {
    folder,
    gate,
    state,
    audit,
    passes,
    metrics,
    parts,
    containers,
    later: (ms) => {
      skew += ms;
    },
    now: clock,
    log: () => said.join(""),
    async lines() {
      const found: AuditLine[] = [];
      for await (const line of audit.read()) found.push(line);
      return found;
    },
    ask: (token, target = "/v1.41/info", more = {}) =>
      gate.admit({
        door: "authz",
        token,
        request: get(target),
        circumstances: { ownership: false },
        source: "test",
        refuseStreams: false,
        ...more,
      }),
    async reopen() {
      await close();
      return openRoom(folder, changed);
    },
    async close() {
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function inspectOf(id: string, name: string): object {
  return {
    Id: id,
    Name: `/${name}`,
    Image: `sha256:${"c".repeat(64)}`,
    Config: { Labels: {} },
    HostConfig: { NetworkMode: "none" },
    Mounts: [],
  };
}
