import { Chalk, type ChalkInstance } from "chalk";

/** Colours for stdout: none unless it is a terminal that has some, and never with NO_COLOR. */
export function coloursOf(stdout: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): ChalkInstance {
  const wanted = stdout.isTTY === true && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
  return new Chalk({ level: wanted ? 1 : 0 });
}
