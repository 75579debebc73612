import type { Touch } from "../attempt.ts";
import type { BodyReader } from "../body-reader.ts";
import { readJson } from "../json.ts";
import { hostPower, quote } from "../powers/host.ts";
import { readList } from "../query.ts";
import { Unread } from "../unread.ts";
import { joinNetworkMode } from "./join.ts";
import { readLabels } from "./label.ts";
import { readTouches } from "./read-body.ts";
import { readImageName, repositoryTouch } from "./repository.ts";
import { securityPowers } from "./security.ts";
import type { Reading } from "./shape.ts";

type ParameterReader = (said: string, reading: Reading) => readonly Touch[] | Promise<readonly Touch[]>;

const harmless: ParameterReader = () => [];
const buildkit: ParameterReader = () => [hostPower("buildkit")];

const parameters: Readonly<Record<string, ParameterReader>> = {
  dockerfile: harmless,
  q: harmless,
  nocache: harmless,
  cachefrom: harmless,
  pull: harmless,
  rm: harmless,
  forcerm: harmless,
  memory: harmless,
  memswap: harmless,
  cpushares: harmless,
  cpusetcpus: harmless,
  cpusetmems: harmless,
  cpuperiod: harmless,
  cpuquota: harmless,
  buildargs: harmless,
  shmsize: harmless,
  squash: harmless,
  extrahosts: harmless,
  platform: harmless,
  target: harmless,
  ulimits: harmless,
  labels(said) {
    const given = readJson(new TextEncoder().encode(said));
    readLabels(given, "labels");
    return [];
  },
  t: (said) => [repositoryTouch(readImageName(said), "push")],
  networkmode: joinNetworkMode,
  remote: harmless,
  cgroupparent: () => [hostPower("cgroup-parent")],
  securityopt: (said) => securityPowers(said),
  isolation(said) {
    if (said !== "default") throw new Unread(`the build's isolation ${quote(said)} is not known`);
    return [];
  },
  version(said) {
    if (said === "1") return [];
    if (said === "2") return [hostPower("buildkit")];
    throw new Unread(`the builder ${quote(said)} is not known`);
  },
  session: buildkit,
  buildid: buildkit,
  outputs: buildkit,
};

/**
 * `POST /build`: runs code on the default network, from a Dockerfile that nobody shows us: it may begin with any image
 * that the engine has or that a registry has, and have the engine add whatever can be fetched from the host's own
 * network, its loopback too. The rest is in its parameters.
 */
export const readBuild: BodyReader = async ({ query, resolver, guard }) =>
  readTouches({ resolver, guard }, async (reading) => {
    const touches: Touch[] = [
      { kind: "build", id: "+", level: "write" },
      { kind: "image", id: "*", level: "read" },
      { kind: "image", id: "+", level: "write" },
      { kind: "repository", id: "*", level: "pull" },
      hostPower("fetch"),
    ];
    for (const name of query.keys()) {
      const reader = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
      if (reader === undefined) throw new Unread(`the build has a parameter that is not known, ${quote(name)}`);
      for (const said of readList(query, name)) if (said !== "") touches.push(...(await reader(said, reading)));
    }
    return touches;
  });
