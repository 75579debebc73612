import { Agent, request } from "node:http";
import { Failure } from "../../errors.ts";

/** The engine's answer: its status and its whole body. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** Asks the engine one GET; Failure("no_engine") when no whole answer came within time and size. */
export interface Ask {
  (target: string, headers: () => Readonly<Record<string, string>>): Promise<Answer>;
  /** Lets idle connections go. */
  close(): void;
}

export interface AskOptions {
  readonly socketPath: string;
  /** From the call to the last byte. */
  readonly timeoutMs: number;
  readonly largestBytes: number;
}

/** Connects to the engine's unix socket, keeping a few connections. `headers` is asked anew for each time that it is sent. */
export function createAsk({ socketPath, timeoutMs, largestBytes }: AskOptions): Ask {
  const agent = new Agent({ keepAlive: true, maxSockets: 16, maxFreeSockets: 4 });

  const once = (target: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asking = request({ agent, socketPath, path: target, headers: { Host: "docker", ...headers }, signal });
      const fail = (error: Error): void => {
        asking.destroy();
        const cut = "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
        reject(Object.assign(error, { stale: asking.reusedSocket && cut }));
      };
      asking.on("error", fail);
      asking.on("response", (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("error", fail);
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size > largestBytes) fail(new Error(`its answer is larger than ${largestBytes} bytes`));
        });
        response.on("end", () => {
          if (response.complete) resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
          else fail(new Error("its answer broke off"));
        });
      });
      asking.end();
    });

  const ask = async (target: string, headers: () => Readonly<Record<string, string>>): Promise<Answer> => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await once(target, headers(), signal).catch((error: unknown) => {
        // the engine closed a kept connection just as it was used; it has read nothing
        if (error instanceof Error && "stale" in error && error.stale === true) return once(target, headers(), signal);
        throw error;
      });
    } catch (error) {
      const why = signal.aborted ? `it took longer than ${timeoutMs} ms` : error instanceof Error ? error.message : "";
      throw new Failure("no_engine", `the engine at unix://${socketPath} does not answer: ${why}`, { cause: error });
    }
  };
  return Object.assign(ask, { close: () => agent.destroy() });
}
