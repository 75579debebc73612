import type { Attempt, Touch } from "../docker/attempt.ts";
import type { registryActions } from "../docker/registry-actions.ts";
import type { Wish } from "./access.ts";

/** A registry, as far as caveats speak of it. */
export interface Registry {
  /** Its name among the token server's services. */
  readonly service: string;
  /** Under which its images are known: `registry.example.com`, `127.0.0.1:5000`. */
  readonly hosts: readonly string[];
}

const ops = { pull: "read", push: "write", delete: "write" } as const;

/** What one wish would do, in the words that caveats judge; undefined for what docker-id does not know, and nobody gets. */
export function attemptOf({ type, name, action }: Wish, registry: Registry): Attempt | undefined {
  if (type === "registry" && name === "catalog" && action === "*") {
    return attempt("registry.catalog", "read", { kind: "registry", id: "catalog", level: "read" });
  }
  if (type !== "repository" || (action !== "pull" && action !== "push" && action !== "delete")) return undefined;
  return attempt(`registry.${action}`, ops[action], { kind: "repository", ...namesOf(name, registry), level: action });
}

function attempt(action: (typeof registryActions)[number], op: Attempt["op"], touch: Touch): Attempt {
  return { action, op, handshake: false, stream: false, touches: [touch] };
}

/**
 * A repository is known by its name, and by it with each host. A name that begins as a host does, `ghcr.io/team/app` on
 * a mirror, is known with the mirror's host alone: else whoever was given `ghcr.io/team/app` could push what the mirror
 * has under that name.
 */
function namesOf(name: string, { service, hosts }: Registry): Pick<Touch, "id" | "names"> {
  const names = hosts.map((host) => `${host}/${name}`);
  return { id: beginsAsHost(name) ? (names[0] ?? `${service}/${name}`) : name, names };
}

function beginsAsHost(name: string): boolean {
  const slash = name.indexOf("/");
  if (slash < 0) return false;
  const first = name.slice(0, slash);
  return first === "localhost" || /[.:A-Z[]/.test(first);
}
