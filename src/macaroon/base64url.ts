/** The bytes that an unpadded base64url text spells; undefined when they would be written in any other way. */
export function decodeBase64Url(text: string): Buffer | undefined {
  return decodeStrictly(text, "base64url");
}

/** The bytes that a padded base64 text spells; undefined when they would be written in any other way. */
export function decodeBase64(text: string): Buffer | undefined {
  return decodeStrictly(text, "base64");
}

function decodeStrictly(text: string, encoding: "base64" | "base64url"): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  // Node skips what is no base64, takes both alphabets for either and ignores stray low bits
  return bytes.toString(encoding) === text ? bytes : undefined;
}
