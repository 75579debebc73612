/** Whether anybody listens on a socket. */
export async function askAlive(socket: string): Promise<"alive" | "dead" | "absent"> {
  const net = process.getBuiltinModule("node:net");
  return await new Promise((resolve) => {
    const connection = net.connect({ path: socket });
    connection.once("connect", () => {
      connection.destroy();
      resolve("alive");
    });
    connection.once("error", ({ code }: NodeJS.ErrnoException) => {
      if (code === "ECONNREFUSED") resolve("dead");
      else resolve(code === "ENOENT" ? "absent" : "alive");
    });
  });
}
