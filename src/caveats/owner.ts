import { createHash } from "node:crypto";
import type { Touch } from "../docker/attempt.ts";
import { defineCaveat, type Scene } from "./define.ts";
import { admitLink } from "./link.ts";
import { labelled, refuseUngranted } from "./touches.ts";

/** `owner`: what was created under a link that stands before the caveat in the same token. */
export const owner = defineCaveat<string>({
  name: "owner",
  summary: "only what was created under this link, one that stands before it; needs the gateway",
  values: "a link that stands before it in the same id",
  example: "1893456000.0123456789abcdef01234567",
  resource: true,
  handshake: false,
  parse: admitLink,
  format: (link) => link,
  read: admitLink,
  grants,
  filter(link, linksBefore) {
    const path = pathTo(link, linksBefore);
    return path && ownerLabel(path);
  },
  refuses(link, scene) {
    if (!scene.circumstances.ownership) {
      return "this id is bound to what it created, which the engine's plugin cannot know: use it through docker-id's gateway";
    }
    if (pathTo(link, scene.linksBefore) === undefined)
      return "the link that this id is bound to does not stand before it";
    return refuseUngranted(scene, "what was created under one of its links", (touch) => grants(link, touch, scene));
  },
});

function grants(link: string, touch: Touch, { attempt, circumstances, linksBefore }: Scene): boolean {
  const path = pathTo(link, linksBefore);
  if (path === undefined || !circumstances.ownership) return false;
  const { kind, id, level, labels = {} } = touch;
  // Without an image there is no container to own; the image may be used for that
  if (kind === "image") return level === "read" && attempt.touches.some((made) => isMadeFrom(id, made));
  if (!labelled.includes(kind) || id === "*") return false;
  // What does not exist yet will be labelled by the gateway with every link of the token
  if (id === "+") return true;
  const label = ownerLabel(path);
  const mark = ownerMark(touch);
  return mark !== undefined && Object.hasOwn(labels, label) && labels[label] === mark;
}

function pathTo(link: string, linksBefore: readonly string[]): readonly string[] | undefined {
  const at = linksBefore.indexOf(link);
  return at < 0 || at !== linksBefore.lastIndexOf(link) ? undefined : linksBefore.slice(0, at + 1);
}

/**
 * The label that the gateway sets, with the value of {@link ownerMark}, on whatever is created under a chain of links,
 * oldest first: one for each beginning of the creator's chain. It is keyed by the whole path, since anyone may append a
 * link of any name, and nobody can take out those before it.
 */
export function ownerLabel(path: readonly string[]): string {
  return `docker-id.owner.${createHash("sha256").update(path.join("/")).digest("hex")}`;
}

/**
 * The value that an owner's label must have on a thing to count. A container inherits its image's labels, and no image
 * can hold its own id; a network can take over another's labels, and not its name. Undefined where neither is known.
 */
function ownerMark({ kind, image, names }: Pick<Touch, "kind" | "image" | "names">): string | undefined {
  if (kind === "container") return image;
  return kind === "network" ? names?.[0] : "true";
}

function isMadeFrom(imageId: string, { kind, id, image }: Touch): boolean {
  return kind === "container" && id === "+" && image === imageId;
}
