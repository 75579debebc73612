/** One header line, its name spelled as it came. A head is a list of these and never a merged object. */
export type Field = readonly [name: string, value: string];

/** The fields of a head, in their order. */
export type Fields = readonly Field[];

/** Values of every field of that name, given in lower case. */
export function valuesOf(fields: Fields, name: string): readonly string[] {
  const found: string[] = [];
  for (const [each, value] of fields) if (isNamed(each, name)) found.push(value);
  return found;
}

/** The value of the first field of that name, given in lower case. */
export function valueOf(fields: Fields, name: string): string | undefined {
  for (const [each, value] of fields) if (isNamed(each, name)) return value;
  return undefined;
}

/** The fields but for those with one of these names, in lower case. */
export function without(fields: Fields, names: ReadonlySet<string>): Fields {
  return fields.filter(([name]) => !names.has(name.toLowerCase()));
}

/** The words of a field that holds a list, in lower case: `Connection: keep-alive, Upgrade`. */
export function wordsOf(fields: Fields, name: string): readonly string[] {
  const values = valuesOf(fields, name);
  if (values.length === 0) return [];
  return values.flatMap((value) => value.split(",").map((word) => word.trim().toLowerCase())).filter(isFilled);
}

/** What concerns one connection alone, and is not passed on as it came. */
const ofConnection: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);

/** The fields but for what concerns the connection that they came over, and what its `Connection` names. */
export function endToEnd(fields: Fields): Fields {
  const named = wordsOf(fields, "connection");
  return fields.filter(([name]) => {
    const lower = name.toLowerCase();
    return !ofConnection.has(lower) && !named.includes(lower);
  });
}

/**
 * Whether an answer's head goes on byte by byte as it came: it speaks HTTP/1.1 and says nothing of the connection but
 * that its body is chunked, which then stays so.
 */
export function passesUnchanged({ minor, fields }: { readonly minor: string; readonly fields: Fields }): boolean {
  if (minor !== "1") return false;
  return fields.every(([name, value]) => {
    if (!connectionLengths.has(name.length)) return true;
    const lower = name.toLowerCase();
    return !ofConnection.has(lower) || (lower === "transfer-encoding" && value === "chunked");
  });
}

/** Few other fields have names of those lengths. */
const connectionLengths: ReadonlySet<number> = new Set([...ofConnection].map(({ length }) => length));

function isNamed(name: string, lower: string): boolean {
  return name.length === lower.length && name.toLowerCase() === lower;
}

function isFilled(word: string): boolean {
  return word !== "";
}
