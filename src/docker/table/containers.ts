import { json, optionalJson, stream } from "../body.ts";
import { readCommit } from "../bodies/commit.ts";
import { readContainerCreate } from "../bodies/container-create.ts";
import { readContainerUpdate, readExecCreate, readExecStart } from "../bodies/container.ts";
import { filters, flag, integer, list, off, oneOf, psArguments, text } from "../parameters.ts";
import { readFlag } from "../query.ts";
import type { Rows } from "./row.ts";
import { every, host, marks, named, newContainerName, poweredBy } from "./touches.ts";

// `hijack` is dockerode's word to itself, which it says aloud
const streams = { hijack: text, logs: flag, stream: flag, stdin: flag, stdout: flag, stderr: flag, detachKeys: text };
const size = { h: integer, w: integer };
const path = { path: text };
const stopping = { t: integer, signal: text };

/**
 * Containers and their execs. What is not among the parameters is left out on purpose: `checkpoint` and its folder at a
 * start.
 */
export const containers: Rows = {
  "GET /containers/json": {
    action: "container.list",
    op: "read",
    // The last is docker-py's, from a time when engines knew it
    query: { all: flag, limit: integer, size: flag, since: text, before: text, filters, trunc_cmd: flag },
    listing: "container",
    touches: [every("read", "container"), marks("before", "container"), marks("since", "container")],
  },
  "POST /containers/create": {
    action: "container.create",
    op: "write",
    query: { name: text, platform: text },
    body: json,
    touches: [readContainerCreate],
  },
  "POST /containers/prune": {
    action: "container.prune",
    op: "write",
    query: { filters },
    listing: "prune",
    touches: [every("write", "container")],
  },
  "GET /containers/{id}/json": {
    action: "container.inspect",
    op: "read",
    query: { size: flag },
    touches: [named("container", "read")],
  },
  "GET /containers/{id}/top": {
    action: "container.top",
    op: "read",
    query: { ps_args: psArguments },
    touches: [named("container", "read")],
  },
  "GET /containers/{id}/logs": {
    action: "container.logs",
    op: "read",
    query: {
      follow: flag,
      stdout: flag,
      stderr: flag,
      since: text,
      until: text,
      timestamps: flag,
      tail: text,
      details: flag,
    },
    touches: [named("container", "read")],
    stream: ({ query }) => readFlag(query, "follow"),
  },
  "GET /containers/{id}/changes": { action: "container.changes", op: "read", touches: [named("container", "read")] },
  "GET /containers/{id}/export": { action: "container.export", op: "read", touches: [named("container", "read")] },
  "GET /containers/{id}/stats": {
    action: "container.stats",
    op: "read",
    query: { stream: flag, "one-shot": flag },
    touches: [named("container", "read")],
    stream: ({ query }) => readFlag(query, "stream", true),
  },
  // Harmless, and asked by whoever only looks on
  "POST /containers/{id}/resize": {
    action: "container.resize",
    op: "read",
    query: size,
    touches: [named("container", "read")],
  },
  "POST /containers/{id}/start": {
    action: "container.start",
    op: "write",
    query: { detachKeys: text },
    touches: [poweredBy("container", "write")],
  },
  "POST /containers/{id}/stop": {
    action: "container.stop",
    op: "write",
    query: stopping,
    touches: [named("container", "write")],
  },
  "POST /containers/{id}/restart": {
    action: "container.restart",
    op: "write",
    query: stopping,
    touches: [poweredBy("container", "write")],
  },
  "POST /containers/{id}/kill": {
    action: "container.kill",
    op: "write",
    query: { signal: text },
    touches: [named("container", "write")],
  },
  "POST /containers/{id}/update": {
    action: "container.update",
    op: "write",
    body: json,
    touches: [poweredBy("container", "write"), readContainerUpdate],
  },
  "POST /containers/{id}/rename": {
    action: "container.rename",
    op: "write",
    query: { name: text },
    touches: [named("container", "write"), newContainerName],
  },
  "POST /containers/{id}/pause": { action: "container.pause", op: "write", touches: [named("container", "write")] },
  "POST /containers/{id}/unpause": { action: "container.unpause", op: "write", touches: [named("container", "write")] },
  "POST /containers/{id}/attach": {
    action: "container.attach",
    op: (query) => (readFlag(query, "stdin") ? "write" : "read"),
    query: streams,
    touches: [
      (input) =>
        readFlag(input.query, "stdin") ? poweredBy("container", "write")(input) : named("container", "read")(input),
    ],
    stream: () => true,
  },
  // Before API 1.42 it carries stdin whether asked to or not
  "GET /containers/{id}/attach/ws": {
    action: "container.attach",
    op: "write",
    query: streams,
    touches: [poweredBy("container", "write")],
    stream: () => true,
  },
  "POST /containers/{id}/wait": {
    action: "container.wait",
    op: "read",
    query: { condition: oneOf("not-running", "next-exit", "removed") },
    touches: [named("container", "read")],
  },
  "DELETE /containers/{id}": {
    action: "container.remove",
    op: "write",
    query: { v: flag, force: flag, link: off },
    touches: [named("container", "write")],
  },
  // These three reach into whatever is mounted
  "HEAD /containers/{id}/archive": {
    action: "container.archive-read",
    op: "read",
    query: path,
    touches: [poweredBy("container", "read")],
  },
  "GET /containers/{id}/archive": {
    action: "container.archive-read",
    op: "read",
    query: path,
    touches: [poweredBy("container", "read")],
  },
  "PUT /containers/{id}/archive": {
    action: "container.archive-write",
    op: "write",
    query: { ...path, noOverwriteDirNonDir: flag, copyUIDGID: flag },
    body: stream,
    touches: [poweredBy("container", "write")],
  },
  "POST /commit": {
    action: "image.commit",
    op: "write",
    query: { container: text, repo: text, tag: text, comment: text, author: text, pause: flag, changes: list },
    body: optionalJson,
    touches: [readCommit],
  },
  "POST /containers/{id}/exec": {
    action: "container.exec",
    op: "write",
    body: json,
    touches: [poweredBy("container", "write"), readExecCreate],
  },
  "POST /exec/{id}/start": {
    action: "exec.start",
    op: "write",
    body: json,
    touches: [poweredBy("exec", "write"), readExecStart],
    stream: ({ body }) => body?.["Detach"] !== true,
  },
  "POST /exec/{id}/resize": { action: "exec.resize", op: "read", query: size, touches: [named("exec", "read")] },
  "GET /exec/{id}/json": { action: "exec.inspect", op: "read", touches: [named("exec", "read")] },
  // Experimental; they read and write folders of the host
  "GET /containers/{id}/checkpoints": {
    action: "checkpoint.list",
    op: "read",
    query: { dir: text },
    touches: [named("container", "read"), host("checkpoint")],
  },
  "POST /containers/{id}/checkpoints": {
    action: "checkpoint.create",
    op: "write",
    body: json,
    touches: [poweredBy("container", "write"), host("checkpoint")],
  },
  "DELETE /containers/{id}/checkpoints/{checkpoint}": {
    action: "checkpoint.remove",
    op: "write",
    query: { dir: text },
    touches: [named("container", "write"), host("checkpoint")],
  },
};
