import type { EngineLookup, EngineRequest } from "../../docker/attempt.ts";
import { isObject, readJson, type JsonObject } from "../../docker/json.ts";
import { nameAction } from "../../docker/name-action.ts";
import { readTarget } from "../../docker/target.ts";
import { absentImage } from "./read-at-plugin.ts";

/** What a request would create, under the id that was made up for it. */
export interface MadeRequest {
  readonly id: string;
  readonly request: EngineRequest;
}

/** Whether a request creates what {@link withMade} can answer for. */
export function makes(request: EngineRequest): boolean {
  const { action } = nameAction(request);
  return action === "container.create" || action === "container.exec";
}

/**
 * The engine as it would be if requests before had been made: it knows the containers and execs that these would create,
 * and says of a container what its create says.
 */
export function withMade(lookup: EngineLookup, made: readonly MadeRequest[]): EngineLookup {
  return made.reduce<EngineLookup>(
    (before, { id, request }) => ({
      async inspect(kind, name) {
        if (name !== id || (kind !== "container" && kind !== "exec")) return before.inspect(kind, name);
        const creates = nameAction(request).action === "container.create";
        if (creates !== (kind === "container")) return undefined;
        return creates ? inspectNew(id, request, before) : inspectExec(request, before);
      },
    }),
    lookup,
  );
}

async function inspectNew(id: string, { target, body }: EngineRequest, before: EngineLookup): Promise<object> {
  const create = readJson(body ?? new Uint8Array());
  if (!isObject(create)) throw new Error("a create without a body");
  const image = await before.inspect("image", typeof create["Image"] === "string" ? create["Image"] : "");
  const name = new URLSearchParams(readTarget(target).query).get("name");
  return {
    Id: id,
    // The engine makes up a name where none is given, which no caveat can count on
    Name: `/${name === null || name === "" ? id : name}`,
    Image: ((image ?? absentImage) as JsonObject)["Id"],
    Config: { Labels: create["Labels"] ?? {} },
    // The engine's own defaults, which it would add, lend nothing
    HostConfig: create["HostConfig"] ?? {},
    Mounts: [],
  };
}

async function inspectExec({ target, body }: EngineRequest, before: EngineLookup): Promise<object> {
  const name = /^\/containers\/([^/]+)\/exec$/.exec(readTarget(target).path)?.[1] ?? "";
  const container = await before.inspect("container", name);
  const create = readJson(body ?? new Uint8Array());
  const privileged = isObject(create) && create["Privileged"] === true;
  return { ContainerID: (container as JsonObject | undefined)?.["Id"], ProcessConfig: { privileged } };
}
