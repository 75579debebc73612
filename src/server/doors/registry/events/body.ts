/** A body's text, or why there is none. */
export type Body = { readonly text: string } | { readonly fault: "too large" | "broken off" };

/** Reads a body as text, and no more of it than `mostBytes`. */
export async function readBody(request: Request, mostBytes: number): Promise<Body> {
  if (Number(request.headers.get("content-length") ?? 0) > mostBytes) return { fault: "too large" };
  if (request.body === null) return { text: "" };
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { text: Buffer.concat(chunks).toString("utf8") };
      bytes += value.byteLength;
      if (bytes > mostBytes) {
        await reader.cancel();
        return { fault: "too large" };
      }
      chunks.push(value);
    }
  } catch {
    return { fault: "broken off" };
  }
}
