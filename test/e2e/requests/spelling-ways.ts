import { expect } from "vitest";
import type { RawAnswer } from "../../support/raw.ts";
import { post, type Scene } from "./scene.ts";
import { makes, type Way } from "./ways.ts";

/** Ways past a plugin that reads a target in the obvious way, by their class. */
export const spellingWays: Readonly<Record<string, readonly Way[]>> = {
  "5: paths in other spellings": [
    "/v1.41/containers/%74heirs/json",
    "/v1.41/containers%2ftheirs%2Fjson",
    "/v1.41%2fcontainers/theirs/json",
    "http://elsewhere/v1.41/containers/theirs/json",
    "http:/v1.41/containers/theirs/json",
    "unix:///containers/theirs/json",
    "/v01.41/containers/theirs/json",
    "/v1.41.0/containers/theirs/json",
    "/v1.12/containers/theirs/json",
    "/containers/theirs/%6a%73%6f%6e",
    "/containers/theirs/json?#",
  ].map((spelled) => ({
    what: spelled,
    id: "reader" as const,
    why: /not spelled|version|parameter/,
    request: () => ({ target: spelled }),
    acts: async ({ full }: Scene, _name: string, { text }: RawAnswer) => expect(text).toContain(full.theirs),
  })),
  "6: queries in other spellings": [
    {
      what: "a name twice, of which the first counts",
      id: "named",
      why: /twice/,
      request: (_, name) => post(`/v1.41/containers/create?name=${name}&name=mine-2`, { Image: "box", Cmd: ["x"] }),
      acts: makes({}),
    },
    {
      what: "a name twice, once encoded",
      id: "named",
      why: /twice/,
      request: (_, name) => post(`/v1.41/containers/create?n%61me=${name}&name=mine-2`, { Image: "box", Cmd: ["x"] }),
      acts: makes({}),
    },
    {
      what: "a semicolon",
      id: "looker",
      why: /semicolon/,
      request: () => ({ target: "/v1.41/containers/theirs/json?size=1;x" }),
      acts: async ({ full }, _, { text }) => expect(text).toContain(full.theirs),
    },
    {
      what: "a broken escape",
      id: "looker",
      why: /encoded/,
      request: () => ({ target: "/v1.41/containers/theirs/json?size=%zz" }),
      acts: async ({ full }, _, { text }) => expect(text).toContain(full.theirs),
    },
    {
      what: "a repository twice",
      id: "tagger",
      why: /twice/,
      request: (_, name) => ({ method: "POST", target: `/v1.41/images/other/tag?repo=${name}&repo=mine` }),
      acts: async ({ docker }, name) => void (await docker("rmi", name)),
    },
  ],
};
