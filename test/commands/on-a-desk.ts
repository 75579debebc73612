import { afterAll, beforeAll, describe } from "vitest";
import { needs } from "../support/needs.ts";
import { node } from "../support/node.ts";
import type { Outcome, RunOptions } from "../support/run.ts";
import { run } from "../support/run.ts";
import { personOf } from "../support/stage.ts";
import type { Verifier } from "../support/verifier.ts";
import { entry, startVerifier } from "../support/verifier.ts";
import type { Workspace } from "../support/workspace.ts";
import { openWorkspace } from "../support/workspace.ts";
import type { StubEngine } from "./stub-engine.ts";
import { startStubEngine } from "./stub-engine.ts";

/** A real verifier, something that answers like an engine, and a person with docker-id: what one command needs. */
export interface Desk {
  readonly workspace: Workspace;
  readonly engine: StubEngine;
  readonly verifier: Verifier;
  readonly env: Readonly<Record<string, string>>;
  /** Runs docker-id as that person. */
  id(args: readonly string[], options?: RunOptions): Promise<Outcome>;
}

export const secret = "Super secret token";

/** A describe with a desk of its own. */
export function onADesk(title: string, tests: (desk: () => Desk) => void): void {
  // The plugin's socket stands where dockerd looks for it.
  const missing = needs("root");
  describe.skipIf(missing !== undefined)(missing === undefined ? title : `${title} (${missing})`, () => {
    let desk: Desk;
    beforeAll(async () => {
      desk = await openDesk();
    });
    afterAll(async () => {
      await desk.engine.close();
      await desk.workspace.close();
    });
    tests(() => desk);
  });
}

async function openDesk(): Promise<Desk> {
  const workspace = openWorkspace();
  const engine = await startStubEngine(workspace.path("docker.sock"));
  const verifier = await startVerifier(workspace, { dockerHost: engine.host });
  const env = personOf(workspace, engine.host, verifier.admin);
  return {
    workspace,
    engine,
    verifier,
    env,
    id: (args, options = {}) => run(node, [entry, ...args], { ...options, env: { ...env, ...options.env } }),
  };
}
