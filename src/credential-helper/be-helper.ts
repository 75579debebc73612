import { readFileSync } from "node:fs";
import { Failure } from "../errors.ts";
import { say } from "../talk.ts";
import { readVersion } from "../version.ts";
import { answerDocker, type HelperAnswer } from "./answer.ts";

/** Is docker's credential helper for one call: reads stdin, writes stdout, sets the exit status. */
export async function beHelper(verb: string | undefined, environment: NodeJS.ProcessEnv): Promise<void> {
  const parts = { environment, clock: () => new Date(), random, version: readVersion() };
  const { said, status, aside } = await answerDocker(verb, () => readFileSync(0, "utf8"), parts).catch(tell);
  if (aside !== undefined) say(aside);
  if (said !== "") process.stdout.write(`${said}\n`);
  process.exitCode = status;
}

/** To import it takes a millisecond. */
function random(bytes: number): Uint8Array {
  return process.getBuiltinModule("node:crypto").randomBytes(bytes);
}

/** docker shows what stands on stdout. */
function tell(error: unknown): HelperAnswer {
  if (!(error instanceof Failure)) throw error;
  const hint = error.hint === undefined ? "" : ` (${error.hint})`;
  return { said: `docker-id: ${error.message}${hint}`, status: 1 };
}
