import { readFile } from "node:fs/promises";
import type { Server } from "node:net";
import type { TlsOptions } from "node:tls";
import { Failure } from "../errors.ts";
import { createGateway, type Gateway, type GatewayParts } from "./doors/gateway/door.ts";
import type { GatewaySettings } from "./gateway-settings.ts";
import { listenOn } from "./listen.ts";
import { describeError } from "./log.ts";

/** Opens the gateway on each of its addresses; Failure where one of them cannot be had. */
export async function openGateway(
  settings: GatewaySettings,
  parts: Omit<GatewayParts, "limits" | "trusted">,
): Promise<Gateway> {
  const gateway = createGateway({ ...parts, limits: settings.limits, trusted: settings.trusted });
  try {
    const tls = settings.tls === undefined ? undefined : await readTls(settings.tls);
    for (const address of settings.listen) {
      // Whoever may connect has shown nothing yet: it is the id that counts
      if (address.kind === "unix") await listenOn(gateway.server(), address.path, { mode: 0o666 });
      else await listenAt(gateway.server(tls), address.host, address.port);
    }
    return gateway;
  } catch (error) {
    await gateway.close(0);
    throw error;
  }
}

async function readTls({ certificate, key, clientCa }: NonNullable<GatewaySettings["tls"]>): Promise<TlsOptions> {
  return {
    cert: await readPem(certificate),
    key: await readPem(key),
    ...(clientCa === undefined ? {} : { ca: await readPem(clientCa), requestCert: true, rejectUnauthorized: true }),
  };
}

async function readPem(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Failure("misuse", `the gateway's ${file} cannot be read`, { cause });
  }
}

async function listenAt(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new Failure("failed", `the gateway could not listen at ${host}:${port}: ${describeError(cause)}`, { cause }),
      );
    });
    server.listen({ host, port, backlog: 4096, ipv6Only: false }, resolve);
  });
}
