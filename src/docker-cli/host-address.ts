import { posix } from "node:path";
import { Failure } from "../errors.ts";
import { defaults } from "../protocol/defaults.ts";

/** An engine's address, taken apart. */
export type HostAddress =
  | { readonly transport: "unix"; readonly path: string }
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number; readonly path: string }
  | { readonly transport: "ssh" | "npipe"; readonly text: string };

/**
 * Reads what docker takes for a host: `unix://`, `tcp://`, `ssh://`, `npipe://` or a bare `name:port`; empty means the
 * default. `tls` chooses the port where none is named. Throws Failure("misuse") for anything else.
 */
export function readHostAddress(text: string, tls: boolean): HostAddress {
  const host = text.trim() || defaults.dockerHost;
  const [, scheme = "tcp", rest = ""] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(host) ?? [];
  if (scheme === "unix") {
    const path = rest === "" ? defaults.dockerHost.slice("unix://".length) : posix.normalize(rest);
    if (!path.startsWith("/")) throw notAnAddress(text);
    return { transport: "unix", path };
  }
  if (scheme === "ssh" || scheme === "npipe") return { transport: scheme, text: host };
  if (scheme !== "tcp" && scheme !== "http" && scheme !== "https") throw notAnAddress(text);
  return readTcp(rest, tls || scheme === "https", text);
}

/**
 * The one spelling of an address under which ids are kept. `/run` and `/var/run` are the same folder wherever dockerd
 * runs, and both spellings are common.
 */
export function formatHostAddress(address: HostAddress): string {
  if (address.transport === "unix") return `unix://${address.path.replace(/^\/run\//, "/var/run/")}`;
  if (address.transport !== "tcp") return address.text.replace(/\/+$/, "");
  const name = address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname;
  return `tcp://${name}:${address.port}${address.path}`;
}

function readTcp(rest: string, tls: boolean, text: string): HostAddress {
  let url: URL;
  try {
    // A scheme without a port of its own, so that every port stays visible.
    url = new URL(`docker://${rest.startsWith(":") ? `127.0.0.1${rest}` : rest}`);
  } catch {
    throw notAnAddress(text);
  }
  if (url.hostname === "" || url.username !== "" || url.search !== "" || url.hash !== "") throw notAnAddress(text);
  return {
    transport: "tcp",
    hostname: url.hostname.toLowerCase().replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (tls ? 2376 : 2375) : Number(url.port),
    path: url.pathname.replace(/\/+$/, ""),
  };
}

function notAnAddress(text: string): Failure {
  // What stands before an @ may be a password.
  const shown = JSON.stringify(text.replace(/\/\/.*@/s, "//…@"));
  return new Failure("misuse", `${shown} is not the address of an engine`, {
    hint: "write unix:///path, tcp://name:port or ssh://user@name",
  });
}
