/** One block of a PEM file. */
export interface PemBlock {
  /** `CERTIFICATE`, `EC PRIVATE KEY` and so on. */
  readonly label: string;
  /** The block from its BEGIN line to its END line. */
  readonly text: string;
}

/**
 * The blocks of a PEM file in their order. What stands between them is passed over, as OpenSSL and Go do, and so is a
 * block that does not end before another begins.
 */
export function readPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly lines: string[] } | undefined;
  for (const line of text.split("\n").map((raw) => raw.trimEnd())) {
    const [, edge, label = ""] = /^-----(BEGIN|END) ([A-Z0-9 ]+)-----$/.exec(line) ?? [];
    if (edge === "BEGIN") open = { label, lines: [] };
    open?.lines.push(line);
    if (edge !== "END") continue;
    if (open?.label === label) blocks.push({ label, text: `${open.lines.join("\n")}\n` });
    open = undefined;
  }
  return blocks;
}
