import { isIP } from "node:net";
import { Failure } from "../errors.ts";
import type { DoorAddress } from "./settings-types.ts";

/** Reads `http://ADDRESS:PORT` or `https://ADDRESS:PORT`; an IPv6 address stands in brackets. Throws Failure("misuse"). */
export function readDoorAddress(text: string): DoorAddress {
  const [, scheme, bracketed, plain, port] =
    /^(https?):\/\/(?:\[([^\]]+)\]|([^:[\]/]+)):([0-9]{1,5})\/?$/.exec(text) ?? [];
  const host = plain === "localhost" ? "127.0.0.1" : (bracketed ?? plain ?? "");
  const fits = bracketed === undefined ? isIP(host) === 4 : isIP(host) === 6;
  if (scheme === undefined || !fits || Number(port) > 65_535) {
    throw new Failure("misuse", "the registry's door listens at what is no address for it", {
      hint: "give http://ADDRESS:PORT or https://ADDRESS:PORT, with an IPv6 address in brackets",
    });
  }
  return { scheme: scheme === "https" ? "https" : "http", host, port: Number(port) };
}

/** The address as it is written. */
export function formatDoorAddress({ scheme, host, port }: DoorAddress): string {
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Whether only this machine reaches that address. */
export function isLoopback(host: string): boolean {
  return host === "::1" || host === "localhost" || (isIP(host) === 4 && host.startsWith("127."));
}
