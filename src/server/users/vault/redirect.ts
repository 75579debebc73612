import { Failure } from "../../../errors.ts";
import type { Answer } from "./exchange.ts";
import type { Target } from "./target.ts";

/**
 * Where a standby node sends whoever asks: the same question at the node in charge. The token goes along, and so only to
 * the configured address itself, or from https to https where the `ca` of the settings, not the world's authorities,
 * vouches for the other's name. Throws Failure("failed") for everything else.
 */
export function followRedirect({ status, location }: Answer, asked: URL, target: Target): URL {
  // The others turn a POST into a GET
  const next = (status === 307 || status === 308) && location !== undefined ? URL.parse(location, asked.href) : null;
  const isSameQuestion = next?.pathname === asked.pathname && next.search === asked.search && next.hash === "";
  if (next === null || !isSameQuestion || next.username !== "" || next.password !== "") {
    throw new Failure("failed", `Vault at ${target.title} answered with a redirect that no standby would send`);
  }
  if (next.origin === target.origin.origin) return next;
  const isVouchedFor = target.ca !== undefined && asked.protocol === "https:" && next.protocol === "https:";
  if (isVouchedFor) return next;
  throw new Failure("failed", `Vault at ${target.title} is a standby, and the token is not sent where it points`, {
    hint: "give the address of the node in charge, or https with the certificates (ca) that vouch for all nodes",
  });
}
