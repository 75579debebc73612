import { Failure } from "../errors.ts";
import { defaults } from "../protocol/defaults.ts";

/** Where a verifier's admin door is: a unix socket's path. */
export interface VerifierAddress {
  readonly path: string;
  /** `unix:///…`, for people. */
  readonly name: string;
}

/**
 * The verifier goes with the engine: DOCKER_ID_SERVER, else what the settings say for that endpoint, else the local
 * admin socket, for an engine of this machine only. Throws Failure("no_verifier") where none of these says one.
 */
export function findVerifier(
  engine: { readonly name: string; readonly local: boolean },
  server: string | undefined,
  settled: string | undefined,
): VerifierAddress {
  const address = server || settled || (engine.local ? defaults.admin : undefined);
  if (address === undefined) {
    throw new Failure("no_verifier", `nobody has said where the verifier of ${engine.name} is`, {
      hint: "set DOCKER_ID_SERVER to its admin door",
    });
  }
  const path = address.startsWith("/") ? address : /^unix:\/\/(\/.+)$/.exec(address)?.[1];
  if (path === undefined) {
    throw new Failure("misuse", "a verifier's address is written unix:///path; other transports are not offered yet");
  }
  return { path, name: `unix://${path}` };
}
