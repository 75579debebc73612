import type { Server } from "node:net";
import { Server as TlsServer, type TlsOptions } from "node:tls";
import { Failure } from "../errors.ts";
import { createGateway, type Gateway, tlsVersions, type GatewayParts } from "./doors/gateway/door.ts";
import type { GatewaySettings } from "./gateway-settings.ts";
import { keepTls, type KeptTls, type TlsFiles } from "./keep-tls.ts";
import { listenOn } from "./listen.ts";
import { describeError, type Log } from "./log.ts";

/** Opens the gateway on each of its addresses; Failure where one of them cannot be had. */
export async function openGateway(
  settings: GatewaySettings,
  parts: Omit<GatewayParts, "limits" | "trusted">,
): Promise<Gateway> {
  const gateway = createGateway({ ...parts, limits: settings.limits, trusted: settings.trusted });
  let tls: KeptTls | undefined;
  const close = (graceMs: number): Promise<void> => {
    tls?.close();
    return gateway.close(graceMs);
  };
  try {
    const secured: TlsServer[] = [];
    if (settings.tls !== undefined) tls = await keepFiles(settings.tls, secured, parts.log);
    for (const address of settings.listen) {
      // Whoever may connect has shown nothing yet: it is the id that counts
      if (address.kind === "unix") await listenOn(gateway.server(), address.path, { mode: 0o666 });
      else {
        const server = gateway.server(tls && { ...tls.current(), ...asksClients(settings.tls) });
        if (server instanceof TlsServer) secured.push(server);
        await listenAt(server, address.host, address.port);
      }
    }
    return { ...gateway, close };
  } catch (error) {
    await close(0);
    throw error;
  }
}

/** What is open lives on under what it was opened with; who connects from now on meets what the files hold. */
function keepFiles(files: TlsFiles, servers: readonly TlsServer[], log: Log): Promise<KeptTls> {
  return keepTls(
    files,
    (context) => {
      for (const server of servers) server.setSecureContext({ ...tlsVersions, ...context });
    },
    { whose: "the gateway's TLS", hint: "the certificate and the key are PEM files that go together", log },
  );
}

function asksClients(files: TlsFiles | undefined): TlsOptions {
  return files?.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
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
