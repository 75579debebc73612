import { valueOf } from "../../../../http1/fields.ts";
import { writeResponseHead } from "../../../../http1/write.ts";
import { say, writeOwnAnswer } from "../own-answer.ts";
import type { RewriteJson } from "../world/plan-types.ts";
import { type AnswerSink, type SinkParts, unframed } from "./answer-sink.ts";
import { parseExact } from "./exact-json.ts";

/** Far above what lists of an engine say; held in memory once. */
const mostBytes = 64 * 1024 * 1024;

/** Reads an answer to its end, and sends what is made of it. */
export function rewriteJson(parts: SinkParts, rewrite: RewriteJson["rewrite"]): AnswerSink {
  const { client, method, head, fields, close } = parts;
  const pieces: Buffer[] = [];
  let size = 0;
  const answer = (status: number, message: string): true => {
    client.socket.write(writeOwnAnswer(say(status, message), method, close));
    return true;
  };
  return {
    keeps: true,
    piece(_framed, { data }) {
      for (const each of data) size += each.length;
      if (size <= mostBytes) pieces.push(...data);
      else pieces.length = 0;
      return true;
    },
    async done() {
      const packed = (valueOf(head.fields, "content-encoding") ?? "identity").toLowerCase() !== "identity";
      const value = size > mostBytes || packed ? undefined : readJson(Buffer.concat(pieces));
      if (value === undefined) return answer(502, "the engine's answer could not be read, and is not passed on");
      const made = await rewrite(value.json);
      if ("status" in made) {
        client.socket.write(writeOwnAnswer(made, method, close));
        return true;
      }
      const body = Buffer.from(`${JSON.stringify(made.json)}\n`, "utf8");
      const text = writeResponseHead(head.status, head.reason, [
        ...unframed(fields),
        ["Content-Length", String(body.length)],
        ...(close ? ([["Connection", "close"]] as const) : []),
      ]);
      client.write(text, body);
      return true;
    },
  };
}

function readJson(bytes: Buffer): { readonly json: unknown } | undefined {
  try {
    return { json: parseExact(bytes.toString("utf8")) };
  } catch {
    return undefined;
  }
}
