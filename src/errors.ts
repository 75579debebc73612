/** The closed list of ways in which docker-id fails, shared by the client and the verifier. */
export const codes = [
  "misuse", // the call cannot mean anything: a flag, a value, a token's spelling
  "failed", // it should have worked and did not
  "not_found", // the container, image or link that was named does not exist
  "conflict", // the verifier's state forbids it: already guarded, already open
  "refused", // understood, and the answer is no
  "wrong_secret", // the secret does not make this engine's root key
  "no_id", // no id is kept for this engine, and none was given
  "no_verifier", // the admin door is not there, or may not be opened
  "wrong_engine", // the verifier in reach guards another engine
  "no_engine", // the engine does not answer
  "no_keychain", // there is no keychain, or it is locked
  "unreadable", // the verifier cannot read its own state, and so refuses
] as const;

/** One of {@link codes}. */
export type Code = (typeof codes)[number];

/**
 * The only error that docker-id throws on purpose. `message` is one sentence for a person, `hint` says what to do
 * next. Neither ever holds a secret, a token or a body.
 */
export class Failure extends Error {
  override readonly name: string = "Failure";
  readonly code: Code;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
