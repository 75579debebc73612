import type { Names } from "../../../../docker/canonical-names.ts";
import { isObject, type Json, type JsonObject } from "../../../../docker/json.ts";
import { ownerLabels, withLabels } from "./labels.ts";

// What a mount can say too; relabelling and propagation it can't, and then the volume is nobody's
const sayable = new Set(["", "rw", "ro", "nocopy", "consistent", "cached", "delegated"]);

/**
 * A create in which the named volumes that it would make are labelled as its creator's. A bind has no place for labels,
 * so that one that makes a volume becomes a mount that makes the same.
 */
export function labelVolumes(body: JsonObject, owners: readonly string[], names: Names): JsonObject {
  const host = body["HostConfig"];
  if (!isObject(host) || owners.length === 0) return body;
  const labels = ownerLabels(owners, "true");
  const { VolumeDriver: driver } = host;
  const made: Json[] = [];
  const binds = listOf(host["Binds"]).filter((bind) => {
    const mount = typeof bind === "string" ? mountOf(bind, driver, names) : undefined;
    if (mount !== undefined) made.push(labelMount(mount, labels));
    return mount === undefined;
  });
  const mounts = listOf(host["Mounts"]).map((mount) =>
    isObject(mount) && mount["Type"] === "volume" && !names.has("volume", sourceOf(mount))
      ? labelMount(mount, labels)
      : mount,
  );
  const all = [...mounts, ...made];
  if (all.length === 0) return body;
  return { ...body, HostConfig: { ...host, ...(host["Binds"] !== undefined && { Binds: binds }), Mounts: all } };
}

function labelMount(mount: JsonObject, labels: Readonly<Record<string, string>>): JsonObject {
  const options = mount["VolumeOptions"];
  return { ...mount, VolumeOptions: withLabels(isObject(options) ? options : {}, labels) };
}

function mountOf(bind: string, driver: Json | undefined, names: Names): JsonObject | undefined {
  const [source = "", target, mode = ""] = bind.split(":");
  const options = mode.split(",");
  const isNew = target !== undefined && !source.startsWith("/") && !names.has("volume", source);
  if (!isNew || !options.every((option) => sayable.has(option))) return undefined;
  const consistency = options.find((option) => ["consistent", "cached", "delegated"].includes(option));
  const named = typeof driver === "string" && driver !== "" ? { DriverConfig: { Name: driver } } : {};
  return {
    Type: "volume",
    Source: source,
    Target: target,
    ...(options.includes("ro") && { ReadOnly: true }),
    ...(consistency !== undefined && { Consistency: consistency }),
    VolumeOptions: { ...named, ...(options.includes("nocopy") && { NoCopy: true }) },
  };
}

function sourceOf(mount: JsonObject): string {
  const source = mount["Source"];
  return typeof source === "string" ? source : "";
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
