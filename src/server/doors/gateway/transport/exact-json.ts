/** What JSON has that TypeScript does not know of yet (ECMAScript's "JSON.parse source text access"). */
interface ExactJson {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): object;
}

const exact = JSON as unknown as ExactJson;
const long = /[0-9]{16}/;
const longInteger = /^-?[0-9]{16,}$/;

/** Parses JSON so that whole numbers beyond 2^53, such as nanoseconds, are written again as they were. */
export function parseExact(text: string): unknown {
  // Reviving costs several times the parsing
  if (!long.test(text)) return JSON.parse(text);
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && longInteger.test(source) ? exact.rawJSON(source) : value,
  );
}
