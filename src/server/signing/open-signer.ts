import type { Access } from "../../registry/access.ts";
import { Failure } from "../../errors.ts";
import { type SignedToken, signToken } from "../../registry/signing/sign-token.ts";
import type { Log } from "../log.ts";
import { createExpiryLog, describeExpiry } from "./expiry.ts";
import { keepPair } from "./keep-pair.ts";
import { type PairFiles, readRetiring } from "./pair-files.ts";

/** How the tokens of a service are signed. */
export interface SigningSettings extends PairFiles {
  readonly issuer: string;
  readonly lifeSeconds: number;
}

/** What one token is to say beside what all of a service's say. */
export interface Claims {
  readonly service: string;
  readonly subject: string;
  readonly access: readonly Access[];
  /** The token ends no later. */
  readonly notAfter?: Date;
  /** What the token is called, where that was written down before; made up otherwise. */
  readonly jti?: string;
}

/** How it stands with a signer's certificate. */
export interface SignerHealth {
  readonly certificateExpires: Date;
  /** What somebody should do something about. */
  readonly warning?: string;
}

/** Signs tokens with the pair that lies in two files. */
export interface Signer {
  /** Rejects with Failure("failed") when registries would refuse the certificate, and ("refused") when no life is left. */
  readonly sign: (claims: Claims) => Promise<SignedToken>;
  readonly health: () => SignerHealth;
  readonly close: () => void;
}

/** What a signer takes from its surroundings. */
export interface SignerSurroundings {
  readonly clock: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  /** How often the files are looked at; they may lie behind links, on other machines, and be written in any order. */
  readonly lookEveryMs?: number;
}

/**
 * Opens a signer; rejects with Failure("misuse") or ("failed") where the files are no pair that registries accept. With
 * a certificate that has expired it opens, refuses to sign, and takes up the next pair as soon as that is there.
 */
export async function openSigner(settings: SigningSettings, s: SignerSurroundings): Promise<Signer> {
  const { issuer, lifeSeconds, certificate } = settings;
  if (!Number.isSafeInteger(lifeSeconds) || lifeSeconds < 1) {
    throw new Failure("misuse", "a token's life is a whole number of seconds, one at least");
  }
  await readRetiring(settings);
  const kept = await keepPair(settings, s);
  const logExpiry = createExpiryLog(certificate, s.log);
  logExpiry(kept.current().validTo, s.clock());

  const stop = repeat(s.lookEveryMs ?? 5000, async () => {
    logExpiry(kept.current().validTo, s.clock());
    await kept.look();
  });

  return {
    async sign(claims) {
      const jti = claims.jti ?? Buffer.from(s.random(16)).toString("base64url");
      return await signToken(kept.current(), { ...claims, issuer, lifeSeconds, jti }, s.clock());
    },
    health() {
      const { validTo } = kept.current();
      const said = [describeExpiry(certificate, validTo, s.clock()), kept.trouble()].filter(
        (part) => part !== undefined,
      );
      return { certificateExpires: validTo, ...(said.length === 0 ? {} : { warning: said.join("; ") }) };
    },
    close: stop,
  };
}

/** Does it again and again, one at a time, without keeping the process alive for it. */
function repeat(everyMs: number, what: () => Promise<void>): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    if (!stopped) timer = setTimeout(() => void again(), everyMs).unref();
  };
  const again = async (): Promise<void> => {
    await what();
    wait();
  };
  wait();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
