import { Failure } from "../errors.ts";

/** What the identifier of our own tokens says: the root key's id and a number of this token's own. */
export interface Identifier {
  /** Which root key the token was minted with, 32 lower-case hex digits. */
  readonly kid: string;
  /** 32 lower-case hex digits. */
  readonly nonce: string;
}

const pattern = /^docker-id:1:(?<kid>[0-9a-f]{32}):(?<nonce>[0-9a-f]{32})$/;

/** `docker-id:1:KID:NONCE`; throws Failure("misuse") when either is not 32 lower-case hex digits. */
export function formatIdentifier({ kid, nonce }: Identifier): string {
  const text = `docker-id:1:${kid}:${nonce}`;
  if (!pattern.test(text)) throw new Failure("misuse", "a key's id and a nonce have to be 32 lower-case hex digits");
  return text;
}

/** What an identifier of ours says; undefined for any other. */
export function parseIdentifier(text: string): Identifier | undefined {
  const { kid, nonce } = pattern.exec(text)?.groups ?? {};
  return kid === undefined || nonce === undefined ? undefined : { kid, nonce };
}

/** A fresh identifier, for a fresh root key unless one's id is given; `random` gives so many random bytes. */
export function newIdentifier(random: (bytes: number) => Uint8Array, kid?: string): Identifier {
  const draw = (): string => Buffer.from(random(16)).toString("hex");
  const identifier = { kid: kid ?? draw(), nonce: draw() };
  formatIdentifier(identifier);
  return identifier;
}
