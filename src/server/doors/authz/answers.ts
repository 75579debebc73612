/** The engine puts a message into one header-less JSON answer and one line of the user's terminal. */
const LONGEST_MESSAGE = 1000;

/**
 * Answers as the 2015 document defines them. Never with `Err`: the engine *allows* what says `Allow` and `Err`
 * together, and shows `Msg` for all else.
 */
export type Answer =
  | { readonly Allow: false; readonly Msg: string }
  | {
      readonly Allow: true;
      readonly Msg: "";
      readonly ModifiedBody: null;
      readonly ModifiedHeader: null;
      readonly ModifiedStatusCode: 0;
    };

/** The request, or the response, passes as it is. */
export const allowed: Answer = {
  Allow: true,
  Msg: "",
  ModifiedBody: null,
  ModifiedHeader: null,
  ModifiedStatusCode: 0,
};

/** The request does not pass; the message reaches its user on one line. */
export function refused(message: string): Answer {
  const line = message.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return { Allow: false, Msg: line.length <= LONGEST_MESSAGE ? line : `${line.slice(0, LONGEST_MESSAGE - 1)}…` };
}
