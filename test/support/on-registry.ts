import { afterAll, beforeAll } from "vitest";
import { anEngine, type Need } from "./needs.ts";
import { suite } from "./on-stage.ts";
import { openRegistryStage, type RegistryStage, type RegistryStageOptions } from "./registry-stage.ts";

/** A suite with a registry and a door of its own; skipped with the reason in its name where this machine lacks a part. */
export function onRegistry(
  name: string,
  options: RegistryStageOptions & { readonly also?: readonly Need[] },
  body: (stage: () => RegistryStage) => void,
): void {
  const engine = options.withoutEngine === true ? [] : anEngine;
  suite(name, ["docker-registry", "openssl", ...engine, ...(options.also ?? [])], () => {
    let stage: RegistryStage | undefined;
    beforeAll(async () => {
      stage = await openRegistryStage(options);
    });
    afterAll(() => stage?.close());
    body(() => {
      if (stage === undefined) throw new Error("the stage is not open yet");
      return stage;
    });
  });
}
