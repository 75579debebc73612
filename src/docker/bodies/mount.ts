import type { Touch } from "../attempt.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { quote } from "../powers/host.ts";
import { powersOfVolume } from "../powers/volume.ts";
import { Unread } from "../unread.ts";
import { flag, list, object, oneOf, text, textMap, texts, whole, zero } from "./fields.ts";
import { labels, readLabels } from "./label.ts";
import { defineShape, expectText, type FieldReader, readShape, type Reading } from "./shape.ts";
import { readHostPath, touchVolume } from "./volumes.ts";

const bindOptions = defineShape({
  Propagation: oneOf("", "private", "rprivate", "shared", "rshared", "slave", "rslave"),
  NonRecursive: flag,
  CreateMountpoint: flag,
  ReadOnlyNonRecursive: flag,
  ReadOnlyForceRecursive: flag,
});

const volumeOptions = defineShape({
  NoCopy: flag,
  Labels: labels,
  DriverConfig: object(defineShape({ Name: text, Options: textMap })),
  Subpath: text,
});

const shape = defineShape({
  Type: oneOf("bind", "volume", "tmpfs", "image"),
  Source: text,
  Target: text,
  ReadOnly: flag,
  Consistency: oneOf("", "default", "consistent", "cached", "delegated"),
  BindOptions: object(bindOptions),
  VolumeOptions: object(volumeOptions),
  ImageOptions: object(defineShape({ Subpath: text })),
  TmpfsOptions: object(defineShape({ SizeBytes: whole, Mode: whole, Options: list(texts) })),
  ClusterOptions: zero,
});

/** One of `Mounts`, of a container or of a service's. Named pipes and cluster volumes are refused. */
export const mount: FieldReader = async (value, field, reading) => {
  await readShape(shape, value, field, reading);
  // Its types are what the shape says from here on
  const entry = value as JsonObject;
  const source = entry["Source"] ?? "";
  const type = entry["Type"];
  if (type === "bind") return readBindMount(entry, expectText(source, field), reading);
  if (type === "volume") return readVolumeMount(entry, expectText(source, field), reading);
  if (type === "image") return [(await reading.resolver.image(expectText(source, field), "read")).touch];
  if (type === "tmpfs" && source === "") return [];
  throw new Unread(`the body's ${quote(field)} is a mount without a type, or a tmpfs with a source`);
};

function readBindMount(entry: JsonObject, source: string, reading: Reading): readonly Touch[] {
  // A service's mounts are templates, filled in where nobody sees it
  if (source.includes("{{")) throw new Unread(`the mount's source ${quote(source)} is a template`);
  const options = member(entry, "BindOptions");
  const propagation = expectText(options["Propagation"] ?? "", "Propagation");
  // What is mounted below the source, or made for it, is written to all the same
  const writes = options["ReadOnlyNonRecursive"] === true || options["CreateMountpoint"] === true;
  const readOnly = entry["ReadOnly"] === true && !writes;
  return readHostPath(source, readOnly, /^r?shared$/.test(propagation) ? propagation : undefined, reading);
}

async function readVolumeMount(entry: JsonObject, source: string, reading: Reading): Promise<readonly Touch[]> {
  const options = member(entry, "VolumeOptions");
  const driver = member(options, "DriverConfig");
  const level = entry["ReadOnly"] === true && options["NoCopy"] === true ? "read" : "write";
  const asked = powersOfVolume(
    expectText(driver["Name"] ?? "", "Name"),
    driver["Options"] ?? null,
    level,
    reading.guard,
  );
  if (source === "") return asked;
  return [...asked, ...(await touchVolume(source, level, reading, readLabels(options["Labels"], "Labels")))];
}

function member(entry: JsonObject, key: string): JsonObject {
  const value: Json | undefined = entry[key];
  return isObject(value) ? value : {};
}
