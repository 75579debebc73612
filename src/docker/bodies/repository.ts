import type { Touch } from "../attempt.ts";
import { quote } from "../powers/host.ts";
import { Unread } from "../unread.ts";

/** An image's name as the engine completes it: `docker.io/library/busybox` and, where there is one, tag or digest. */
export interface ImageName {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const host =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/;
const path = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tags = /^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}$/;
const digests = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,}$/;

/** Completes a name as the engine does; throws Unread for what is no name of an image, or an id. */
export function readImageName(text: string): ImageName {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const repository = completeRepository(colon < 0 ? named : named.slice(0, colon));
  const broken = (tag !== undefined && !tags.test(tag)) || (digest !== undefined && !digests.test(digest));
  if (repository === undefined || broken || text.length > 512) throw new Unread(`${quote(text)} names no image`);
  return { repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** A touch of the repository that a name belongs to, known by all the ways in which people write it. */
export function repositoryTouch({ repository, tag, digest }: ImageName, level: "pull" | "push"): Touch {
  const short = repository.replace(/^docker\.io\/(?:library\/(?=[^/]+$))?/, "");
  // Who pulls without a tag pulls them all, who pushes a name without one binds this
  const bound = tag ?? (level === "push" ? "latest" : undefined);
  const suffix = digest === undefined ? bound && `:${bound}` : `@${digest}`;
  const names = suffix === undefined ? [short] : [short, `${repository}${suffix}`, `${short}${suffix}`];
  return { kind: "repository", id: repository, level, names: [...new Set(names)] };
}

function completeRepository(named: string): string | undefined {
  const slash = named.indexOf("/");
  const first = slash < 0 ? "" : named.slice(0, slash);
  const isHost = first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase();
  const domain = isHost ? (first === "index.docker.io" ? "docker.io" : first) : "docker.io";
  const rest = isHost ? named.slice(slash + 1) : named;
  // Such a name would be taken for an image's id
  if (!path.test(rest) || /^[0-9a-f]{64}$/.test(named) || !host.test(domain)) return undefined;
  return domain === "docker.io" && !rest.includes("/") ? `docker.io/library/${rest}` : `${domain}/${rest}`;
}
