import type { AuditLine } from "../../protocol/admin.ts";
import { readSubject } from "../../registry/subject.ts";
import type { RegistryEventLine } from "./registry-types.ts";

/** What each event of a registry's does to the repository that it names. */
const levels: Readonly<Record<string, string>> = { pull: "pull", push: "push", mount: "push", delete: "delete" };

/** What a registry says was done, as a line of the audit; the audit itself bounds what is long and escapes what is odd. */
export function eventLine(event: RegistryEventLine, now: Date): AuditLine {
  const { action, repository, fromRepository, account: named, requestId: request, time } = event;
  const { account, link } = readSubject(named ?? "");
  const level = Object.hasOwn(levels, action) ? levels[action] : action;
  const touches = [
    ...(repository === undefined ? [] : [`repository:${repository}:${level}`]),
    ...(fromRepository === undefined ? [] : [`repository:${fromRepository}:pull`]),
  ];
  const links = event.links ?? (link === undefined ? undefined : [link]);
  const told = {
    links,
    names: event.names,
    address: event.address,
    service: event.service,
    account,
    jti: event.jti,
    tag: event.tag,
    digest: event.digest,
    request,
    event_time: time?.toISOString(),
  };
  const known = Object.entries(told).filter(([, value]) => value !== undefined);
  return {
    time: now.toISOString(),
    door: "registry",
    action: `registry.${action}`,
    verdict: "seen",
    ...(touches.length === 0 ? {} : { touches }),
    ...(Object.fromEntries(known) as Partial<AuditLine>),
  };
}
