import type { EngineRequest } from "../../../docker/attempt.ts";
import { nameAction } from "../../../docker/name-action.ts";
import type { RequestHead } from "../../../http1/request.ts";
import { secretFields } from "./credentials.ts";

/** A request as it is shown to the gate and to whoever plans what goes on: without its id, and with a body that was read. */
export function showRequest(head: RequestHead, body: Uint8Array | undefined): EngineRequest {
  const headers = Object.create(null) as Record<string, string>;
  let whole = true;
  for (const [name, value] of head.fields) {
    const lower = name.toLowerCase();
    if (secretFields.has(lower)) continue;
    const before = headers[lower];
    if (before === undefined) headers[lower] = value;
    else if (before !== value) whole = false; // The engine goes by the first
  }
  const request = { method: head.method, target: head.target, headers };
  return { ...request, ...(body === undefined ? {} : { body }), ...(whole ? { wholeHead: true } : {}) };
}

/** Where the engine goes over to another protocol, and to which. */
const upgrades: Readonly<Record<string, string>> = {
  "POST container.attach": "tcp",
  "GET container.attach": "websocket",
  "POST exec.start": "tcp",
  "POST build.session": "h2c",
  "POST build.grpc": "h2c",
};

/** Where the engine answers 200 and then speaks and hears raw, unless it was asked to upgrade. */
const hijacked: ReadonlySet<string> = new Set(["POST container.attach", "POST exec.start"]);

/** What a request may turn its connection into. */
export interface Turn {
  /** The protocol that it asks for, and that the engine goes over to there. */
  readonly upgrade: string | undefined;
  readonly hijacked: boolean;
}

/** Why a request cannot go on whoever sends it, or what its connection may turn into. */
export function readTurn(head: RequestHead): Turn | { readonly refused: string } {
  if (head.body.kind !== "none" && (head.method === "GET" || head.method === "HEAD")) {
    return { refused: `a ${head.method} has no body` };
  }
  if (head.upgrade === undefined && head.method !== "POST") return { upgrade: undefined, hijacked: false };
  const operation = `${head.method} ${actionAt(head)}`;
  const offered = Object.hasOwn(upgrades, operation) ? upgrades[operation] : undefined;
  if (head.upgrade !== undefined && head.upgrade !== offered) {
    return { refused: "the engine does not go over to that protocol there" };
  }
  return { upgrade: head.upgrade, hijacked: hijacked.has(operation) };
}

/** The action that the path names, whatever parameters it has. */
function actionAt({ method, target }: RequestHead): string {
  const [path = ""] = target.split("?", 1);
  return nameAction({ method, target: path, headers: {} }).action;
}
