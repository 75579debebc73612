import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { Failure } from "../errors.ts";
import { describeError, type Log } from "./log.ts";

/** A certificate and its key, as they lie in two files now. */
export interface KeptTls {
  readonly current: () => SecureContextOptions;
  readonly close: () => void;
}

/**
 * Reads the certificate of the registry's https, and again whenever its files are others; `renewed` is told. What is no
 * pair then leaves the one before it in use. Rejects with Failure("misuse") where there is none to begin with.
 */
export async function keepTls(
  { certificate, key }: { readonly certificate: string; readonly key: string },
  renewed: (context: SecureContextOptions) => void,
  { log, lookEveryMs = 5000 }: { readonly log: Log; readonly lookEveryMs?: number },
): Promise<KeptTls> {
  const read = async (): Promise<{ readonly cert: Buffer; readonly key: Buffer }> => {
    const [cert, ofIt] = await Promise.all([readFile(certificate), readFile(key)]);
    createSecureContext({ cert, key: ofIt });
    return { cert, key: ofIt };
  };
  let current = await read().catch((cause: unknown) => {
    throw new Failure("misuse", `the registry's https cannot use ${certificate} and ${key}`, {
      hint: "registry.certificate and registry.key name PEM files that go together",
      cause,
    });
  });
  let complained = false;
  let timer: NodeJS.Timeout;
  let stopped = false;

  const look = async (): Promise<void> => {
    try {
      const found = await read();
      complained = false;
      if (!found.cert.equals(current.cert) || !found.key.equals(current.key)) {
        current = found;
        renewed(found);
        log.info({ certificate }, "the registry's https shows another certificate from now on");
      }
    } catch (error) {
      // Once, and the next time that it is so again
      if (!complained)
        log.warn({ certificate, cause: describeError(error) }, "the certificate on the disk is not used");
      complained = true;
    }
    wait();
  };
  const wait = (): void => {
    if (!stopped) timer = setTimeout(() => void look(), lookEveryMs).unref();
  };
  wait();
  return {
    current: () => current,
    close() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
