import type { BodyReader } from "../body-reader.ts";
import { Unread } from "../unread.ts";
import { containerConfig } from "./container-config.ts";
import { readRepoTag } from "./image.ts";
import { readTouches } from "./read-body.ts";
import { repositoryTouch } from "./repository.ts";
import { defineShape, readShape } from "./shape.ts";

const shape = defineShape(containerConfig);

/** `POST /commit`: carries a container's file system out into a new image, and may give that a name. */
export const readCommit: BodyReader = async ({ body, query, resolver, guard }) =>
  readTouches({ resolver, guard }, async (reading) => {
    const container = query.get("container");
    if (container === undefined || container === "") throw new Unread("the commit names no container");
    const { touch } = await resolver.container(container, "read");
    const name = readRepoTag(query);
    return [
      touch,
      { kind: "image", id: "+", level: "write" },
      ...(name === undefined ? [] : [repositoryTouch(name, "push")]),
      ...(body === undefined ? [] : await readShape(shape, body, "", reading)),
    ];
  });
