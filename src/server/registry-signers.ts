import type { SigningSettings } from "../registry/settings.ts";
import { openSigner, type Signer, type SignerSurroundings } from "./signing/open-signer.ts";

/** The signers of a door: services that are signed for in the same way share one. */
export interface Signers {
  /** Rejects as `openSigner` does, and opens it anew the next time. */
  readonly open: (signing: SigningSettings) => Promise<Signer>;
  /** The one that is open already. */
  readonly opened: (signing: SigningSettings) => Signer | undefined;
  readonly close: () => void;
}

/** Makes a place for them, empty. */
export function createSigners(surroundings: SignerSurroundings): Signers {
  const opening = new Map<string, Promise<Signer>>();
  const opened = new Map<string, Signer>();
  return {
    async open(signing) {
      const key = JSON.stringify(signing);
      const before = opened.get(key) ?? opening.get(key);
      if (before !== undefined) return await before;
      const begun = openSigner(signing, surroundings);
      opening.set(key, begun);
      try {
        const signer = await begun;
        opened.set(key, signer);
        return signer;
      } finally {
        opening.delete(key);
      }
    },
    opened: (signing) => opened.get(JSON.stringify(signing)),
    close() {
      for (const { close } of opened.values()) close();
    },
  };
}
