import { afterAll, beforeAll, describe, it } from "vitest";
import { type Docker, dockers } from "./dockers.ts";
import { anEngine, type Need, needs } from "./needs.ts";
import { openStage, type Stage } from "./stage.ts";
import type { Workspace } from "./workspace.ts";

/** A suite with an engine of its own; where this machine cannot have one, it is skipped with the reason in its name. */
export function onStage(
  name: string,
  body: (stage: () => Stage) => void,
  options: {
    also?: readonly Need[];
    prepare?: (stage: Stage) => Promise<void>;
    /** More of dockerd's. */
    engineFlags?: (workspace: Workspace) => readonly string[];
  } = {},
): void {
  suite(name, [...anEngine, ...(options.also ?? [])], () => {
    let stage: Stage | undefined;
    beforeAll(async () => {
      stage = await openStage(options.engineFlags);
      await options.prepare?.(stage);
    });
    afterAll(() => stage?.close());
    body(() => {
      if (stage === undefined) throw new Error("the stage is not open yet");
      return stage;
    });
  });
}

/** A suite that needs something of the machine, skipped with the reason in its name where that is missing. */
export function suite(name: string, wanted: readonly Need[], body: () => void): void {
  const why = needs(...wanted);
  describe.skipIf(why !== undefined)(why === undefined ? name : `${name} (${why})`, body);
}

/** Repeats a suite for each docker CLI that docker-id answers for; one that is missing here is skipped by its name. */
export function eachDocker(body: (cli: Docker) => void): void {
  for (const need of ["docker 28", "docker 20.10"] as const) {
    const why = needs(need);
    if (why !== undefined) it.skip(`with ${need} (${why})`, () => undefined);
  }
  for (const cli of dockers) {
    describe(`with docker ${cli.version}`, () => {
      body(cli);
    });
  }
}
