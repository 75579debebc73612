import { hash } from "node:crypto";
import { isResolving } from "./paths.ts";
import { Failure } from "../../errors.ts";

/** A request to the engine as a plugin is shown it. */
export interface PassedRequest {
  readonly method: string;
  /** The raw target, byte for byte. */
  readonly target: string;
  /** None and an empty one are the same. */
  readonly body?: Uint8Array | undefined;
}

/** Single-use values by which the plugin door knows the verifier's own requests. */
export interface Passes {
  /** A value for exactly this request; Failure("refused") when such a request may carry none. */
  issue(request: PassedRequest, options?: PassIssue): string;
  /** Whether this value was issued for exactly this request, within the last 5 s; it is used up either way. */
  redeem(value: string, request: PassedRequest): boolean;
  /** Ends a value that is of no more use; whether it was still unused. */
  withdraw(value: string): boolean;
}

export interface PassIssue {
  /** The engine may leave the body out of what it shows. */
  readonly mayComeBare?: boolean;
}

export interface PassOptions {
  readonly clock: () => Date;
  /** Unguessable bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** Which requests may carry a pass; by default only the resolver's own questions. */
  readonly admits?: (request: PassedRequest) => boolean;
}

const lifeMs = 5000;
const valueBytes = 32;
/** More in flight than an engine can be asked within their life; beyond it the oldest falls. */
const most = 8192;

/** Keeps passes in memory alone: those of a verifier that stopped are void. */
export function createPasses({ clock, random, admits = isResolving }: PassOptions): Passes {
  /** By SHA-256 of the value, in order of issue, so that no lookup's timing tells of a value. */
  const issued = new Map<string, { readonly bindings: readonly string[]; readonly at: number }>();

  const alive = (at: number): boolean => {
    const age = clock().getTime() - at;
    return age >= 0 && age < lifeMs;
  };

  let pool = new Uint8Array(0);
  const randomValue = (): string => {
    // Asking for many at once costs little more than asking for one
    if (pool.length < valueBytes) pool = Uint8Array.from(random(64 * valueBytes));
    const value = Buffer.from(pool.subarray(0, valueBytes)).toString("base64url");
    pool = pool.subarray(valueBytes);
    return value;
  };

  return {
    issue(request, { mayComeBare = false } = {}) {
      if (!admits(request)) throw new Failure("refused", "such a request to the engine may carry no pass");
      for (const [key, { at }] of issued) {
        if (issued.size < most && alive(at)) break;
        issued.delete(key);
      }
      const value = randomValue();
      const bare = mayComeBare ? [bindingOf({ ...request, body: undefined })] : [];
      issued.set(digest(value), { bindings: [bindingOf(request), ...bare], at: clock().getTime() });
      return value;
    },
    redeem(value, request) {
      if (value.length !== 43) return false;
      const key = digest(value);
      const pass = issued.get(key);
      issued.delete(key);
      return pass !== undefined && alive(pass.at) && pass.bindings.includes(bindingOf(request));
    },
    withdraw: (value) => issued.delete(digest(value)),
  };
}

function bindingOf({ method, target, body }: PassedRequest): string {
  return JSON.stringify([method, target, body === undefined || body.length === 0 ? "" : digest(body)]);
}

function digest(of: string | Uint8Array): string {
  return hash("sha256", of, "base64");
}
