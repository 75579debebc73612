/** What a registry answers to somebody without a token: where one is to be had, and for what. */
export interface Challenge {
  readonly scheme: string;
  readonly realm?: string;
  readonly service?: string;
  readonly scope?: string;
  /** `invalid_token`, `insufficient_scope`. */
  readonly error?: string;
}

const parameter = /^[\s,]*([A-Za-z_]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s",]+))/;

/** Reads a WWW-Authenticate header of one challenge, as registries write it; undefined for what is none, or unprintable. */
export function readChallenge(header: string): Challenge | undefined {
  if (!/^[\x20-\x7E]*$/.test(header)) return undefined;
  const [whole = "", scheme] = /^\s*([A-Za-z]+)(?:\s+|$)/.exec(header) ?? [];
  if (scheme === undefined) return undefined;
  const found = new Map<string, string>();
  for (let rest = header.slice(whole.length); ;) {
    const [taken, name, quoted, plain = ""] = parameter.exec(rest) ?? [];
    if (taken === undefined || name === undefined) {
      if (rest.trim() !== "") return undefined;
      break;
    }
    found.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, "$1") ?? plain);
    rest = rest.slice(taken.length);
  }
  const parameters = ["realm", "service", "scope", "error"].flatMap((name) => {
    const value = found.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { scheme: scheme.toLowerCase(), ...Object.fromEntries(parameters) };
}
