import { steeredStream, unread } from "../body.ts";
import { filters, flag, integer, text } from "../parameters.ts";
import { pushedPlugin, remoteName } from "./image-touches.ts";
import type { Rows } from "./row.ts";
import { every, guard, named } from "./touches.ts";

// A plugin is root on the host, and the guard may be one: whoever changes any changes the guard
const changes = [every("write", "plugin"), guard("plugins")];

/** Plugins that the engine manages. Bodies are privileges and settings in JSON arrays: nothing in them is read. */
export const plugins: Rows = {
  "GET /plugins": {
    action: "plugin.list",
    op: "read",
    query: { filters },
    listing: "plugin",
    touches: [every("read", "plugin")],
  },
  "GET /plugins/{name*}/json": { action: "plugin.inspect", op: "read", touches: [named("plugin", "read")] },
  // The engine asks a registry, from the host's own network
  "GET /plugins/privileges": {
    action: "plugin.privileges",
    op: "read",
    query: { remote: text },
    touches: [every("read", "registry"), remoteName],
  },
  "POST /plugins/pull": {
    action: "plugin.pull",
    op: "write",
    query: { remote: text, name: text },
    body: unread,
    touches: changes,
  },
  "DELETE /plugins/{name*}": { action: "plugin.remove", op: "write", query: { force: flag }, touches: changes },
  "POST /plugins/{name*}/enable": {
    action: "plugin.enable",
    op: "write",
    query: { timeout: integer },
    touches: changes,
  },
  "POST /plugins/{name*}/disable": { action: "plugin.disable", op: "write", query: { force: flag }, touches: changes },
  "POST /plugins/{name*}/upgrade": {
    action: "plugin.upgrade",
    op: "write",
    query: { remote: text },
    body: unread,
    touches: changes,
  },
  "POST /plugins/create": {
    action: "plugin.create",
    op: "write",
    query: { name: text },
    body: steeredStream,
    touches: changes,
  },
  "POST /plugins/{name*}/push": {
    action: "plugin.push",
    op: "write",
    touches: [named("plugin", "read"), pushedPlugin],
  },
  "POST /plugins/{name*}/set": { action: "plugin.set", op: "write", body: unread, touches: changes },
};
