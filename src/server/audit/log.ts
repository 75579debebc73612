import { Failure } from "../../errors.ts";
import type { AuditLine } from "../../protocol/admin.ts";
import { formatLine, holderBounds, strangerBounds } from "./line.ts";
import { openLogFile } from "./log-file.ts";
import type { LogFile } from "./log-file.ts";
import { readLog } from "./read.ts";
import type { ReadOptions } from "./read.ts";
import { createReserve } from "./reserve.ts";
import { countStrangers, strangerLimits } from "./strangers.ts";

/** Where every decision is written down. */
export interface Audit {
  /**
   * Writes one decision; throws Failure("failed") when it cannot be written, and then the answer is no. An
   * administrative line may use the space that is kept for it; record it before what it tells of is done, so that
   * there is room for that too.
   */
  record(line: AuditLine, options?: { readonly administrative?: boolean }): void;
  /** Like `record`, together with what else is decided in this turn of the event loop; resolves once it is written. */
  recordSoon(line: AuditLine): Promise<void>;
  /**
   * Writes or counts the refusal of somebody without a valid id; `source` is what is known of where it came from, one
   * word for all where nothing is. Never throws: the answer is no anyway.
   */
  refusedStranger(source: string, line: AuditLine): void;
  /** The lines from the oldest on. */
  read(options?: ReadOptions): AsyncIterable<AuditLine>;
  /** Writes what was only counted, and closes the file. */
  close(): void;
}

export interface AuditOptions {
  /** The file; its folder is made with mode 0700. The reserve and older files are beside it. */
  readonly path: string;
  /** A file grows no larger than this, */
  readonly maxBytes: number;
  /** and so many older ones are kept. */
  readonly keep: number;
  readonly clock: () => Date;
  /** Kept for administration; 1 MiB by default. */
  readonly reserveBytes?: number;
}

const retryMs = 1000;
/** So much is written at once, and a file may be little larger. */
const mostTogether = 32 * 1024;

/** Lines that wait for the end of this turn. */
interface Waiting {
  text: string;
  readonly heard: ((error?: Failure) => void)[];
}

/** Opens the audit log. Throws nothing: a log that cannot be opened is tried again at every line, and none is written until then. */
export function openAudit({ path, maxBytes, keep, clock, reserveBytes = 1024 * 1024 }: AuditOptions): Audit {
  const reserve = createReserve({ path: `${path}.reserve`, bytes: reserveBytes, retryMs, clock });
  const strangers = countStrangers();
  let file: LogFile | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let waiting: Waiting | undefined;
  let ofTurn = 0;
  let crowded = true;

  function beginTurn(): void {
    setImmediate(() => {
      crowded = ofTurn > 1;
      ofTurn = 0;
      flush();
    });
  }

  function flush(): void {
    const now = waiting;
    waiting = undefined;
    if (now === undefined) return;
    const fault = appendNow(now.text);
    for (const hear of now.heard) hear(fault);
  }

  function appendNow(text: string): Failure | undefined {
    try {
      tellOfStrangers();
      appendOrdinary(text);
      return undefined;
    } catch (error) {
      return unwritten(error);
    }
  }

  function opened(): LogFile {
    if (closed) throw new Error("the log is closed");
    file ??= openLogFile({ path, maxBytes, keep });
    return file;
  }

  function appendOrdinary(text: string): void {
    const log = opened();
    if (!reserve.hold()) throw new Error("there is no more space than what is kept for administration");
    log.append(text);
  }

  function appendAdministrative(text: string): void {
    const log = opened();
    if (reserve.isScarce()) reserve.release();
    try {
      log.append(text);
    } catch (error) {
      if (!isFull(error)) throw error;
      reserve.release();
      log.append(text);
    }
  }

  function tellOfStrangers(atTheEnd = false): void {
    const now = clock();
    for (const { source, line } of strangers.due(now, atTheEnd)) {
      try {
        appendOrdinary(formatLine(line, strangerBounds));
      } catch {
        strangers.count(source, line, now);
      }
    }
  }

  /** A source that falls silent is summed up as well. */
  function tellLater(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      tellOfStrangers();
      if (strangers.waiting()) tellLater();
    }, strangerLimits.windowMs).unref();
  }

  return {
    record(line, { administrative = false } = {}) {
      flush();
      tellOfStrangers();
      try {
        (administrative ? appendAdministrative : appendOrdinary)(formatLine(line, holderBounds));
      } catch (error) {
        throw unwritten(error);
      }
    },
    async recordSoon(line) {
      const text = formatLine(line, holderBounds);
      if (ofTurn === 0) beginTurn();
      ofTurn += 1;
      // Whoever was alone in the last turn will be in this one, and need not wait for its end
      if (ofTurn === 1 && !crowded) {
        const fault = appendNow(text);
        if (fault !== undefined) throw fault;
        return;
      }
      if (waiting !== undefined && waiting.text.length + text.length > mostTogether) flush();
      waiting ??= { text: "", heard: [] };
      const { heard } = waiting;
      waiting.text += text;
      const fault = await new Promise<Failure | undefined>((resolve) => heard.push(resolve));
      if (fault !== undefined) throw fault;
    },
    refusedStranger(source, line) {
      flush();
      tellOfStrangers();
      const now = clock();
      const whole = strangers.refused(source, line, now);
      try {
        if (whole !== undefined) appendOrdinary(formatLine(whole, strangerBounds));
      } catch {
        strangers.count(source, line, now);
      }
      tellLater();
    },
    read: (options = {}) => readLog({ path, keep }, options),
    close() {
      if (closed) return;
      flush();
      tellOfStrangers(true);
      clearTimeout(timer);
      closed = true;
      file?.close();
    },
  };
}

function unwritten(cause: unknown): Failure {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Failure("failed", `the decision could not be written to the audit log: ${why}`, { cause });
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
