import { createHash } from "node:crypto";
import type { Touch } from "../docker/attempt.ts";
import { defineCaveat } from "./define.ts";
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
  refuses(link, scene) {
    const { circumstances, linksBefore } = scene;
    if (!circumstances.ownership) {
      return "this id is bound to what it created, which the engine's plugin cannot know: use it through docker-id's gateway";
    }
    const at = linksBefore.indexOf(link);
    if (at < 0 || at !== linksBefore.lastIndexOf(link))
      return "the link that this id is bound to does not stand before it";
    const label = ownerLabel(linksBefore.slice(0, at + 1));
    const { touches } = scene.attempt;
    return refuseUngranted(scene, "what was created under one of its links", ({ kind, id, level, labels = {} }) => {
      // Without an image there is no container to own; the image may be used for that, and not be looked at
      if (kind === "image") return level === "read" && touches.some((made) => isMadeFrom(id, made));
      if (!labelled.includes(kind) || id === "*") return false;
      // What does not exist yet will be labelled by the gateway with every link of the token
      return id === "+" || (Object.hasOwn(labels, label) && labels[label] === "true");
    });
  },
});

/**
 * The label, with the value `true`, that the gateway sets on whatever is created under a chain of links, oldest first:
 * one for each beginning of the creator's chain. It is keyed by the whole path, since anyone may append a link of any
 * name, and nobody can take out those before it.
 */
export function ownerLabel(path: readonly string[]): string {
  return `docker-id.owner.${createHash("sha256").update(path.join("/")).digest("hex")}`;
}

function isMadeFrom(imageId: string, { kind, id, image }: Touch): boolean {
  return kind === "container" && id === "+" && image === imageId;
}
