import { readReport, readStatus, readVerifierTime } from "../client/admin.ts";
import { pingEngine, type Reception } from "../client/engine.ts";
import type { VerifierAddress } from "../client/find-verifier.ts";
import type { Macaroon } from "../macaroon/macaroon.ts";
import { describeId } from "../describe-id.ts";
import type { Endpoint } from "../docker-cli/endpoint.ts";
import { Failure } from "../errors.ts";
import type { Status } from "../protocol/admin.ts";
import { bad, type Finding, good, note } from "./finding.ts";

const mostSkewMs = 30_000;
const soonMs = 24 * 60 * 60 * 1000;

/** Whether the engine answers, to someone without an id. */
export async function examineEngine(engine: Endpoint): Promise<readonly Finding[]> {
  const context = engine.context === undefined ? "" : ` (context ${engine.context})`;
  const said: Readonly<Record<Reception, string>> = {
    admitted: "answers, to those without an id too",
    refused: "answers, and refuses those without an id",
    unclear: "answers, if oddly",
  };
  return [good("engine", `${engine.name}${context} ${said[await pingEngine(engine, undefined)]}`)];
}

/** What the verifier says of itself and of the engine. `isSame` rejects where it guards another. */
export async function examineVerifier(
  verifier: VerifierAddress,
  version: string,
  isSame: (status: Status) => Promise<void>,
): Promise<readonly Finding[]> {
  const about = "verifier";
  const status = await readStatus(verifier);
  const findings: Finding[] = [];
  if (status.state === "unreadable") {
    const advice = "nothing passes until it can: see its log; docker-id destroy --offline on its host begins anew";
    findings.push(bad(about, `it cannot read its own state: ${status.reason ?? "it does not say why"}`, advice));
  } else if (status.state === "open") {
    findings.push(note(about, `${verifier.name} is up and lets everything pass`, "docker-id init guards the engine"));
  } else findings.push(good(about, `${verifier.name} is up and guards ${status.engine.host}`));
  if (status.version !== version)
    findings.push(note(about, `it is version ${status.version}, this is ${version}`, "restart it after an upgrade"));
  await isSame(status);
  return [...findings, examineAsking(status)];
}

function examineAsking({ state, engine }: Status): Finding {
  const about = "guard";
  if (!engine.reachable) return bad(about, "the verifier does not reach the engine", "is dockerd running on its host?");
  if (engine.asks === true) return good(about, "the engine asks the verifier before it does anything");
  if (engine.asks === undefined) return note(about, "the verifier cannot tell whether the engine asks it");
  const said = "the engine does not ask the verifier: whoever reaches it may do everything";
  const advice = "sudo docker-id install --engine, on the engine's host";
  return state === "open" ? note(about, said, advice) : bad(about, said, advice);
}

/** Whether this clock and the verifier's agree: what expires does so by the verifier's. */
export async function examineClock(verifier: VerifierAddress, clock: () => Date): Promise<readonly Finding[]> {
  const before = clock().getTime();
  const theirs = await readVerifierTime(verifier);
  if (theirs === undefined) return [note("clock", "the verifier does not say what time it is")];
  // It tells whole seconds, and told them some time between asking and now.
  const skewMs = theirs.getTime() + 500 - (before + clock().getTime()) / 2;
  if (Math.abs(skewMs) <= mostSkewMs) return [good("clock", "it agrees with the verifier's")];
  const apart = `${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? "behind" : "ahead of"} the verifier's`;
  return [bad("clock", `it is ${apart}, by which ids expire`, "have both set by NTP")];
}

/** What the default id is worth, and until when. */
export async function examineId(
  found: { readonly macaroon: Macaroon; readonly text: string; readonly from: string } | undefined,
  verifier: VerifierAddress | undefined,
  now: Date,
): Promise<readonly Finding[]> {
  const about = "default id";
  if (found === undefined) {
    const state =
      verifier === undefined
        ? undefined
        : await readStatus(verifier).then(
            ({ state: said }) => said,
            () => undefined,
          );
    const advice = "docker-id set keeps one that you were given; docker-id init gives a lost root id back";
    return [
      state === "guarded"
        ? bad(about, "none is kept for this engine", advice)
        : note(about, "none is kept for this engine"),
    ];
  }
  const { root, expires } = describeId(found.macaroon);
  const until = expires === undefined ? "without end" : `until ${expires}`;
  const what = `${root ? "a root id" : "a restricted id"} of the ${found.from}, ${until}`;
  const renew = "ask whoever gave it to you for another, and docker-id set it";
  const worth = verifier === undefined ? "unverified" : await judge(verifier, found.text);
  if (worth === "expired" || (expires !== undefined && new Date(expires) <= now))
    return [bad(about, `${what}: it has expired`, renew)];
  if (worth === "revoked") return [bad(about, `${what}: it was taken back`, renew)];
  if (worth === "refused")
    return [bad(about, `${what}: the verifier does not know it`, "it is of another engine, or of before a destroy")];
  if (expires !== undefined && new Date(expires).getTime() - now.getTime() < soonMs)
    return [note(about, `${what}: that is soon`, renew)];
  return worth === "good" ? [good(about, what)] : [note(about, `${what}: no verifier could be asked what it is worth`)];
}

async function judge(
  verifier: VerifierAddress,
  id: string,
): Promise<"good" | "expired" | "revoked" | "refused" | "unverified"> {
  try {
    const report = await readReport(verifier, id);
    return report.revoked ? "revoked" : report.expired ? "expired" : "good";
  } catch (error) {
    if (error instanceof Failure && error.code === "refused") return "refused";
    if (error instanceof Failure) return "unverified";
    throw error;
  }
}
