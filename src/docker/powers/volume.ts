import type { GuardBounds, Level, Touch } from "../attempt.ts";
import { isObject, type Json } from "../json.ts";
import { Unread } from "../unread.ts";
import { bindPowers, hostPower, namedPower, quote, unturnedPath } from "./host.ts";

const networkTypes = new Set(["nfs", "nfs4", "cifs", "smb3"]);
const bindFlags = new Set(["bind", "rbind"]);
// Flags that only take away from a mount, or stay inside a tmpfs
const plainFlag =
  /^(?:|ro|rw|(?:no)?(?:exec|suid|dev|atime|diratime)|(?:no)?(?:relatime|strictatime)|r?private|r?slave|(?:size|mode|uid|gid|nr_inodes|nr_blocks)=[0-9a-zA-Z%]+)$/;

const layer = /^(?:lower|upper|work|data)dir\+?=(.*)$/;

/**
 * Powers over the host of a volume as its driver and the options of that driver make it: the local driver mounts
 * whatever it is told to, and a driver of another name is a program of the host. `options` is null or an object of
 * texts, else Unread.
 */
export function powersOfVolume(driver: string, options: Json, level: Level, guard: GuardBounds): readonly Touch[] {
  if (driver !== "" && driver !== "local") return [namedPower("volume-driver", driver)];
  const { type, o, device, size: _, ...others } = readOptions(options);
  const touches = Object.keys(others).map((key) => namedPower("volume-option", key));
  if (type === undefined && o === undefined && device === undefined) return touches;
  return [...touches, ...powersOfMount({ type: type ?? "", o: o ?? "", device: device ?? "" }, level, guard)];
}

function powersOfMount(
  { type, o, device }: { type: string; o: string; device: string },
  level: Level,
  guard: GuardBounds,
): readonly Touch[] {
  const flags = o.split(",");
  // Of the two the kernel is told the last
  const reach = flags.includes("ro") && !flags.includes("rw") ? "read" : level;
  if (flags.some((flag) => bindFlags.has(flag))) {
    const others = flags.filter((flag) => !bindFlags.has(flag) && !plainFlag.test(flag));
    const bound = bindPowers(unturnedPath(device), reach, guard);
    return [...bound, ...others.map((flag) => namedPower("volume-option", flag))];
  }
  if (type === "tmpfs" && flags.every((flag) => plainFlag.test(flag))) return [];
  const mounted = namedPower("volume-type", type === "" ? "none" : type);
  if (networkTypes.has(type)) return [mounted];
  const paths = pathsIn([device, ...flags]);
  return [mounted, ...paths.flatMap((path) => bindPowers(path, reach, guard)), ...diskPowers(device)];
}

// An overlay's layers, a disk's device: whatever looks like a path of the host is one
function pathsIn(texts: readonly string[]): readonly string[] {
  const layers = texts.flatMap((text) => layer.exec(text)?.[1]?.split(":") ?? []);
  const others = texts.flatMap((text) => text.split(/[=:]/)).filter((text) => text.includes("/"));
  const paths = [...new Set([...layers, ...others])];
  // The kernel takes it from wherever the engine runs
  const relative = paths.find((path) => !path.startsWith("/"));
  if (relative !== undefined) throw new Unread(`the volume's path ${quote(relative)} is not absolute`);
  return paths.map(unturnedPath);
}

function diskPowers(device: string): readonly Touch[] {
  return device.startsWith("/dev/") ? [hostPower(`device${device}`)] : [];
}

function readOptions(options: Json): Readonly<Record<string, string>> {
  const read = Object.create(null) as Record<string, string>;
  if (options === null) return read;
  if (!isObject(options)) throw new Unread("a volume's options are no object");
  for (const [key, value] of Object.entries(options)) {
    if (typeof value !== "string") throw new Unread("a volume's option is no text");
    read[key] = value;
  }
  return read;
}
