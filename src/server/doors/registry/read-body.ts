import type { IncomingMessage } from "node:http";

/** A body's text, or why there is none. */
export type ReadText = { readonly text: string } | { readonly fault: "too large" | "broken off" | "no text" };

/** What is read beyond the most there may be, so that whoever sends it gets to read the answer. */
const lingering = 16;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a body as UTF-8, and keeps no more of it than `mostBytes`. */
export async function readText(incoming: IncomingMessage, mostBytes: number): Promise<ReadText> {
  if (Number(incoming.headers["content-length"] ?? 0) > mostBytes * lingering) return { fault: "too large" };
  return await new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    const end = (found: ReadText): void => {
      incoming.off("data", take).off("end", finish).off("close", broken).off("error", broken);
      resolve(found);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= mostBytes) chunks.push(chunk);
      else chunks = [];
      if (size > mostBytes * lingering) end({ fault: "too large" });
    };
    const finish = (): void => end(size > mostBytes ? { fault: "too large" } : decode(Buffer.concat(chunks)));
    const broken = (): void => end({ fault: "broken off" });
    incoming.on("data", take).on("end", finish).on("close", broken).on("error", broken);
  });
}

function decode(bytes: Buffer): ReadText {
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { fault: "no text" };
  }
}

/** Reads pairs as forms write them; undefined where what is escaped is no UTF-8, which a lax reader would make up. */
export function readPairs(text: string): URLSearchParams | undefined {
  if (text.includes("%")) {
    try {
      decodeURIComponent(text);
    } catch {
      return undefined;
    }
  }
  return new URLSearchParams(text);
}
