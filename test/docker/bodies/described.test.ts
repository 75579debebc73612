import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { BodyReader } from "../../../src/docker/body-reader.ts";
import { isObject, type Json, type JsonObject } from "../../../src/docker/json.ts";
import { table } from "../../../src/docker/table/table.ts";
import { asJson, guard, resolverOver } from "./engine.ts";

const folder = new URL("../../../../shared/reference/engine-api/", import.meta.url);
// Bodies of which nothing is read, since the operation is the root id's alone, and those that are no JSON
const unread = /^(?:POST \/plugins\/|POST \/build$|POST \/images\/|PUT \/containers\/\{id\}\/archive$)/;

describe.each(["v1.41", "v1.55"])("every field that the description of the API %s gives a body", (version) => {
  const file = new URL(`${version}.yaml`, folder);
  const missing = !existsSync(file);
  it.skipIf(missing)("is known by its name (needs the engine's published API descriptions)", async () => {
    const document = parse(readFileSync(file, "utf8")) as JsonObject;
    const paths = Object.entries(member(document, "paths"));
    let fields = 0;
    for (const [path, item] of paths) {
      for (const [method, operation] of Object.entries(item as JsonObject)) {
        const name = `${method.toUpperCase()} ${path}`;
        const schema = isObject(operation) ? bodySchema(operation) : undefined;
        if (schema === undefined || unread.test(name)) continue;
        for (const body of bodiesOf(schema, document, [])) {
          fields += 1;
          expect(await refusal(name, body), `${name} ${JSON.stringify(body)}`).not.toMatch(
            /field that is not known|spelling/,
          );
        }
      }
    }
    expect(fields).toBeGreaterThan(300);
  });
});

async function refusal(operation: string, body: Json): Promise<string> {
  const readers = table[operation]?.touches as readonly BodyReader[] | undefined;
  if (readers === undefined) return `field that is not known: no row for ${operation}`;
  const names = { id: "plain", name: "data" };
  for (const reader of readers) {
    try {
      const input = { names, body: asJson(body as object), query: new Map([["container", "plain"]]), guard };
      await reader({ ...input, resolver: resolverOver() });
    } catch (error) {
      const reason = (error as Error).message;
      if (/field that is not known|spelling/.test(reason)) return reason;
    }
  }
  return "";
}

function bodySchema(operation: JsonObject): JsonObject | undefined {
  const parameters = operation["parameters"];
  const found = Array.isArray(parameters) ? parameters.find((item: JsonObject) => item["in"] === "body") : undefined;
  return found === undefined ? undefined : ((found as JsonObject)["schema"] as JsonObject);
}

/** For each field of a schema, a body in which it stands, and is null. */
function* bodiesOf(schema: JsonObject, document: JsonObject, above: readonly string[]): Generator<Json> {
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const name = reference.replace("#/definitions/", "");
    if (!above.includes(name))
      yield* bodiesOf(member(member(document, "definitions"), name), document, [...above, name]);
    return;
  }
  for (const part of (schema["allOf"] ?? []) as readonly JsonObject[]) yield* bodiesOf(part, document, above);
  for (const [name, field] of Object.entries((schema["properties"] ?? {}) as JsonObject)) {
    yield { [name]: null };
    for (const inner of bodiesOf(field as JsonObject, document, above)) yield { [name]: inner };
  }
  if (isObject(schema["items"])) for (const inner of bodiesOf(schema["items"], document, above)) yield [inner];
  const values = schema["additionalProperties"];
  if (isObject(values)) for (const inner of bodiesOf(values, document, above)) yield { x: inner };
}

function member(value: JsonObject, key: string): JsonObject {
  const found = value[key];
  if (!isObject(found)) throw new TypeError(`no ${key}`);
  return found;
}
