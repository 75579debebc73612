/** One block of a PEM file. */
export interface PemBlock {
  /** `CERTIFICATE`, `EC PRIVATE KEY` and so on. */
  readonly label: string;
  /** The block from its BEGIN line to its END line. */
  readonly text: string;
}

/** The blocks of a PEM file in their order; what stands between them is passed over, as OpenSSL and Go do. */
export function readPem(text: string): PemBlock[] {
  const blocks = text.matchAll(/^-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----\r?\n[\s\S]*?\n-----END \1-----[ \t]*\r?$/gm);
  return [...blocks].map(([block, label = ""]) => ({ label, text: `${block.trimEnd()}\n` }));
}
