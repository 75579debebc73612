import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { listenPrivately } from "../../src/host/listen-privately.ts";

it("opens a socket that only its user may open, whatever others get", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "docker-id-"));
  const before = process.umask(0);
  const server = createServer();
  try {
    await listenPrivately(server, path.join(folder, "a.sock"));
    expect(statSync(path.join(folder, "a.sock")).mode & 0o777).toBe(0o600);
    expect(process.umask()).toBe(0);
    await expect(listenPrivately(createServer(), path.join(folder, "a.sock"))).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    await expect(listenPrivately(createServer(), path.join(folder, "none", "a.sock"), 8)).rejects.toThrow();
    expect(process.umask()).toBe(0);
  } finally {
    process.umask(before);
    server.close();
    rmSync(folder, { recursive: true });
  }
});
