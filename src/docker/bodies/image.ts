import type { Touch } from "../attempt.ts";
import type { BodyReader } from "../body-reader.ts";
import { hostPower } from "../powers/host.ts";
import type { Query } from "../query.ts";
import { Unread } from "../unread.ts";
import { type ImageName, readImageName, repositoryTouch } from "./repository.ts";

const newImage: Touch = { kind: "image", id: "+", level: "write" };

/** `POST /images/create`: pulls a name from its registry, or imports a file system and may give it a name. */
export const readImageCreate: BodyReader = async ({ query }) => {
  const image = query.get("fromImage") ?? "";
  const source = query.get("fromSrc") ?? "";
  if ((image === "") === (source === "")) throw new Unread("the request neither pulls nor imports an image");
  return image === "" ? importTouches(source, query) : pullTouches(image, query.get("tag") ?? "");
};

/** `POST /images/load`: the names that the archive binds are inside it and so may be any. */
export const readImageLoad: BodyReader = async () => [newImage, { kind: "repository", id: "*", level: "push" }];

/** A name given in two parameters, as import, commit and tag have it; undefined where there is none. */
export function readRepoTag(query: Query): ImageName | undefined {
  const repo = query.get("repo") ?? "";
  const tag = query.get("tag") ?? "";
  if (repo === "" && tag !== "") throw new Unread("the request has a tag without a name");
  if (repo === "") return undefined;
  const name = readImageName(repo);
  // Which of two tags the engine takes depends on the operation
  if (tag !== "" && (name.tag !== undefined || name.digest !== undefined)) throw new Unread("the image has two tags");
  return tag === "" ? name : readImageName(`${repo}:${tag}`);
}

function pullTouches(image: string, tag: string): readonly Touch[] {
  const named = readImageName(image);
  if (tag !== "" && (named.tag !== undefined || named.digest !== undefined)) throw new Unread("the image has two tags");
  const name = tag === "" ? named : readImageName(tag.includes(":") ? `${image}@${tag}` : `${image}:${tag}`);
  return [newImage, repositoryTouch(name, "pull")];
}

function importTouches(source: string, query: Query): readonly Touch[] {
  const name = readRepoTag(query);
  return [
    newImage,
    ...(name === undefined ? [] : [repositoryTouch(name, "push")]),
    // The engine goes out for it, from the host's own network
    ...(source === "-" ? [] : [hostPower("fetch")]),
  ];
}
