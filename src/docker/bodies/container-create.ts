import type { BodyReader } from "../body-reader.ts";
import { Unread } from "../unread.ts";
import { containerConfig } from "./container-config.ts";
import { object, zero } from "./fields.ts";
import { hostConfig } from "./host-config.ts";
import { inheritedLabels, isReserved } from "../reserved.ts";
import { readLabels } from "./label.ts";
import { readNewName } from "./name.ts";
import { networkingConfig } from "./networking.ts";
import { readsBody } from "./read-body.ts";
import { defineShape, expectText } from "./shape.ts";

// Engines up to 26 honour every field of HostConfig beside it too: none of them is known there
const shape = defineShape({
  ...containerConfig,
  // The Python SDK sends it, and null
  Runtime: zero,
  HostConfig: object(defineShape(hostConfig)),
  NetworkingConfig: networkingConfig,
});

/** `POST /containers/create`: the image, the new container, and whatever of the host and of others it would hold. */
export const readContainerCreate: BodyReader = readsBody(shape, async (body, { resolver }, { query, rewritten }) => {
  const name = query.get("name") ?? "";
  const names = name === "" ? [] : [readNewName(name, "container")];
  const { touch: image, inspect } = await resolver.image(expectText(body["Image"] ?? "", "Image"), "read");
  if (rewritten !== true && Object.keys(inheritedLabels(inspect)).some(isReserved)) {
    throw new Unread("the image has labels that the docker-id gateway alone may set, and its containers inherit them");
  }
  const labels = readLabels(body["Labels"], "Labels");
  return [image, { kind: "container", id: "+", level: "write", names, labels, image: image.id }];
});
