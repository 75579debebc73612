import type { VerifiedToken } from "../../policy/token.ts";
import type { Revocation } from "../stores/store.ts";

/** What is to be taken back: an id that verifies, or everything with a link. */
export type Target = { readonly token: VerifiedToken } | { readonly link: string };

/** What revoking comes to; `name` is how the audit speaks of the target. */
export type Plan =
  | { readonly name: string; readonly revocation: Revocation; readonly link?: string }
  | { readonly name: string; readonly forbidden: string; readonly hint?: string };

/**
 * Whether the presented id may take the target back, and what to record. `ownRefusal` is why the presented id's own
 * caveats refuse it just now.
 */
export function planRevocation(presented: VerifiedToken, target: Target, ownRefusal: string | undefined): Plan {
  const name = nameOf(target);
  if (ownRefusal !== undefined) return { name, forbidden: ownRefusal };
  if (fellsItself(presented, target) && presented.root) {
    return {
      name,
      forbidden: "the root id that was presented would fall with it",
      hint: "docker-id destroy ends the guard and every id with it; with the secret, another root id can take this one back",
    };
  }
  if ("link" in target) {
    if (!presented.root) return { name, forbidden: "only the root id may revoke by link; present the id itself" };
    return { name, revocation: { point: target }, link: target.link };
  }
  const signature = target.token.digests.at(-1);
  if (signature === undefined) return { name, forbidden: "the id has no signature" };
  if (!presented.root && !descends(target.token, presented)) {
    return { name, forbidden: "the id was not narrowed from the one that was presented" };
  }
  const link = target.token.links.at(-1);
  // Each of its caveats stands before the revoked point, so that what grew from it expires no later
  const until = target.token.expires;
  return {
    name,
    revocation: { point: { signature }, ...(until === undefined ? {} : { until }) },
    ...(link === undefined ? {} : { link }),
  };
}

/** Whether revoking the target takes the presented id with it. */
function fellsItself(presented: VerifiedToken, target: Target): boolean {
  return "link" in target ? presented.links.includes(target.link) : descends(presented, target.token);
}

/** Whether one id is another, or was narrowed from it: the other's last signature is in its chain. */
function descends(one: VerifiedToken, from: VerifiedToken): boolean {
  const last = from.digests.at(-1);
  return last !== undefined && one.digests.some((digest) => Buffer.compare(digest, last) === 0);
}

function nameOf(target: Target): string {
  if ("link" in target) return target.link;
  const digest = Buffer.from(target.token.digests.at(-1) ?? []).toString("hex");
  return target.token.links.at(-1) ?? `sha256/${digest.slice(0, 16)}`;
}
