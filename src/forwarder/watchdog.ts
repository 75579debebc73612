import { recordPath } from "../docker-cli/forwarded.ts";
import { join } from "node:path";
import { socketName } from "./private-folder.ts";

/**
 * Starts a shell that waits for our end, of whatever kind, and then removes what would be left of a private folder. It is
 * in a session of its own, so that what ends us does not end it.
 */
export function startWatchdog(folder: string): void {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const socket = join(folder, socketName);
  const script = 'trap "" INT TERM HUP; read -r _; rm -f -- "$1" "$2"; rmdir -- "$0" 2>/dev/null';
  const child = spawn("/bin/sh", ["-c", script, folder, socket, recordPath(socket)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
    env: {},
  });
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  child.unref();
}
