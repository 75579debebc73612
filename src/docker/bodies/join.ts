import type { Level, Touch } from "../attempt.ts";
import { hostPower } from "../powers/host.ts";
import type { Reading } from "./shape.ts";

/** Touches a container whose namespaces or volumes the request would join, and has its powers read at the end. */
export async function joinContainer(name: string, reading: Reading): Promise<readonly Touch[]> {
  const { touch, inspect } = await reading.resolver.container(name, "write");
  reading.joined.set(touch.id, inspect);
  return [touch];
}

/** Touches a container by whose name another would reach it, and see its environment: the old links. */
export async function linkContainer(link: string, reading: Reading): Promise<readonly Touch[]> {
  const [name] = link.split(":");
  return [(await reading.resolver.container(name ?? "", "read")).touch];
}

/**
 * Touches a network that a container would be attached to, by its name or id; the engine's default network and `none`
 * are no touch, the host's own is a power over it, under whatever name it goes.
 */
export async function joinNetwork(name: string, level: Level, reading: Reading): Promise<readonly Touch[]> {
  if (name === "" || name === "default" || name === "bridge" || name === "none") return [];
  if (name === "host") return [hostPower("network")];
  const { touch, inspect } = await reading.resolver.network(name, level);
  return inspect["Driver"] === "host" ? [touch, hostPower("network")] : [touch];
}

/** Reads a network mode: a network, the host's, or another container's. */
export async function joinNetworkMode(mode: string, reading: Reading): Promise<readonly Touch[]> {
  if (mode.startsWith("container:")) return joinContainer(mode.slice("container:".length), reading);
  return joinNetwork(mode, "write", reading);
}
