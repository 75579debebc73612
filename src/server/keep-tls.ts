import { readFile, stat } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { Failure } from "../errors.ts";
import { describeError, type Log } from "./log.ts";

/** PEM files of a door that speaks TLS. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  /** Of the authorities that vouch for clients. */
  readonly clientCa?: string;
}

/** What those files hold now. */
export interface KeptTls {
  readonly current: () => SecureContextOptions;
  readonly close: () => void;
}

interface KeepTlsParts {
  /** Whose it is, and what names the files; for people. */
  readonly whose: string;
  readonly hint: string;
  readonly log: Log;
  readonly lookEveryMs?: number;
}

/**
 * Reads what a door shows and trusts, and again whenever its files are others; `renewed` is told. What does not go
 * together then leaves what was before it in use. Rejects with Failure("misuse") where there is none to begin with.
 */
export async function keepTls(
  files: TlsFiles,
  renewed: (context: SecureContextOptions) => void,
  { whose, hint, log, lookEveryMs = 5000 }: KeepTlsParts,
): Promise<KeptTls> {
  const { certificate, key, clientCa } = files;
  let current = await readAll(files).catch((cause: unknown) => {
    const named = [certificate, key, ...(clientCa === undefined ? [] : [clientCa])].join(", ");
    throw new Failure("misuse", `${whose} cannot use ${named}: ${describeError(cause)}`, { hint, cause });
  });
  if (await isEverybodys(key))
    log.warn({ key }, `the key of ${whose} may be read by everybody on this machine: chmod 600`);
  let complained = false;
  let timer: NodeJS.Timeout;
  let stopped = false;

  const look = async (): Promise<void> => {
    try {
      const found = await readAll(files);
      complained = false;
      // It may have ended meanwhile
      if (stopped || isSame(found, current)) return;
      current = found;
      renewed(found);
      log.info({ certificate }, `${whose} shows another certificate, or trusts others, from now on`);
    } catch (error) {
      // Once, and the next time that it is so again
      if (!complained)
        log.warn({ certificate, cause: describeError(error) }, "the certificate on the disk is not used");
      complained = true;
    } finally {
      wait();
    }
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

async function isEverybodys(path: string): Promise<boolean> {
  return ((await stat(path)).mode & 0o004) !== 0;
}

type Pem = Readonly<Record<"cert" | "key", Buffer> & Partial<Record<"ca", Buffer>>>;

async function readAll({ certificate, key, clientCa }: TlsFiles): Promise<Pem> {
  const [cert, ofIt, ca] = await Promise.all([
    readFile(certificate),
    readFile(key),
    clientCa === undefined ? undefined : readFile(clientCa),
  ]);
  const read = { cert, key: ofIt, ...(ca && { ca }) };
  // Throws where they are no PEM, or do not go together
  createSecureContext(read);
  // It takes a file without certificates, and then nobody is trusted
  if (ca?.includes("-----BEGIN CERTIFICATE-----") === false) throw new Error(`no certificate is in ${clientCa}`);
  return read;
}

function isSame(one: Pem, other: Pem): boolean {
  return (["cert", "key", "ca"] as const).every((name) => {
    const [mine, its] = [one[name], other[name]];
    return mine === undefined || its === undefined ? mine === its : mine.equals(its);
  });
}
