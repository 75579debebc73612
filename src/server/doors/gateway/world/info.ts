import { isObject, type Json } from "../../../../docker/json.ts";
import type { Touch } from "../../../../docker/attempt.ts";

/** What whoever is to be told of the host itself must have been given, by a scope that names it. */
export const hostInfo: Touch = { kind: "host", id: "info", level: "read" };

/** What clients go by, and none of which tells of the host, of what runs there or of where its data is. */
const told = ["ID", "ServerVersion", "OSType", "Architecture", "IndexServerAddress", "ExperimentalBuild"] as const;

/** Redacts the answer to `GET /info`; what is left out reads as nothing there. */
export function redactInfo(answer: Json): Json {
  if (!isObject(answer)) return {};
  const swarm = answer["Swarm"];
  const state = isObject(swarm) ? swarm["LocalNodeState"] : undefined;
  return {
    ...Object.fromEntries(told.filter((field) => answer[field] !== undefined).map((field) => [field, answer[field]])),
    Name: "",
    Containers: 0,
    ContainersRunning: 0,
    ContainersPaused: 0,
    ContainersStopped: 0,
    Images: 0,
    Plugins: { Volume: null, Network: null, Authorization: null, Log: null },
    SecurityOptions: [],
    Labels: [],
    Warnings: null,
    ...(typeof state === "string" && { Swarm: { LocalNodeState: state } }),
  };
}
