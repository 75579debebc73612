import type { Server } from "node:net";

/** Opens a unix socket that nobody but its user may open, not even for the moment before its rights are set. */
export async function listenPrivately(server: Server, socket: string, backlog?: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    // Binding happens within listen()
    const before = process.umask(0o177);
    try {
      server.listen({ path: socket, ...(backlog !== undefined && { backlog }) }, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}
