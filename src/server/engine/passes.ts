import { hash, timingSafeEqual } from "node:crypto";
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
/** Of a value's 43 characters the first name it, and only the rest is the secret: a lookup's timing tells of the name alone. */
const nameLength = 11;
/** More in flight than an engine can be asked within their life; beyond it the oldest falls. */
const most = 8192;

interface Issued {
  readonly value: string;
  readonly method: string;
  readonly target: string;
  /** The digest of its body: the bodies themselves would be held here. */
  readonly body: string | undefined;
  readonly mayComeBare: boolean;
  readonly at: number;
}

/** Keeps passes in memory alone: those of a verifier that stopped are void. */
export function createPasses({ clock, random, admits = isResolving }: PassOptions): Passes {
  /** By their names, in order of issue. */
  const issued = new Map<string, Issued>();

  const alive = (at: number): boolean => {
    const age = clock().getTime() - at;
    return age >= 0 && age < lifeMs;
  };

  /** Takes a pass out, where the value is all of it. */
  const take = (value: string): Issued | undefined => {
    const name = value.slice(0, nameLength);
    const pass = issued.get(name);
    if (pass === undefined || !isSame(pass.value, value)) return undefined;
    issued.delete(name);
    return pass;
  };

  let pool = Buffer.alloc(0);
  let used = 0;
  const randomValue = (): string => {
    // Asking for many at once costs little more than asking for one
    if (used === pool.length) {
      pool = Buffer.from(random(64 * valueBytes));
      used = 0;
    }
    used += valueBytes;
    return pool.toString("base64url", used - valueBytes, used);
  };

  return {
    issue(request, { mayComeBare = false } = {}) {
      if (!admits(request)) throw new Failure("refused", "such a request to the engine may carry no pass");
      for (const [name, { at }] of issued) {
        if (issued.size < most && alive(at)) break;
        issued.delete(name);
      }
      const value = randomValue();
      const { method, target, body } = request;
      const digested = body === undefined || body.length === 0 ? undefined : digest(body);
      const pass = { value, method, target, body: digested, mayComeBare, at: clock().getTime() };
      issued.set(value.slice(0, nameLength), pass);
      return value;
    },
    redeem(value, request) {
      const pass = value.length === 43 ? take(value) : undefined;
      return pass !== undefined && alive(pass.at) && isFor(pass, request);
    },
    withdraw: (value) => take(value) !== undefined,
  };
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one, "latin1"), Buffer.from(other, "latin1"));
}

function isFor(pass: Issued, { method, target, body }: PassedRequest): boolean {
  if (pass.method !== method || pass.target !== target) return false;
  if (body === undefined || body.length === 0) return pass.mayComeBare || pass.body === undefined;
  return pass.body === digest(body);
}

function digest(of: Uint8Array): string {
  return hash("sha256", of, "base64");
}
