import { pino, type DestinationStream, type Logger } from "pino";

/** The verifier's log: one line an event, never a token, secret, header or body. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

/** Writes JSON lines, or on a terminal `TIME LEVEL MESSAGE {…}`, to `write`. */
export function createLog(level: string, terminal: boolean, write: (line: string) => void): Log {
  const destination: DestinationStream = { write: terminal ? (line) => write(readable(line)) : write };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

function readable(line: string): string {
  const { time, level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const name = typeof level === "number" ? (pino.levels.labels[level] ?? "") : "";
  const more = Object.keys(rest).length === 0 ? "" : ` ${JSON.stringify(rest)}`;
  return `${String(time)} ${name} ${String(msg)}${more}\n`;
}

/** What the log may say of an error: its code or name, its message and those of its causes, no stack. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error && typeof error.code === "string" ? ` (${error.code})` : "";
  const cause = error.cause === undefined ? "" : `: ${describeError(error.cause)}`;
  return `${error.message}${code}${cause}`;
}
