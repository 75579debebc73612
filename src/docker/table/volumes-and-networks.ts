import { json } from "../body.ts";
import { readNetworkConnect, readNetworkCreate, readNetworkDisconnect } from "../bodies/network.ts";
import { readVolumeCreate, readVolumeUpdate } from "../bodies/volume.ts";
import { filters, flag, integer, text } from "../parameters.ts";
import type { Row, Rows } from "./row.ts";
import { every, joinedNetwork, named } from "./touches.ts";

const networkList: Row = {
  action: "network.list",
  op: "read",
  query: { filters },
  listing: "network",
  touches: [every("read", "network")],
};

/** What containers share: volumes and networks. */
export const volumesAndNetworks: Rows = {
  "GET /volumes": {
    action: "volume.list",
    op: "read",
    query: { filters },
    listing: "volume",
    touches: [every("read", "volume")],
  },
  "POST /volumes/create": { action: "volume.create", op: "write", body: json, touches: [readVolumeCreate] },
  "GET /volumes/{name}": { action: "volume.inspect", op: "read", touches: [named("volume", "read")] },
  "PUT /volumes/{name}": {
    action: "volume.update",
    op: "write",
    query: { version: integer },
    body: json,
    touches: [named("volume", "write"), readVolumeUpdate],
  },
  "DELETE /volumes/{name}": {
    action: "volume.remove",
    op: "write",
    query: { force: flag },
    touches: [named("volume", "write")],
  },
  "POST /volumes/prune": {
    action: "volume.prune",
    op: "write",
    query: { filters },
    listing: "prune",
    touches: [every("write", "volume")],
  },
  "GET /networks": networkList,
  "GET /networks/": networkList,
  "GET /networks/{id}": {
    action: "network.inspect",
    op: "read",
    query: { verbose: flag, scope: text },
    touches: [named("network", "read")],
  },
  "DELETE /networks/{id}": { action: "network.remove", op: "write", touches: [named("network", "write")] },
  "POST /networks/create": { action: "network.create", op: "write", body: json, touches: [readNetworkCreate] },
  "POST /networks/{id}/connect": {
    action: "network.connect",
    op: "write",
    body: json,
    touches: [joinedNetwork, readNetworkConnect],
  },
  "POST /networks/{id}/disconnect": {
    action: "network.disconnect",
    op: "write",
    body: json,
    touches: [named("network", "write"), readNetworkDisconnect],
  },
  "POST /networks/prune": {
    action: "network.prune",
    op: "write",
    query: { filters },
    listing: "prune",
    touches: [every("write", "network")],
  },
};
