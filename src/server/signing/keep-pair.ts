import { describeUnfit } from "../../registry/signing/sign-token.ts";
import { Failure } from "../../errors.ts";
import type { SigningPair } from "../../registry/signing/pair.ts";
import { describeError, type Log } from "../log.ts";
import { type PairContent, type PairFiles, readPairFiles, toPair } from "./pair-files.ts";

/** The pair in use. */
export interface KeptPair {
  readonly current: () => SigningPair;
  /** Why what lies in the files now is not in use; undefined when it is. */
  readonly trouble: () => string | undefined;
  /** Looks at the files again; another pair is taken up once it is whole and valid. Never rejects. */
  readonly look: () => Promise<void>;
}

/** Reads the pair, and holds on to it whatever becomes of the files; rejects with Failure where it is no pair. */
export async function keepPair(files: PairFiles, s: { clock: () => Date; log: Log }): Promise<KeptPair> {
  const first = await readPairFiles(files);
  let current = { pair: await toPair(first, files), fingerprint: first.fingerprint };
  let seen: string | undefined;
  let trouble: string | undefined;
  warnOfOpenKey(first, files, s.log);

  async function look(): Promise<void> {
    try {
      const content = await readPairFiles(files);
      if (content.fingerprint !== current.fingerprint) {
        const pair = await toPair(content, files);
        const unfit = describeUnfit(pair, s.clock());
        if (unfit !== undefined) return complain(unfit);
        current = { pair, fingerprint: content.fingerprint };
        s.log.info(
          { kid: pair.header.kid, expires: pair.validTo.toISOString() },
          "another pair signs tokens from now on",
        );
        warnOfOpenKey(content, files, s.log);
      }
      [seen, trouble] = [undefined, undefined];
    } catch (error) {
      complain(error instanceof Failure ? error.message : describeError(error));
    }
  }

  /** What is met for the first time may be a file that is being written, or one of two. */
  function complain(why: string): void {
    const again = seen === why;
    seen = why;
    if (!again || trouble === why) return;
    trouble = why;
    s.log.error({ why }, "what lies in the signing files is not used, and the pair before it still signs");
  }

  return { current: () => current.pair, trouble: () => trouble, look };
}

function warnOfOpenKey({ keyIsOpen }: PairContent, { key }: PairFiles, log: Log): void {
  if (keyIsOpen) log.warn({ key }, "the signing key may be read by everybody on this machine: chmod 600");
}
