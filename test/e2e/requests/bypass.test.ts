import { beforeAll, describe, expect, it } from "vitest";
import { onStage } from "../../support/on-stage.ts";
import { bodyWays } from "./body-ways.ts";
import { expectRefused, type Scene, setScene } from "./scene.ts";
import { spellingWays } from "./spelling-ways.ts";

let names = 0;

onStage("known ways past an authorization plugin", (stage) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene(stage());
  });

  for (const [kind, some] of Object.entries({ ...bodyWays, ...spellingWays })) {
    describe(kind, () => {
      it.each(some)("$what", async ({ id, why, request, acts }) => {
        const name = `way-${(names += 1)}`;
        expectRefused(await scene.as(id, request(scene, name)), why);
        const answer = await scene.as("root", request(scene, name));
        expect(answer.text).not.toContain("authorization denied");
        await acts?.(scene, name, answer);
      });
    });
  }

  it("5: paths that the engine sends elsewhere reach nothing", async () => {
    for (const spelled of ["//containers/theirs/json", "/containers/web/../theirs/json", "/containers/./theirs/json"]) {
      for (const id of ["reader", "root"] as const) {
        const { status, text } = await scene.as(id, { target: spelled });
        expect(status).toBe(301);
        expect(text).not.toContain(scene.full.theirs);
      }
    }
  });

  it.skip("10: an upgrade that smuggles a second request is the gateway's to stop", () => undefined);
});
