import { lstatSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../errors.ts";

/** How the names of such folders begin. */
export const folderPrefix = "exec-";

/** The name of the socket in such a folder. */
export const socketName = "docker.sock";

/**
 * Makes a folder for one socket that nobody else may look into: below XDG_RUNTIME_DIR where that is this user's own, else
 * below the folder for temporary files.
 */
export function makePrivateFolder(environment: NodeJS.ProcessEnv): string {
  try {
    return mkdtempSync(join(ownParent(environment), folderPrefix));
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure("failed", "no private folder can be made for a socket", { cause });
  }
}

/** Removes such a folder with what belongs in it. */
export function removePrivateFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function ownParent(environment: NodeJS.ProcessEnv): string {
  const runtime = ownRuntimeFolder(environment);
  if (runtime !== undefined) return runtime;
  const temporary = tmpdir();
  // A socket's path must not be longer than 103 bytes everywhere
  return ownFolder(join(temporary.length < 60 ? temporary : "/tmp", `docker-id-${process.getuid?.() ?? 0}`));
}

/** docker-id's own folder below XDG_RUNTIME_DIR; undefined where there is none that is this user's alone. */
export function ownRuntimeFolder(environment: NodeJS.ProcessEnv): string | undefined {
  const runtime = environment["XDG_RUNTIME_DIR"];
  const usable = runtime?.startsWith("/") === true && runtime.length < 60 && isOurs(runtime);
  return usable ? ownFolder(join(runtime, "docker-id")) : undefined;
}

function ownFolder(path: string): string {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
  }
  if (isOurs(path)) return path;
  throw new Failure("failed", `${path} is another user's, or may be changed by others`, {
    hint: "move it away, or set XDG_RUNTIME_DIR to a folder of your own",
  });
}

function isOurs(path: string): boolean {
  try {
    const found = lstatSync(path);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}
