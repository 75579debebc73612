import type { ServiceSettings } from "../registry/settings-types.ts";
import type { RegistryConfig, TokenAuth } from "../registry/registry-config.ts";

/** What is examined, and by what means. */
export interface Surroundings {
  /** The registry's own configuration. */
  readonly config: RegistryConfig;
  /** A small file's text; rejects with Failure("failed"), a sentence that begins with `what`. */
  readonly read: (path: string, what: string) => Promise<string>;
  readonly clock: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  /** Authorities in PEM that are trusted beside the usual ones. */
  readonly ca: readonly string[];
  /** Where the registry's bundle, or its key set, is on this machine. */
  readonly bundle?: string;
  /** Narrows an id to a service and a moment, to be shown to what the realm names. */
  readonly idFor?: (service: string) => string;
  /** Where the registry is reached, in place of what its configuration says. */
  readonly registry?: string;
}

/** A registry that asks for tokens, and the service of ours that goes with it. */
export interface Pairing {
  readonly auth: TokenAuth;
  readonly service: ServiceSettings;
}

const longest = 200;

/** A text of a file's or of a stranger's, as it stands in a sentence: in printable ASCII. */
export function quote(text: string | undefined): string {
  if (text === undefined) return "nothing";
  const shown = JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
  return shown.replaceAll(/[^\x20-\x7E]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
