/** The part of npm's macaroon, which has no types of its own, that serves as an oracle. */
declare module "macaroon" {
  interface Oracle {
    readonly identifier: Uint8Array;
    readonly location: string;
    readonly signature: Uint8Array;
    readonly caveats: readonly { readonly identifier: Uint8Array }[];
    clone(): Oracle;
    addFirstPartyCaveat(caveat: string): void;
    addThirdPartyCaveat(rootKey: Uint8Array, caveat: string, location: string): void;
    exportBinary(): Uint8Array;
    exportJSON(): unknown;
    verify(rootKey: Uint8Array, check: (caveat: string) => string | null): void;
  }
  const macaroon: {
    newMacaroon(parts: { identifier: string; location?: string; rootKey: Uint8Array; version?: 1 | 2 }): Oracle;
    importMacaroon(from: unknown): Oracle;
  };
  export default macaroon;
}
