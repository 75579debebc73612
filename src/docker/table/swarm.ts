import { json } from "../body.ts";
import { readConfigCreate, readConfigUpdate, readSecretCreate, readSecretUpdate } from "../bodies/secret.ts";
import { readServiceCreate, readServiceUpdate } from "../bodies/service.ts";
import { readNodeUpdate, readSwarmInit, readSwarmJoin, readSwarmUnlock, readSwarmUpdate } from "../bodies/swarm.ts";
import { filters, flag, integer, oneOf, text } from "../parameters.ts";
import { readFlag } from "../query.ts";
import type { BodyInput } from "../body-reader.ts";
import type { Rows, TouchReader } from "./row.ts";
import { every, host, marks, named } from "./touches.ts";

const version = { version: integer };
const logs = { details: flag, follow: flag, stdout: flag, stderr: flag, since: text, timestamps: flag, tail: text };
const follows = ({ query }: BodyInput): boolean => readFlag(query, "follow");
// Its tokens and keys make whoever holds them a manager, with every power over each node
const credentials = [every("write", "swarm"), host("swarm")];

/** The swarm: its nodes, services, tasks, secrets and configurations. */
export const swarm: Rows = {
  "GET /swarm": { action: "swarm.inspect", op: "write", touches: credentials },
  "GET /swarm/unlockkey": { action: "swarm.unlock-key", op: "write", touches: credentials },
  "POST /swarm/init": { action: "swarm.init", op: "write", body: json, touches: [readSwarmInit] },
  "POST /swarm/join": { action: "swarm.join", op: "write", body: json, touches: [readSwarmJoin] },
  "POST /swarm/leave": { action: "swarm.leave", op: "write", query: { force: flag }, touches: credentials },
  "POST /swarm/update": {
    action: "swarm.update",
    op: "write",
    query: { ...version, rotateWorkerToken: flag, rotateManagerToken: flag, rotateManagerUnlockKey: flag },
    body: json,
    touches: [readSwarmUpdate],
  },
  "POST /swarm/unlock": { action: "swarm.unlock", op: "write", body: json, touches: [readSwarmUnlock] },

  "GET /nodes": {
    action: "node.list",
    op: "read",
    query: { filters },
    listing: "node",
    touches: [every("read", "node")],
  },
  "GET /nodes/{id}": { action: "node.inspect", op: "read", touches: [named("node", "read")] },
  "DELETE /nodes/{id}": {
    action: "node.remove",
    op: "write",
    query: { force: flag },
    touches: [named("node", "write")],
  },
  "POST /nodes/{id}/update": {
    action: "node.update",
    op: "write",
    query: version,
    body: json,
    touches: [named("node", "write"), readNodeUpdate],
  },

  "GET /services": {
    action: "service.list",
    op: "read",
    query: { filters, status: flag },
    listing: "service",
    touches: [every("read", "service")],
  },
  "POST /services/create": { action: "service.create", op: "write", body: json, touches: [readServiceCreate] },
  "GET /services/{id}": {
    action: "service.inspect",
    op: "read",
    query: { insertDefaults: flag },
    touches: [named("service", "read")],
  },
  "DELETE /services/{id}": { action: "service.remove", op: "write", touches: [named("service", "write")] },
  "POST /services/{id}/update": {
    action: "service.update",
    op: "write",
    // A rollback brings back a specification that is not shown here
    query: { ...version, registryAuthFrom: oneOf("spec", "previous-spec") },
    body: json,
    touches: [named("service", "write"), readServiceUpdate],
  },
  "GET /services/{id}/logs": {
    action: "service.logs",
    op: "read",
    query: logs,
    touches: [named("service", "read")],
    stream: follows,
  },

  "GET /tasks": {
    action: "task.list",
    op: "read",
    query: { filters },
    listing: "task",
    touches: [every("read", "service"), marks("service", "service"), marks("node", "node")],
  },
  "GET /tasks/{id}": { action: "task.inspect", op: "read", touches: [named("task", "read")] },
  "GET /tasks/{id}/logs": {
    action: "task.logs",
    op: "read",
    query: logs,
    touches: [named("task", "read")],
    stream: follows,
  },

  ...kept("secret", readSecretCreate, readSecretUpdate),
  ...kept("config", readConfigCreate, readConfigUpdate),
};

/** What a swarm keeps for its services; both kinds are asked for in the same way. */
function kept(kind: "secret" | "config", readCreate: TouchReader, readUpdate: TouchReader): Rows {
  const [all, one] = [`/${kind}s`, `/${kind}s/{id}`];
  return {
    [`GET ${all}`]: {
      action: `${kind}.list`,
      op: "read",
      query: { filters },
      listing: kind,
      touches: [every("read", kind)],
    },
    [`POST ${all}/create`]: { action: `${kind}.create`, op: "write", body: json, touches: [readCreate] },
    [`GET ${one}`]: { action: `${kind}.inspect`, op: "read", touches: [named(kind, "read")] },
    [`DELETE ${one}`]: { action: `${kind}.remove`, op: "write", touches: [named(kind, "write")] },
    [`POST ${one}/update`]: {
      action: `${kind}.update`,
      op: "write",
      query: version,
      body: json,
      touches: [named(kind, "write"), readUpdate],
    },
  };
}
