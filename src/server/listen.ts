import { chownSync, chmodSync } from "node:fs";
import { lstat, mkdir, stat, unlink } from "node:fs/promises";
import type { Server } from "node:http";
import { connect, type Server as AnyServer } from "node:net";
import path from "node:path";
import { Failure } from "../errors.ts";
import { listenPrivately } from "../host/listen-privately.ts";
import { describeError } from "./log.ts";

/** Who may open a socket. */
export interface SocketRights {
  readonly mode: number;
  /** A numeric group; absent: that of the process. */
  readonly group?: number;
}

/**
 * Opens a door's server on a unix socket, whose folder is made where it is missing. A socket that nobody answers is
 * replaced; throws Failure("conflict") where somebody does, and Failure("misuse") where strangers could put another
 * socket in its place.
 */
export async function listenOn(server: AnyServer, socket: string, rights: SocketRights): Promise<void> {
  try {
    await open(server, socket, rights);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure("failed", `the door at ${socket} could not be opened: ${describeError(cause)}`, {
      hint: "serve runs as root, or with sockets in folders of its own user",
      cause,
    });
  }
}

async function open(server: AnyServer, socket: string, rights: SocketRights): Promise<void> {
  await prepareFolder(path.dirname(socket));
  await clear(socket);
  // A unix socket refuses at once whoever finds no place in the row
  await listenPrivately(server, socket, 4096);
  if (rights.group !== undefined) chownSync(socket, process.getuid?.() ?? 0, rights.group);
  chmodSync(socket, rights.mode);
}

/** Stops taking connections, lets what is under way end for `graceMs`, then cuts it; the socket is gone after. */
export async function shut(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}

async function prepareFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o755 });
  if (made !== undefined) return;
  const found = await stat(folder);
  const others = (found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0;
  const owner = found.uid !== 0 && found.uid !== process.getuid?.();
  if (others || owner) {
    throw new Failure("misuse", `others than root may put a socket into ${folder}`, {
      hint: `give the folder to root with mode 0755, or choose another`,
    });
  }
}

async function clear(socket: string): Promise<void> {
  const found = await lstat(socket).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Failure("conflict", `${socket} is there and is no socket`);
  if (await answers(socket)) {
    throw new Failure("conflict", `another server answers at ${socket}`, {
      hint: "stop it first, or choose another socket",
    });
  }
  await unlink(socket);
}

/** Whether somebody listens; rejects where that cannot be told. */
async function answers(socket: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(false);
      else reject(error);
    });
  });
}
