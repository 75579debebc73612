import { readFile } from "node:fs/promises";
import { Failure } from "../errors.ts";

/**
 * The numeric group that may open the admin door: the one that was named, by name or number, else `docker` where there
 * is one, else undefined. Throws Failure("misuse") when the named one does not exist. Reads `/etc/group`.
 */
export async function findAdminGroup(named: string | undefined, groupFile = "/etc/group"): Promise<number | undefined> {
  if (named !== undefined && /^\d{1,9}$/.test(named)) return Number(named);
  const lines = await readFile(groupFile, "utf8").catch(() => "");
  for (const line of lines.split("\n")) {
    const [name, , id] = line.split(":");
    if (name === (named ?? "docker") && id !== undefined && /^\d+$/.test(id)) return Number(id);
  }
  if (named === undefined) return undefined;
  throw new Failure("misuse", `there is no group ${named} on this host`, {
    hint: "give another --admin-group, or its number",
  });
}
