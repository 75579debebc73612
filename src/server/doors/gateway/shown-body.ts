import { type Fields, valueOf } from "../../../http1/fields.ts";

/** Older engines leave a body of that size out of what they show a plugin. */
const largestShown = 1024 * 1024;

/** What of a request's body the engine shows its plugins, so that a pass can be bound to it. */
export interface ShownBody {
  readonly body: Uint8Array | undefined;
  /** The engine may as well show none, whatever was sent. */
  readonly mayComeBare: boolean;
}

/** Says what the engine shows of a body that was read; a stream is never shown. */
export function shownBody(type: string | undefined, target: string, body: Uint8Array | undefined): ShownBody {
  if (body === undefined || body.length === 0 || !isJson(type)) return { body: undefined, mayComeBare: false };
  // A password may be in it
  const login = /^\/(?:v[0-9.]+\/)?auth/.test(target);
  return { body, mayComeBare: login || body.length >= largestShown };
}

/** Whether the engine takes a body for JSON, and so shows it. */
export function sendsJson(fields: Fields): boolean {
  return isJson(valueOf(fields, "content-type"));
}

function isJson(type: string | undefined): boolean {
  return type !== undefined && /^application\/json[ \t]*(?:;|$)/i.test(type);
}
