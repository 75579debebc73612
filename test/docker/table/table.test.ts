import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { findRow, table } from "../../../src/docker/table/table.ts";

const versions = ["v1.41", "v1.55"] as const;
const descriptions = new URL("../../../../shared/reference/engine-api/", import.meta.url);
const here = versions.every((version) => existsSync(new URL(`${version}.yaml`, descriptions)));
const methods = new Set(["get", "head", "post", "put", "delete", "patch", "options"]);

// Routed though no description names them. OPTIONS, which is routed on anything, has no row and so is refused
const undescribed = [
  "POST /grpc",
  "POST /build/cancel",
  "GET /networks/",
  "GET /debug/{}",
  "GET /containers/{}/checkpoints",
  "POST /containers/{}/checkpoints",
  "DELETE /containers/{}/checkpoints/{}",
];
// Taken by some engine, but left out of its row on purpose: what is not shown
const leftOut = ["POST /services/{}/update rollback"];

interface Described {
  readonly operation: string;
  readonly parameters: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
}

type Operation = { readonly parameters?: readonly Parameter[] };

function described(version: string): readonly Described[] {
  const read = parse(readFileSync(new URL(`${version}.yaml`, descriptions), "utf8")) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  return Object.entries(read.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => methods.has(method))
      .map(([method, { parameters = [] }]) => ({
        operation: anonymous(`${method.toUpperCase()} ${path}`),
        parameters: parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name),
      })),
  );
}

const anonymous = (operation: string): string => operation.replaceAll(/\{[^}]*\}/g, "{}");
const rows = Object.keys(table);

describe("the table", () => {
  const names = rows.map(anonymous);

  it("has one row an operation", () => {
    expect(new Set(names).size).toBe(names.length);
  });

  it.skipIf(!here).each(versions)(
    "has a row for each operation that %s describes (needs the engine's API descriptions)",
    (version) => {
      const operations = described(version).map(({ operation }) => operation);
      expect(operations.length).toBeGreaterThan(100);
      expect(operations.filter((operation) => !names.includes(operation))).toEqual([]);
    },
  );

  it.skipIf(!here)("has no row that nothing describes (needs the engine's API descriptions)", () => {
    const operations = new Set(versions.flatMap((version) => described(version).map(({ operation }) => operation)));
    expect(names.filter((name) => !operations.has(name)).sort()).toEqual([...undescribed].sort());
  });

  it.skipIf(!here)("knows each parameter that is described (needs the engine's API descriptions)", () => {
    const missing = versions.flatMap((version) =>
      described(version).flatMap(({ operation, parameters }) => {
        const row = table[rows.find((name) => anonymous(name) === operation) ?? ""];
        return parameters
          .filter((name) => !Object.hasOwn(row?.query ?? {}, name))
          .map((name) => `${operation} ${name}`);
      }),
    );
    expect([...new Set(missing)].sort()).toEqual([...leftOut].sort());
  });

  it.each(rows)("finds the row of %s", (operation) => {
    const [method = "", path = ""] = operation.split(" ");
    const asked = path.replaceAll(/\{\w+\*\}/g, "reg:5000/a/json").replaceAll(/\{\w+\}/g, "json");
    expect(findRow(method, asked)?.row).toBe(table[operation]);
  });

  it.each(rows)("says of %s what it touches, or that it is a handshake", (operation) => {
    const row = table[operation];
    expect((row?.touches.length ?? 0) > 0).toBe(row?.handshake === undefined);
  });

  it.each(rows.filter((operation) => table[operation]?.handshake === true))("lets %s only read", (operation) => {
    expect(table[operation]?.op).toBe("read");
  });

  it.each([
    ["OPTIONS", "/containers/json"],
    ["HEAD", "/containers/json"],
    ["HEAD", "/version"],
    ["get", "/version"],
    ["GET ", "/version"],
    ["PATCH", "/containers/a"],
    ["GET", "/containers"],
    ["GET", "/containers/"],
    ["GET", "/containers/json/"],
    ["GET", "/containers/a/b/json"],
    ["GET", "/images/a/b/"],
    ["DELETE", "/images/a/"],
    ["GET", "/networks/a/"],
    ["POST", "/containers/a/copy"],
    ["GET", "/debug/pprof/"],
    ["GET", "/constructor"],
    ["GET", ""],
    ["", ""],
  ])("has no row for %s %s", (method, path) => {
    expect(findRow(method, path)).toBeUndefined();
  });

  it.each([
    ["GET", "/containers/json", "GET /containers/json", undefined],
    ["GET", "/containers/json/json", "GET /containers/{id}/json", "json"],
    ["DELETE", "/containers/json", "DELETE /containers/{id}", "json"],
    ["POST", "/containers/create", "POST /containers/create", undefined],
    ["POST", "/containers/create/start", "POST /containers/{id}/start", "create"],
    ["GET", "/images/get", "GET /images/get", undefined],
    ["GET", "/images/get/get", "GET /images/{name*}/get", "get"],
    ["GET", "/images/a/get/json", "GET /images/{name*}/json", "a/get"],
    ["GET", "/images/a/json/get", "GET /images/{name*}/get", "a/json"],
    ["DELETE", "/images/a/json", "DELETE /images/{name*}", "a/json"],
    ["POST", "/images/load/tag", "POST /images/{name*}/tag", "load"],
    ["GET", "/plugins/privileges", "GET /plugins/privileges", undefined],
    ["DELETE", "/plugins/pull", "DELETE /plugins/{name*}", "pull"],
    ["GET", "/services/create", "GET /services/{id}", "create"],
    ["GET", "/volumes/create", "GET /volumes/{name}", "create"],
  ])("reads %s %s as the engine's router does", (method, path, operation, name) => {
    const found = findRow(method, path);
    expect(found?.row).toBe(table[operation]);
    expect(found?.names["id"] ?? found?.names["name"]).toBe(name);
  });
});
