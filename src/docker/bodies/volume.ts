import type { BodyReader } from "../body-reader.ts";
import { hostPower } from "../powers/host.ts";
import { powersOfVolume } from "../powers/volume.ts";
import { Unread } from "../unread.ts";
import { text, textMap } from "./fields.ts";
import { labels, readLabels } from "./label.ts";
import { readsBody } from "./read-body.ts";
import { defineShape, expectText, type FieldReader } from "./shape.ts";
import { touchVolume } from "./volumes.ts";

// A volume of the whole swarm, made by a driver on its nodes: nothing of it is read
const cluster: FieldReader = () => [{ kind: "swarm", id: "*", level: "write" }, hostPower("cluster-volume")];

const shape = defineShape({
  Name: text,
  Driver: text,
  DriverOpts: textMap,
  Labels: labels,
  ClusterVolumeSpec: cluster,
});

/** `POST /volumes/create`: the volume, new or there already, and what its driver would do with the host. */
export const readVolumeCreate: BodyReader = readsBody(shape, async (body, reading) => {
  const name = expectText(body["Name"] ?? "", "Name");
  const given = readLabels(body["Labels"], "Labels");
  const driver = expectText(body["Driver"] ?? "", "Driver");
  return [
    ...powersOfVolume(driver, body["DriverOpts"] ?? null, "write", reading.guard),
    ...(name === ""
      ? [{ kind: "volume", id: "+", level: "write", labels: given } as const]
      : await touchVolume(name, "write", reading, given)),
  ];
});

/** `PUT /volumes/{name}`: volumes of the swarm alone can be changed. */
export const readVolumeUpdate: BodyReader = async (input) => {
  if (input.body === undefined) throw new Unread("the request has no body");
  return readsBody(defineShape({ Spec: cluster }))(input);
};
