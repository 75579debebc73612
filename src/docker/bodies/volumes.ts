import type { Level, Touch } from "../attempt.ts";
import type { Json } from "../json.ts";
import { bindPowers, hostPower, quote } from "../powers/host.ts";
import { powersOfVolume } from "../powers/volume.ts";
import { Unread } from "../unread.ts";
import { readNewName } from "./name.ts";
import type { Reading } from "./shape.ts";

const modes = /^(?:ro|rw|z|Z|nocopy|r?shared|r?slave|r?private|consistent|cached|delegated)?$/;

/**
 * Touches a volume by name with the powers that it has, or, where the engine knows none of that name, one that the
 * request would create with these labels.
 */
export async function touchVolume(
  name: string,
  level: Level,
  reading: Reading,
  labels: Readonly<Record<string, string>> = {},
): Promise<readonly Touch[]> {
  const found = await reading.resolver.find("volume", name, level);
  if (found === undefined) {
    return [{ kind: "volume", id: "+", level: "write", names: [readNewName(name, "volume")], labels }];
  }
  const { Driver: driver, Options: options } = found.inspect;
  if (typeof driver !== "string") throw new Unread(`the engine does not say what the volume ${quote(name)} is`);
  return [found.touch, ...powersOfVolume(driver, options ?? null, level, reading.guard)];
}

/** Reads one of `Binds`: `/host/path:/path[:options]`, `volume:/path[:options]`, or `/path` alone. */
export async function readBind(bind: string, reading: Reading): Promise<readonly Touch[]> {
  const [source = "", target, mode = "", ...rest] = bind.split(":");
  const path = target ?? source;
  if (rest.length > 0 || source === "" || !path.startsWith("/")) throw new Unread(`the bind ${quote(bind)} is no bind`);
  const options = mode.split(",");
  const strange = options.find((option) => !modes.test(option));
  if (strange !== undefined) throw new Unread(`the bind's option ${quote(strange)} is not known`);
  // An anonymous volume
  if (target === undefined) return [];
  const readOnly = options.includes("ro");
  if (source.startsWith("/")) {
    // Relabelling writes to what is bound, however it is bound
    const relabels = options.includes("z") || options.includes("Z");
    const propagation = options.find((option) => /^r?shared$/.test(option));
    return readHostPath(source, readOnly && !relabels, propagation, reading);
  }
  // An empty volume is filled from the image even where it is mounted read-only
  return touchVolume(source, readOnly && options.includes("nocopy") ? "read" : "write", reading);
}

/** A host path that is bound; sharing its propagation lets a container's mounts out onto the host. */
export function readHostPath(
  path: string,
  readOnly: boolean,
  propagation: string | undefined,
  reading: Reading,
): readonly Touch[] {
  if (propagation === undefined) return bindPowers(path, readOnly ? "read" : "write", reading.guard);
  return [...bindPowers(path, "write", reading.guard), hostPower(`propagation/${propagation}`)];
}

/** The entries of an inspected container's `Mounts`, of which only the binds and the volumes reach anything. */
export async function readMountPoint(
  point: Readonly<Record<string, Json>>,
  reading: Reading,
): Promise<readonly Touch[]> {
  const { Type: type, Name: name, Source: source, Driver: driver, RW: writable } = point;
  const level = writable === false ? "read" : "write";
  if (type === "tmpfs" || type === "image") return [];
  if (type === "bind" && typeof source === "string") return bindPowers(source, level, reading.guard);
  if (type !== "volume" || typeof name !== "string") throw new Unread("a mount is not understood");
  const found = await reading.resolver.find("volume", name, level);
  // One that is gone would be made again from its driver alone
  const options = found === undefined ? null : (found.inspect["Options"] ?? null);
  const made = found === undefined ? driver : found.inspect["Driver"];
  if (typeof made !== "string") throw new Unread("a mounted volume is not understood");
  return powersOfVolume(made, options, level, reading.guard);
}
