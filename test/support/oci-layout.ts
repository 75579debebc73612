import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Workspace } from "./workspace.ts";
import { run } from "./run.ts";

const media = "application/vnd.oci.image";

/** Writes an OCI layout of one small image that nobody else has, tagged `v1`; gives its folder. */
export async function writeLayout(workspace: Workspace, name: string): Promise<string> {
  const [folder, rootfs, tar] = [workspace.path(name), workspace.path(`${name}.rootfs`), workspace.path(`${name}.tar`)];
  mkdirSync(path.join(folder, "blobs", "sha256"), { recursive: true });
  mkdirSync(rootfs);
  writeFileSync(path.join(rootfs, "unique"), randomBytes(64));
  const packed = await run("tar", ["-C", rootfs, "-cf", tar, "unique"]);
  if (packed.status !== 0) throw new Error(`tar: ${packed.stderr}`);

  const put = (mediaType: string, content: Uint8Array): { mediaType: string; digest: string; size: number } => {
    const hash = createHash("sha256").update(content).digest("hex");
    writeFileSync(path.join(folder, "blobs", "sha256", hash), content);
    return { mediaType, digest: `sha256:${hash}`, size: content.length };
  };
  const putJson = (mediaType: string, content: object) => put(mediaType, Buffer.from(JSON.stringify(content)));
  const layer = put(`${media}.layer.v1.tar`, readFileSync(tar));
  const config = putJson(`${media}.config.v1+json`, {
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  });
  const manifest = putJson(`${media}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${media}.manifest.v1+json`,
    config,
    layers: [layer],
  });
  const tagged = { ...manifest, annotations: { "org.opencontainers.image.ref.name": "v1" } };
  writeFileSync(path.join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [tagged] }));
  writeFileSync(path.join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  return folder;
}
