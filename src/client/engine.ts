import type { Endpoint } from "../docker-cli/endpoint.ts";
import { Failure } from "../errors.ts";
import type { EngineAnswer } from "./ask-engine.ts";
import { askEngine } from "./ask-engine.ts";

/** What the engine makes of a request that carries an id, or none. */
export type Reception = "admitted" | "refused" | "unclear";

/** Whether the engine lets a ping pass with this id, or with none; rejects with Failure("no_engine"). */
export async function pingEngine(engine: Endpoint, id: string | undefined): Promise<Reception> {
  const { status } = await askEngine(engine, "HEAD", "/_ping", id);
  if (status === 200) return "admitted";
  return status === 403 ? "refused" : "unclear";
}

/** The engine's own id, by which it is told from others. */
export async function readEngineId(engine: Endpoint, id: string | undefined): Promise<string> {
  const answer = await askEngine(engine, "GET", "/info", id);
  const found = fieldOf(admit(answer, "tell which engine it is"), "ID");
  if (typeof found !== "string" || found === "")
    throw new Failure("no_engine", `${engine.name} does not say which engine it is`);
  return found;
}

/** The full id of a container or image that a person names; rejects with Failure("not_found") when the engine has none. */
export async function resolveName(
  engine: Endpoint,
  kind: "container" | "image",
  name: string,
  id: string | undefined,
): Promise<string> {
  const path =
    kind === "container" ? `/containers/${encodeURIComponent(name)}/json` : `/images/${encodeImage(name)}/json`;
  const answer = await askEngine(engine, "GET", path, id);
  if (answer.status === 404) throw new Failure("not_found", `the engine has no ${kind} ${JSON.stringify(name)}`);
  const found = fieldOf(admit(answer, `look up the ${kind} ${JSON.stringify(name)}`), "Id");
  const digits = typeof found === "string" ? found.replace(/^sha256:/, "") : "";
  if (!/^[0-9a-f]{64}$/.test(digits))
    throw new Failure("failed", `the engine names no full id for ${JSON.stringify(name)}`);

  const typed = name.replace(/^sha256:/, "").toLowerCase();
  if (/^[0-9a-f]{12,}$/.test(typed) && !digits.startsWith(typed)) {
    throw new Failure("refused", `${JSON.stringify(name)} reads as an id, and is the name of another ${kind}`, {
      hint: `give the full id of the ${kind} that you mean`,
    });
  }
  return kind === "image" ? `sha256:${digits}` : digits;
}

/** Slashes part a repository's name, and stay. */
function encodeImage(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

function admit({ status, body }: EngineAnswer, purpose: string): unknown {
  if (status === 200) return body;
  const said = fieldOf(body, "message");
  const reason = typeof said === "string" ? `: ${said}` : "";
  if (status === 403) throw new Failure("refused", `the engine refused to ${purpose}${reason}`);
  throw new Failure("failed", `the engine could not ${purpose}, and answered ${status}${reason}`);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
