import { none, steeredStream, stream } from "../body.ts";
import { readBuild } from "../bodies/build.ts";
import { readImageCreate, readImageLoad } from "../bodies/image.ts";
import { filters, flag, integer, list, oneOf, text } from "../parameters.ts";
import type { Query } from "../query.ts";
import {
  boundName,
  distributedName,
  pushedName,
  savedImage,
  savedImages,
  taggedImage,
  unboundNames,
} from "./image-touches.ts";
import type { Rows } from "./row.ts";
import { every, host, marks, named } from "./touches.ts";

const pulls = (query: Query): boolean => (query.get("fromImage") ?? "") !== "";

/** Images, their names, and builds. */
export const images: Rows = {
  "GET /images/json": {
    action: "image.list",
    op: "read",
    query: { all: flag, filters, digests: flag, "shared-size": flag, manifests: flag, identity: flag },
    listing: "image",
    touches: [every("read", "image"), marks("before", "image"), marks("since", "image")],
  },
  "GET /images/{name*}/json": {
    action: "image.inspect",
    op: "read",
    query: { manifests: flag, platform: text },
    touches: [named("image", "read")],
  },
  "GET /images/{name*}/history": {
    action: "image.history",
    op: "read",
    query: { platform: text },
    touches: [named("image", "read")],
  },
  "GET /images/{name*}/attestations": {
    action: "image.attestations",
    op: "read",
    query: { platform: list, type: list, statement: flag },
    touches: [named("image", "read")],
  },
  "GET /images/{name*}/get": {
    action: "image.get",
    op: "read",
    query: { platform: list },
    touches: [savedImage],
  },
  "GET /images/get": {
    action: "image.get",
    op: "read",
    query: { names: list, platform: list },
    touches: [savedImages],
  },
  "POST /images/create": {
    action: (query) => (pulls(query) ? "image.pull" : "image.import"),
    op: "write",
    query: { fromImage: text, fromSrc: text, repo: text, tag: text, message: text, changes: list, platform: text },
    body: (query) => (pulls(query) ? none : steeredStream),
    touches: [readImageCreate],
  },
  "POST /images/load": {
    action: "image.load",
    op: "write",
    query: { quiet: flag, platform: list },
    body: stream,
    touches: [readImageLoad],
  },
  "POST /images/{name*}/push": {
    action: "image.push",
    op: "write",
    query: { tag: text, platform: text },
    touches: [pushedName],
  },
  "POST /images/{name*}/tag": {
    action: "image.tag",
    op: "write",
    query: { repo: text, tag: text },
    touches: [taggedImage, boundName],
  },
  "DELETE /images/{name*}": {
    action: "image.remove",
    op: "write",
    query: { force: flag, noprune: flag, platforms: list },
    touches: [unboundNames],
  },
  // The engine asks a registry, from the host's own network
  "GET /images/search": {
    action: "image.search",
    op: "read",
    query: { term: text, limit: integer, filters },
    touches: [every("read", "registry")],
  },
  "POST /images/prune": { action: "image.prune", op: "write", query: { filters }, touches: [every("write", "image")] },
  "GET /distribution/{name*}/json": { action: "image.distribution", op: "read", touches: [distributedName] },
  "POST /build": {
    action: "image.build",
    op: "write",
    query: {
      dockerfile: text,
      t: list,
      extrahosts: list,
      remote: text,
      q: flag,
      nocache: flag,
      cachefrom: text,
      pull: text,
      rm: flag,
      forcerm: flag,
      memory: integer,
      memswap: integer,
      cpushares: integer,
      cpusetcpus: text,
      cpusetmems: text,
      cpuperiod: integer,
      cpuquota: integer,
      cgroupparent: text,
      securityopt: list,
      ulimits: text,
      buildargs: text,
      shmsize: integer,
      squash: flag,
      labels: text,
      networkmode: text,
      platform: text,
      target: text,
      outputs: text,
      isolation: text,
      session: text,
      buildid: text,
      version: oneOf("1", "2"),
    },
    body: steeredStream,
    touches: [readBuild],
  },
  "POST /build/prune": {
    action: "build.prune",
    op: "write",
    query: {
      "keep-storage": integer,
      "reserved-space": integer,
      "max-used-space": integer,
      "min-free-space": integer,
      all: flag,
      filters,
    },
    touches: [every("write", "build")],
  },
  "POST /build/cancel": {
    action: "build.cancel",
    op: "write",
    query: { id: text },
    touches: [every("write", "build")],
  },
  // The whole of BuildKit, of which nothing is seen
  "POST /session": {
    action: "build.session",
    op: "write",
    touches: [every("write", "build"), host("buildkit")],
    stream: () => true,
  },
  "POST /grpc": {
    action: "build.grpc",
    op: "write",
    touches: [every("write", "build"), host("buildkit")],
    stream: () => true,
  },
};
