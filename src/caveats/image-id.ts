import type { Touch } from "../docker/attempt.ts";
import { Failure } from "../errors.ts";
import { defineCaveat } from "./define.ts";
import { formatList, parseList, readList } from "./list.ts";
import { refuseUngranted } from "./touches.ts";

const digest = /^[0-9a-f]{64}$/;

/** `image_id`: images by their full ids, and containers made from them. */
export const imageId = defineCaveat<readonly string[]>({
  name: "image_id",
  summary: "only these images, and containers made from them",
  values: "full image ids",
  example: `sha256:${"5e".repeat(32)}`,
  resource: true,
  handshake: false,
  parse: (text) => parseList(text, admit),
  format: formatList,
  read: (typed) => readList(typed, (text) => admit(digest.test(text) ? `sha256:${text}` : text)),
  grants,
  refuses: (ids, scene) =>
    refuseUngranted(scene, "certain images and containers made from them", (touch) => grants(ids, touch)),
});

function grants(ids: readonly string[], { kind, id, image }: Touch): boolean {
  if (kind === "image") return ids.includes(id);
  return kind === "container" && id !== "*" && image !== undefined && ids.includes(image);
}

function admit(text: string): string {
  if (!text.startsWith("sha256:") || !digest.test(text.slice(7))) {
    throw new Failure("misuse", "an image id is sha256: and 64 lower-case hex digits");
  }
  return text;
}
