import { expect, it } from "vitest";
import { discreet } from "../../../../../src/server/doors/gateway/world/discreet.ts";
import { forwarded, idOf, annas } from "./scene.ts";

const [mine, other] = [idOf("mine"), idOf("other")];
const about = discreet(`/v1.41/containers/${mine}/rename?name=web`);

it.each([
  [
    `Conflict. The container name "/web" is already in use by container "${other}". You have to remove (or rename) that container to be able to reuse that name.`,
    `Conflict. The container name "/web" is already in use. You have to remove (or rename) that container to be able to reuse that name.`,
  ],
  [`remove data: volume is in use - [${other}]`, "remove data: volume is in use - […]"],
  [
    `conflict: unable to delete ${mine.slice(0, 12)} (must be forced) - image is being used by stopped container ${other.slice(0, 12)}`,
    `conflict: unable to delete ${mine.slice(0, 12)} (must be forced) - image is being used by stopped container …`,
  ],
  [
    `error while removing network: network net has active endpoints (name:"web" id:"${other.slice(0, 12)}")`,
    "error while removing network: network net has active endpoints",
  ],
  [`Container ${mine} is paused. Unpause it first`, `Container ${mine} is paused. Unpause it first`],
])("does not tell whose what is in the way is: %s", async (said, told) => {
  expect(await about({ message: said, more: other })).toEqual({ json: { message: told } });
});

it.each([undefined, null, "text", [other], { error: other }, { message: { id: other } }])(
  "says nothing of an answer that is none of the engine's: %j",
  async (said) => {
    expect(await about(said)).toEqual({ json: { message: "the engine refuses this" } });
  },
);

it("is for whoever is not root", async () => {
  expect(await forwarded([], "POST /v1.41/containers/web/stop")).not.toHaveProperty("refusal");
  expect(await forwarded(annas, "GET /v1.41/containers/json")).toHaveProperty("refusal");
});
