import type { HeadLimits } from "./head-reader.ts";
import type { Bad } from "./bad.ts";

type Parse<Head> = (text: string, limits: HeadLimits) => { readonly kind: "head"; readonly head: Head } | Bad;

/** How many heads are remembered, and of what length. */
const most = { heads: 512, characters: 4096 } as const;

/**
 * A parse that gives the same head again for the same text, as clients repeat themselves byte by byte. What it gives is
 * shared, and must never be changed. `parse` must go by nothing but its text.
 */
export function rememberHeads<Head>(parse: Parse<Head>): Parse<Head> {
  type Parsed = ReturnType<typeof parse>;
  let known = new Map<string, Parsed>();
  let before: typeof known = new Map();

  return (text, limits) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const parsed = before.get(text) ?? parse(text, limits);
    if (parsed.kind === "bad" || text.length > most.characters) return parsed;
    // What was of no use for as long as the others took to come is let go of
    if (known.size >= most.heads) [before, known] = [known, new Map<string, Parsed>()];
    known.set(text, parsed);
    return parsed;
  };
}
