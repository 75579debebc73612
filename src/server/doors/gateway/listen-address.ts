import { isIP } from "node:net";
import { Failure } from "../../../errors.ts";

/** Where the gateway listens. */
export type ListenAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** Reads `unix:///PATH` or `tcp://ADDRESS:PORT`; an IPv6 address stands in brackets. Throws Failure("misuse"). */
export function readListenAddress(text: string): ListenAddress {
  const unix = /^unix:\/\/(\/.*)$/.exec(text)?.[1];
  if (unix !== undefined) return { kind: "unix", path: unix };
  const [, bracketed, plain, port] = /^tcp:\/\/(?:\[([^\]]+)\]|([^:[\]/]+)):([0-9]{1,5})\/?$/.exec(text) ?? [];
  const host = plain === "localhost" ? "127.0.0.1" : (bracketed ?? plain ?? "");
  const fits = bracketed === undefined ? isIP(host) === 4 : isIP(host) === 6;
  if (!fits || Number(port) > 65_535) {
    throw new Failure("misuse", `${text} is no address for the gateway`, {
      hint: "give unix:///PATH or tcp://ADDRESS:PORT, with an IPv6 address in brackets",
    });
  }
  return { kind: "tcp", host, port: Number(port) };
}

/** Whether only this machine reaches that address. */
export function isLoopback(host: string): boolean {
  return host === "::1" || host.startsWith("127.");
}
