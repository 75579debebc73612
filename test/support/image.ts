import { existsSync } from "node:fs";
import { copyFile, mkdir, symlink } from "node:fs/promises";
import { run } from "./run.ts";
import type { Workspace } from "./workspace.ts";

/** Imports an image of nothing but busybox and its applets; gives its full id, a new one at every call. */
export async function importImage(workspace: Workspace, host: string, name: string): Promise<string> {
  const tar = workspace.path("rootfs.tar");
  if (!existsSync(tar)) await packRootfs(workspace, tar);
  const imported = await run("docker", ["-H", host, "import", tar, name], { env: { DOCKER_CONFIG: workspace.dir } });
  if (imported.status !== 0) throw new Error(`docker import: ${imported.stderr}`);
  return imported.stdout.trim();
}

async function packRootfs(workspace: Workspace, tar: string): Promise<void> {
  const root = workspace.path("rootfs");
  for (const folder of ["bin", "tmp", "etc", "root"]) await mkdir(`${root}/${folder}`, { recursive: true });
  await copyFile("/bin/busybox", `${root}/bin/busybox`);
  const applets = await run("/bin/busybox", ["--list"]);
  for (const applet of applets.stdout.split("\n")) {
    if (applet !== "" && applet !== "busybox") await symlink("busybox", `${root}/bin/${applet}`);
  }
  const packed = await run("tar", ["-C", root, "-cf", tar, "."]);
  if (packed.status !== 0) throw new Error(`tar: ${packed.stderr}`);
}
