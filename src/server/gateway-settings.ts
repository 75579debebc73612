import { BlockList, isIP } from "node:net";
import * as z from "zod";
import { Failure } from "../errors.ts";
import { defaultLimits, type GatewayLimits } from "./doors/gateway/limits.ts";
import { isLoopback, type ListenAddress, readListenAddress } from "./doors/gateway/listen-address.ts";
import type { TrustedProxies } from "./doors/gateway/origin.ts";

/** How the gateway is opened; without an address it is not. */
export interface GatewaySettings {
  readonly listen: readonly ListenAddress[];
  /** Paths of PEM files; with them all of its TCP is TLS, and with `clientCa` only for clients that it vouches for. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientCa?: string };
  readonly trusted: TrustedProxies;
  readonly limits: GatewayLimits;
}

/** The flags of `docker-id serve` that are about the gateway, as typed. */
export interface GatewayFlags {
  readonly gateway?: readonly string[] | undefined;
  readonly gatewayCertificate?: string | undefined;
  readonly gatewayKey?: string | undefined;
  readonly gatewayClientCa?: string | undefined;
  readonly gatewayInsecureTcp?: boolean | undefined;
  readonly gatewayTrustedProxy?: readonly string[] | undefined;
}

const seconds = z.number().min(0.1).max(3600).optional();
const count = z.int().min(1).max(1_000_000).optional();

/** `gateway:` of the configuration file. */
export const gatewaySchema = z.strictObject({
  listen: z.array(z.string()).optional(),
  certificate: z.string().optional(),
  key: z.string().optional(),
  client_ca: z.string().optional(),
  /** Plain TCP that others than this machine reach. */
  insecure_tcp: z.boolean().optional(),
  /** Addresses and CIDR blocks, or `unix` for whoever connects to the unix sockets. */
  trusted_proxies: z.array(z.string()).optional(),
  limits: z
    .strictObject({
      connections_per_address: count,
      connections: count,
      exchanges: count,
      head_timeout: seconds,
      body_timeout: seconds,
      body_bytes: z.int().min(1024).optional(),
      bodies_bytes: z.int().min(1024).optional(),
    })
    .optional(),
});

/**
 * Settings of the gateway from flags over file; `choose` makes a path absolute. Throws Failure("misuse"), also for
 * plain TCP beyond this machine that was not asked for by name.
 */
export function readGatewaySettings(
  flags: GatewayFlags,
  file: z.infer<typeof gatewaySchema>,
  choose: (flag: string | undefined, inFile: string | undefined) => string | undefined,
): GatewaySettings {
  const listen = (flags.gateway ?? file.listen ?? []).map(readListenAddress);
  const certificate = choose(flags.gatewayCertificate, file.certificate);
  const key = choose(flags.gatewayKey, file.key);
  const clientCa = choose(flags.gatewayClientCa, file.client_ca);
  if ((certificate === undefined) !== (key === undefined)) {
    throw new Failure("misuse", "the gateway's TLS needs both a certificate and its key");
  }
  if (clientCa !== undefined && certificate === undefined) {
    throw new Failure(
      "misuse",
      "the gateway can ask for client certificates only where it has a certificate of its own",
    );
  }
  const tls =
    certificate === undefined || key === undefined
      ? undefined
      : { certificate, key, ...(clientCa === undefined ? {} : { clientCa }) };
  const insecure = flags.gatewayInsecureTcp ?? file.insecure_tcp ?? false;
  const exposed = listen.find((address) => address.kind === "tcp" && !isLoopback(address.host));
  if (tls === undefined && !insecure && exposed?.kind === "tcp") {
    throw new Failure("misuse", `the gateway would show ids to whoever listens on the way to ${exposed.host}`, {
      hint: "give --gateway-certificate and --gateway-key, or say --gateway-insecure-tcp",
    });
  }
  return {
    listen,
    ...(tls === undefined ? {} : { tls }),
    trusted: readTrusted(flags.gatewayTrustedProxy ?? file.trusted_proxies ?? []),
    limits: readLimits(file.limits ?? {}),
  };
}

function readTrusted(written: readonly string[]): TrustedProxies {
  const addresses = new BlockList();
  for (const each of written) {
    if (each === "unix") continue;
    const [address = "", prefix] = each.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const bits = prefix === undefined ? (family === "ipv6" ? 128 : 32) : Number(prefix);
    const fits = isIP(address) !== 0 && /^[0-9]{1,3}$/.test(prefix ?? "0") && bits <= (family === "ipv6" ? 128 : 32);
    if (!fits || each.split("/").length > 2) {
      throw new Failure("misuse", `${each} is no address of a trusted proxy`, {
        hint: "give an address, a CIDR block, or unix",
      });
    }
    addresses.addSubnet(address, bits, family);
  }
  return { addresses, unix: written.includes("unix") };
}

function readLimits(file: NonNullable<z.infer<typeof gatewaySchema>["limits"]>): GatewayLimits {
  return {
    connectionsPerAddress: file.connections_per_address ?? defaultLimits.connectionsPerAddress,
    connections: file.connections ?? defaultLimits.connections,
    exchanges: file.exchanges ?? defaultLimits.exchanges,
    headMs: milliseconds(file.head_timeout) ?? defaultLimits.headMs,
    bodyMs: milliseconds(file.body_timeout) ?? defaultLimits.bodyMs,
    bodyBytes: file.body_bytes ?? defaultLimits.bodyBytes,
    bodiesBytes: file.bodies_bytes ?? defaultLimits.bodiesBytes,
  };
}

function milliseconds(given: number | undefined): number | undefined {
  return given === undefined ? undefined : Math.round(given * 1000);
}
