import { bad, type Finding, good, note } from "../doctor/finding.ts";
import type { RegistryConfig, TokenAuth } from "../registry/registry-config.ts";
import type { Answer } from "./ask.ts";
import { askAt, type FoundRegistry } from "./ask-registry.ts";
import { quote, type Surroundings } from "./surroundings.ts";

const about = "registry";
/** Registries allow a minute. */
const mostSkewMs = 60_000;
const muchSkewMs = 10_000;

/** The address at which a registry is reached from its own machine. */
export function originOf({ addr = ":5000", secure }: RegistryConfig): string {
  const [, host = "", port = ""] = /^(.*?)(?::(\d+))?$/.exec(addr) ?? [];
  const unspecified = ["", "0.0.0.0", "[::]"].includes(host);
  const where = unspecified ? "127.0.0.1" : host;
  return `${secure ? "https" : "http"}://${where}${port === "" ? "" : `:${port}`}`;
}

/** Whether the registry runs with the configuration that was read, as far as it shows. */
export async function examineRegistry(
  auth: TokenAuth,
  around: Surroundings,
): Promise<{ readonly findings: readonly Finding[]; readonly found?: FoundRegistry }> {
  const { config, registry = originOf(config), ca, clock } = around;
  if (!URL.canParse(config.prefix, registry)) {
    const said = `the registry listens at ${quote(config.addr)}, which cannot be reached as it is`;
    return { findings: [bad(about, said, "say with --registry where it is reached from here")] };
  }
  const found = await askAt(new URL(config.prefix, registry).href, ca, clock);
  if ("silence" in found) {
    const advice =
      found.silence === "tls"
        ? "--registry says by which name it is to be called, --ca which authority is trusted"
        : "start it, or say with --registry where it is reached from here";
    return { findings: [bad(about, `${registry} ${found.said}`, advice)] };
  }
  if (found.answer.headers["docker-distribution-api-version"] === undefined) {
    return { findings: [bad(about, `what answers at ${registry} is no registry`, "say with --registry where it is")] };
  }
  const wrong = compare(auth, found, registry);
  return { findings: [wrong ?? good(about, `${registry} runs, and names that realm and service`)], found };
}

function compare(auth: TokenAuth, { challenge, answer }: FoundRegistry, registry: string): Finding | undefined {
  const restart = "restart it with this configuration; the REGISTRY_… of its environment go before the file";
  if (challenge?.scheme !== "bearer") {
    return bad(about, `${registry} answers ${answer.status} and asks nobody for a token`, restart);
  }
  const { realm, service } = challenge;
  if (!auth.autoRedirect && realm !== auth.realm) {
    return bad(
      about,
      `${registry} sends clients to ${quote(realm)}, and its configuration says ${quote(auth.realm)}`,
      restart,
    );
  }
  if (service !== auth.service) {
    return bad(
      about,
      `${registry} wants tokens for ${quote(service)}, and its configuration says ${quote(auth.service)}`,
      restart,
    );
  }
  return undefined;
}

/** Whether the clocks of the registry and of the token server agree, both seen by this one. */
export function examineClocks(registry: Answer | undefined, realm: Answer | undefined): readonly Finding[] {
  const [theirs, ours] = [skewOf(registry), skewOf(realm)];
  if (theirs === undefined || ours === undefined) return [];
  const apartMs = theirs - ours;
  const said = `the registry's clock is ${Math.round(Math.abs(apartMs) / 1000)} s ${apartMs > 0 ? "ahead of" : "behind"} the token server's`;
  if (Math.abs(apartMs) > mostSkewMs)
    return [
      bad(
        "clocks",
        `${said}, and tokens seem ${apartMs > 0 ? "to have expired" : "not to be valid yet"}`,
        "have both set by NTP",
      ),
    ];
  if (Math.abs(apartMs) > muchSkewMs) return [note("clocks", said, "have both set by NTP")];
  return [good("clocks", "the registry's and the token server's agree")];
}

/** How far ahead of ours the clock is that an answer tells, in whole seconds. */
function skewOf(answer: Answer | undefined): number | undefined {
  const date = Date.parse(answer?.headers.date ?? "");
  return answer === undefined || Number.isNaN(date) ? undefined : date + 500 - answer.at.getTime();
}
