import type { Touch } from "../attempt.ts";
import { readRepoTag } from "../bodies/image.ts";
import { readImageName, repositoryTouch } from "../bodies/repository.ts";
import { readList } from "../query.ts";
import type { Resolver } from "../resolve.ts";
import { Unread } from "../unread.ts";
import type { RowInput, TouchReader } from "./row.ts";
import { named } from "./touches.ts";

const digest = /^(?:sha256:)?[0-9a-f]{64}$/;

/** The image whose content would be carried out. */
export const savedImage: TouchReader = async ({ names, resolver }) => [await saved(nameOf(names), resolver)];

/** The images whose content would be carried out. */
export const savedImages: TouchReader = async ({ query, resolver }) => {
  const touches: Touch[] = [];
  for (const name of readList(query, "names")) touches.push(await saved(name, resolver));
  if (touches.length === 0) throw new Unread("the request names no image to save");
  return touches;
};

/** The image that would be given a name. */
export const taggedImage: TouchReader = named("image", "write");

/** The name that a tag would bind: whoever may do that owns it. */
export const boundName: TouchReader = ({ query }) => {
  const name = readRepoTag(query);
  if (name === undefined) throw new Unread("the request binds no name");
  return [repositoryTouch(name, "push")];
};

/** The repository that would be pushed to, and the image that goes there, or all that have its name. */
export const pushedName: TouchReader = async ({ names, query, resolver }) => {
  const tag = query.get("tag") ?? "";
  const repository = readImageName(nameOf(names));
  if (repository.digest !== undefined || repository.tag !== undefined) {
    throw new Unread("a push names its repository and its tag apart");
  }
  if (tag === "") return [everyImage, { ...repositoryTouch(repository, "pull"), level: "push" }];
  const name = `${nameOf(names)}:${tag}`;
  return [(await resolver.image(name, "read")).touch, repositoryTouch(readImageName(name), "push")];
};

/** The image that would be removed, and the names that would go: the one that was said, or all when it is meant by id. */
export const unboundNames: TouchReader = async ({ names, resolver }) => {
  const asked = nameOf(names);
  const { touch } = await resolver.image(asked, "write");
  const byId = touch.id.startsWith(asked) || touch.id.startsWith(`sha256:${asked}`);
  const gone = byId ? (touch.names ?? []) : [asked];
  return [touch, ...gone.map(unbound)];
};

function unbound(name: string): Touch {
  return { ...repositoryTouch(readImageName(name), "push"), level: "delete" };
}

/** The repository that a registry would be asked about. */
export const distributedName: TouchReader = ({ names }) => [repositoryTouch(readImageName(nameOf(names)), "pull")];

/** The repository of the parameter `remote`. */
export const remoteName: TouchReader = ({ query }) => [
  repositoryTouch(readImageName(query.get("remote") ?? ""), "pull"),
];

/** The repository that a plugin would be pushed to. */
export const pushedPlugin: TouchReader = ({ names }) => [repositoryTouch(readImageName(nameOf(names)), "push")];

const everyImage: Touch = { kind: "image", id: "*", level: "read" };

async function saved(name: string, resolver: Resolver): Promise<Touch> {
  if (!digest.test(name)) {
    const { tag, digest: pinned } = readImageName(name);
    // Whatever its tags are called, the engine would save them all, and take what looks like a short id for a name first
    if (tag === undefined && pinned === undefined)
      throw new Unread("an image is saved by its name and tag, or full id");
  }
  return (await resolver.image(name, "read")).touch;
}

function nameOf(names: RowInput["names"]): string {
  return names["name"] ?? "";
}
