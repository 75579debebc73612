import type { GuardBounds, Level, Touch } from "../attempt.ts";
import { Unread } from "../unread.ts";

// Directories that are links to others on the hosts that Docker runs on, so that the guard has no second spelling
const links: readonly (readonly [string, string])[] = [
  ["/var/run", "/run"],
  ["/var/lock", "/run/lock"],
  ["/bin", "/usr/bin"],
  ["/sbin", "/usr/sbin"],
  ["/lib", "/usr/lib"],
  ["/lib64", "/usr/lib64"],
];
// A process's root, working directory and open files are the whole host again
const processes = /^\/(?:proc\/(?:[0-9]+|self|thread-self)|dev\/fd)(?:\/|$)/;
const segments = /^[A-Za-z0-9][A-Za-z0-9_.:=@+/-]{0,254}$/;
// oxlint-disable-next-line no-control-regex -- they have no place in a path that people grant
const odd = /[\u0000-\u001f\u007f\\]/;

/** A touch of a power over the host; `write` unless it only shows what is there. */
export function hostPower(id: string, level: Level = "write"): Touch {
  return { kind: "host", id, level };
}

/** A power of which there are many, `capability/SYS_ADMIN`; throws Unread where the name is no plain word. */
export function namedPower(power: string, name: string): Touch {
  if (!segments.test(name)) throw new Unread(`${quote(name)} is no name of a ${power}`);
  return hostPower(`${power}/${name}`);
}

/** Everything that a host path in a container reaches: the bind itself, and the guard where the two overlap. */
export function bindPowers(path: string, level: Level, guard: GuardBounds): readonly Touch[] {
  const clean = cleanPath(path);
  return [hostPower(`bind${clean}`, level), ...guardTouches(clean, guard)];
}

// An ancestor of what is guarded, it, or what is below
function guardTouches(path: string, guard: GuardBounds): readonly Touch[] {
  const asked = followLinks(path);
  const reached = guard.paths.filter((guarded) => overlaps(asked, followLinks(cleanPath(guarded))));
  if (processes.test(asked)) reached.push(path);
  return reached.map((id) => ({ kind: "guard", id, level: "write" }));
}

/** The absolute path without `.`, `..` and doubled slashes, as the engine cleans it; throws Unread for any other. */
export function cleanPath(path: string): string {
  if (!path.startsWith("/")) throw new Unread(`the path ${quote(path)} is not absolute`);
  if (odd.test(path)) throw new Unread("a path has control characters or backslashes");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return `/${kept.join("/")}`;
}

/**
 * Like {@link cleanPath}, for a path that the engine hands to the kernel as it is: there `..` leads on from wherever a
 * link led, and whoever may write into one granted folder can put a link in it.
 */
export function unturnedPath(path: string): string {
  if (path.split("/").includes("..")) throw new Unread(`the path ${quote(path)} goes back up`);
  return cleanPath(path);
}

/** What a request spelled, for a reason: in quotes, and not longer than a line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function overlaps(path: string, guarded: string): boolean {
  return path === guarded || isBelow(path, guarded) || isBelow(guarded, path);
}

function isBelow(path: string, ancestor: string): boolean {
  return ancestor === "/" || path.startsWith(`${ancestor}/`);
}

function followLinks(path: string): string {
  const link = links.find(([from]) => path === from || path.startsWith(`${from}/`));
  return link === undefined ? path : link[1] + path.slice(link[0].length);
}
