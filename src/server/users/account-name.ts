/** The longest name of a user, in bytes. */
const longestName = 128;

/** Whether a text can be a user's name: nothing that would be another place in a path, or break a line. */
export function isAccountName(name: string): boolean {
  if (name === "" || name === "." || name.includes("..") || name.includes("/")) return false;
  return name.isWellFormed() && Buffer.byteLength(name) <= longestName && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name);
}
