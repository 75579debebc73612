import { lastChunk, writeChunk, writeResponseHead } from "../../../../http1/write.ts";
import type { AnswerPlan } from "../world/plan-types.ts";
import { type AnswerSink, type SinkParts, unframed } from "./answer-sink.ts";
import { parseExact } from "./exact-json.ts";

/** Longer than anything that an engine tells of one thing. */
const longestLine = 1024 * 1024;
const lineFeed = 0x0a;
/** RFC 7464: newer engines may put it before each value. */
const recordSeparator = "\u001E";

/** Judges an endless answer line by line. Its head goes out at once; a line that cannot be read ends it, unfinished. */
export function rewriteLines(parts: SinkParts, keep: Extract<AnswerPlan, { kind: "lines" }>["keep"]): AnswerSink {
  const { client, head, fields, close, resume } = parts;
  client.write(
    writeResponseHead(head.status, head.reason, [
      ...unframed(fields),
      ["Transfer-Encoding", "chunked"],
      ...(close ? ([["Connection", "close"]] as const) : []),
    ]),
  );
  let begun: Buffer[] = [];
  let size = 0;
  let broken = false;
  let queue: Promise<void> = Promise.resolve();

  async function judge(bytes: Buffer): Promise<void> {
    const text = bytes.toString("utf8");
    const marked = text.startsWith(recordSeparator);
    const value = parseExact(marked ? text.slice(1) : text);
    const kept = await keep(value);
    if (kept === undefined || broken) return;
    const line = Buffer.from(`${marked ? recordSeparator : ""}${JSON.stringify(kept)}\n`, "utf8");
    const [before, data, after] = writeChunk(line);
    client.write(before, Buffer.concat([data, Buffer.from(after, "latin1")]));
  }

  function take(bytes: Buffer): void {
    if (bytes.length === 0 || broken) return;
    queue = queue.then(() => judge(bytes)).catch(fail);
  }

  function fail(): void {
    if (broken) return;
    broken = true;
    client.destroy();
  }

  return {
    keeps: true,
    piece(_framed, { data }) {
      for (const each of data) {
        let from = 0;
        for (let at = each.indexOf(lineFeed); at >= 0; at = each.indexOf(lineFeed, from)) {
          take(Buffer.concat([...begun, each.subarray(from, at)]));
          begun = [];
          size = 0;
          from = at + 1;
        }
        if (from < each.length) begun.push(each.subarray(from));
        size += each.length - from;
        if (size > longestLine) fail();
      }
      void queue.then(() => (client.socket.writableNeedDrain ? undefined : resume()));
      return false;
    },
    async done() {
      take(Buffer.concat(begun));
      await queue;
      if (!broken) client.write(lastChunk);
      return !broken;
    },
  };
}
