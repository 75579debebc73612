import type { Log } from "../log.ts";

const dayMs = 24 * 60 * 60 * 1000;
/** A log says it once at each of these, and once when it is over. */
const warnedDays = [30, 7, 1, 0] as const;
const whatToDo = "make the next pair: docker-id registry keys --next";

/** What a certificate's end, if near or past, means for tokens; undefined while it is more than thirty days off. */
export function describeExpiry(certificate: string, validTo: Date, now: Date): string | undefined {
  const reached = thresholdOf(validTo, now);
  if (reached === undefined) return undefined;
  const end = validTo.toISOString();
  if (reached === 0) return `the signing certificate ${certificate} expired at ${end}, no token is signed: ${whatToDo}`;
  const days = Math.floor((validTo.getTime() - now.getTime()) / dayMs);
  const left = days === 0 ? "within a day" : `in ${days} day${days === 1 ? "" : "s"}`;
  return `the signing certificate ${certificate} expires ${left}, at ${end}: ${whatToDo}`;
}

/** Makes a function that, called now and then, logs a certificate's coming end 30, 7 and 1 days before it, each once. */
export function createExpiryLog(certificate: string, log: Log): (validTo: Date, now: Date) => void {
  let of = 0;
  let said: number = Number.POSITIVE_INFINITY;
  return (validTo, now) => {
    if (validTo.getTime() !== of) [of, said] = [validTo.getTime(), Number.POSITIVE_INFINITY];
    const reached = thresholdOf(validTo, now);
    const sentence = describeExpiry(certificate, validTo, now);
    if (reached === undefined || sentence === undefined || reached >= said) return;
    said = reached;
    log[reached === 0 ? "error" : "warn"]({ expires: validTo.toISOString() }, sentence);
  };
}

/** The least of the days that are left or fewer. */
function thresholdOf(validTo: Date, now: Date): number | undefined {
  const days = (validTo.getTime() - now.getTime()) / dayMs;
  return warnedDays.findLast((threshold) => days <= threshold);
}
