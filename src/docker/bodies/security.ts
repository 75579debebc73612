import type { Touch } from "../attempt.ts";
import { hostPower, namedPower } from "../powers/host.ts";
import { Unread } from "../unread.ts";
import { list, mapOf, text, whole } from "./fields.ts";
import { expectText, type FieldReader } from "./shape.ts";

// What the engine gives every container that does not ask; to ask for one of them, after dropping all, is to harden
const everyones = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "NET_RAW",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);
const hardening = new Set(["no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"]);
const tmpfsOptions =
  /^(?:|defaults|ro|rw|(?:no)?(?:exec|suid|dev|atime|diratime)|(?:no)?(?:relatime|strictatime)|a?sync|noswap|(?:size|mode|uid|gid|nr_inodes|nr_blocks)=[0-9a-zA-Z%]+)$/;
/** A capability by either of its spellings. */
export function capabilityPowers(name: string): readonly Touch[] {
  const plain = name.toUpperCase().replace(/^CAP_/, "");
  if (!/^[A-Z0-9_]+$/.test(plain)) throw new Unread("a capability's name is not understood");
  return everyones.has(plain) ? [] : [namedPower("capability", plain)];
}

/** One of `SecurityOpt`: anything but `no-new-privileges` could loosen, a profile of one's own too. */
export function securityPowers(option: string): readonly Touch[] {
  if (hardening.has(option)) return [];
  return [namedPower("security-opt", option.split(/[=:]/)[0] ?? "")];
}

/** `MaskedPaths` and `ReadonlyPaths` of a create: whoever gives a list replaces the engine's own. */
export function givenPaths(power: string): FieldReader {
  return async (value, field, reading) => {
    await list(text)(value, field, reading);
    return [hostPower(power)];
  };
}

/** A map of directories that are a tmpfs, with mount options, which could do more than size it. */
export const tmpfs: FieldReader = mapOf((value, field) => {
  const strange = expectText(value, field)
    .split(",")
    .some((option) => !tmpfsOptions.test(option));
  if (strange) throw new Unread("an option of a tmpfs is not known");
  return [];
});

/** How soon the kernel kills the container's processes rather than the host's. */
export const oomScoreAdj: FieldReader = async (value, field, reading) => {
  await whole(value, field, reading);
  return value === 0 ? [] : [hostPower("oom-score-adj")];
};
