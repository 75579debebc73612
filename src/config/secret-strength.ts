/** Words that whoever guesses tries first; compared without case, digits and signs. */
const common = new Set(
  "password passwort passwd pass secret supersecret letmein admin administrator root docker dockerid changeme default test qwerty qwertz iloveyou welcome monkey dragon abc hunter token".split(
    " ",
  ),
);

/** Why a secret would be guessed soon, a sentence's end (`is …`); undefined when nothing speaks against it. */
export function weaknessOf(secret: string): string | undefined {
  const characters = Array.from(secret);
  if (characters.length < 12) return "is short: 12 characters or more hold longer";
  if (common.has(secret.toLowerCase().replace(/[^a-z]/g, ""))) return "is one of the first that anyone would try";
  if (new Set(characters).size < 6 || bitsOf(characters) < 40) return "is too regular to hold long";
  return undefined;
}

/** The entropy of its own characters' frequencies: little for repetition, whatever the length. */
function bitsOf(characters: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const one of characters) counts.set(one, (counts.get(one) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / characters.length);
  return bits;
}
