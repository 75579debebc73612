import { readFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { Failure } from "../errors.ts";
import type { Endpoint, TlsFiles } from "./endpoint.ts";

/** An import of its names would take longer than all that is done with it. */
const net = process.getBuiltinModule("node:net");

/** As long as docker itself waits. */
const dockersTimeoutMs = 30_000;

/**
 * Opens a connection to an engine as docker would; both directions end on their own. Rejects with Failure("no_engine"),
 * save that an `ssh` that fails does so only once something was to be read.
 */
export async function dial(engine: Endpoint, timeoutMs = dockersTimeoutMs): Promise<Duplex> {
  const { address, tls } = engine;
  if (address.transport === "ssh") return (await import("./dial-ssh.ts")).dialSsh(address.text);
  if (address.transport === "unix") {
    return await opened(engine, timeoutMs, net.connect({ path: address.path, allowHalfOpen: true }), "connect");
  }
  if (address.transport !== "tcp") {
    throw new Failure("no_engine", "docker-id does not speak to npipe:// engines", {
      hint: "create takes full ids with --no-resolve",
    });
  }
  const where = { host: address.hostname, port: address.port, allowHalfOpen: true, noDelay: true };
  if (tls === undefined) return await opened(engine, timeoutMs, net.connect(where), "connect");
  const { connect } = await import("node:tls");
  // To an address no name can be shown, and Node warns when one is
  const servername = net.isIP(address.hostname) === 0 ? { servername: address.hostname } : {};
  return await opened(
    engine,
    timeoutMs,
    connect({ ...where, ...servername, ...readTls(engine, tls) }),
    "secureConnect",
  );
}

function readTls(engine: Endpoint, { ca, cert, key, verify }: TlsFiles) {
  try {
    return {
      ca: readIfNamed(ca),
      cert: readIfNamed(cert),
      key: readIfNamed(key),
      rejectUnauthorized: verify,
      ALPNProtocols: ["http/1.1"],
    };
  } catch (cause) {
    throw new Failure("no_engine", `the TLS files for ${engine.name} cannot be read`, { cause });
  }
}

function readIfNamed(path: string | undefined): Buffer | undefined {
  return path === undefined ? undefined : readFileSync(path);
}

async function opened(
  engine: Endpoint,
  timeoutMs: number,
  socket: Socket,
  when: "connect" | "secureConnect",
): Promise<Socket> {
  const timer = setTimeout(() => socket.destroy(new Error("no connection in time")), timeoutMs);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.once(when, () => {
        socket.off("error", reject);
        resolve();
      });
    });
    return socket;
  } catch (cause) {
    throw unreachable(engine, cause);
  } finally {
    clearTimeout(timer);
  }
}

type Socket = ReturnType<typeof net.connect>;

/** Why an engine could not be spoken with, from what the connection said of it. */
export function unreachable(engine: Endpoint, cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  const code = String((cause as NodeJS.ErrnoException).code);
  if (code === "EACCES" || code === "EPERM") {
    const hint = "be in its group, or use sudo";
    return new Failure("no_engine", `you may not open the engine's socket, ${engine.name}`, { hint, cause });
  }
  if (/TLS|SSL|CERT|SIGNATURE/.test(code)) {
    const hint = "--tlscacert, DOCKER_CERT_PATH or the docker context says whom to trust and who you are";
    return new Failure("no_engine", `the engine at ${engine.name} and this machine do not trust each other's TLS`, {
      hint,
      cause,
    });
  }
  const hint = "is it running? -H, DOCKER_HOST or a docker context says where else";
  return new Failure("no_engine", `the engine at ${engine.name} does not answer`, { hint, cause });
}
