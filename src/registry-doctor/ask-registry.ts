import { type Challenge, readChallenge } from "../registry/challenge.ts";
import { type Answer, ask, type Silence } from "./ask.ts";

/** A registry that answered. */
export interface FoundRegistry {
  /** Above its `/v2/`, with a slash at the end. */
  readonly base: URL;
  readonly answer: Answer;
  /** Undefined where it lets everybody in, or asks in a way that nobody understands. */
  readonly challenge: Challenge | undefined;
}

/** Whether docker would take this host without TLS, as it takes this machine. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host);
}

/** Asks a registry what it wants, as docker would: over TLS, and on this machine without where there is none. */
export async function askRegistry(
  host: string,
  ca: readonly string[],
  clock: () => Date,
): Promise<FoundRegistry | Silence> {
  const first = await askAt(`https://${host}`, ca, clock);
  if (!("silence" in first) || !isLoopback(host) || first.silence === "tls") return first;
  const plain = await askAt(`http://${host}`, ca, clock);
  return "silence" in plain ? first : plain;
}

/** Asks at one address alone; `/v2/` is below it. */
export async function askAt(
  address: string,
  ca: readonly string[],
  clock: () => Date,
): Promise<FoundRegistry | Silence> {
  const base = new URL(address.endsWith("/") ? address : `${address}/`);
  const answer = await ask({ url: new URL("v2/", base), ca }, clock);
  if ("silence" in answer) return answer;
  const header = answer.headers["www-authenticate"];
  return { base, answer, challenge: header === undefined ? undefined : readChallenge(header) };
}
