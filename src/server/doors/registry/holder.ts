import { Failure } from "../../../errors.ts";
import type { Rights } from "../../../registry/access.ts";
import type { Whence } from "../../../registry/client-address.ts";
import { isMeantAsId, kidOf, readRefresh, refreshKeyOf } from "../../../registry/refresh-token.ts";
import { rightsOf } from "../../../registry/rules.ts";
import { ownName } from "../../../registry/settings-users.ts";
import type { Holder, RegistryGate } from "../../gate/registry-types.ts";
import { describeError } from "../../log.ts";
import type { FoundUser } from "../../users/users.ts";
import type { Refusal } from "./answers.ts";
import type { Guard, Try } from "./guard.ts";
import type { OpenService } from "./service.ts";

/** What somebody shows. */
export type Shown =
  | { readonly kind: "nothing" }
  | { readonly kind: "password"; readonly name: string; readonly password: string }
  | { readonly kind: "id"; readonly name: string; readonly text: string }
  | { readonly kind: "refresh"; readonly text: string };

/** Who somebody is, and where it is a user, that user; or why nobody that this door knows. */
export type Held = { readonly holder: Holder; readonly user?: FoundUser } | NotHeld;

export interface NotHeld {
  readonly refusal: Refusal;
  /** For the audit, where it is no secret of a stranger's typing. */
  readonly account?: string;
  /** Why, where whoever asks is not to know. */
  readonly why?: string;
}

export interface HolderParts {
  readonly gate: Pick<RegistryGate, "identify">;
  readonly guard: Guard;
  /** The door's own key; absent: refresh tokens of users are neither made nor taken. */
  readonly doorKey: Uint8Array | undefined;
  /** Told of what a service's users could not be asked for. */
  readonly report: (service: string, problem: string) => void;
}

/** By which a failure says, within this file, that something could not be found out. */
const unknowable = "unreadable";
const wrong = "the user name or the password is not right";

/** Makes what finds out who somebody is, from what is shown. */
export function createHolders({ gate, guard, doorKey, report }: HolderParts) {
  const doorKid = doorKey === undefined ? undefined : kidOf(doorKey);

  async function find(service: OpenService, name: string): Promise<FoundUser | undefined> {
    try {
      return await service.users.find(name);
    } catch (error) {
      throw busy(service, error, "the users of this registry cannot be asked just now");
    }
  }

  function busy(service: OpenService, error: unknown, message: string): Failure {
    if (!(error instanceof Failure)) throw error;
    report(service.label, describeError(error));
    return new Failure(unknowable, message, { cause: error });
  }

  /** Counts it, and says no: with 429 once it is too much. */
  function refuse(one: Try, message: string, more: Omit<NotHeld, "refusal"> = {}): NotHeld {
    const advice = guard.advise(one);
    if (advice.kind === "wait") return tooMany(advice.retryAfterSeconds, more);
    guard.failed(one);
    return { refusal: { status: 401, message }, ...more };
  }

  async function holdPassword(service: OpenService, name: string, password: string, from: Whence): Promise<Held> {
    const one = { service: service.name, name, credential: password, source: from.source };
    // Before anybody is looked for: users may be kept far away
    const early = guard.tired(one);
    if (early.kind === "wait") return tooMany(early.retryAfterSeconds);
    const user = name === ownName || password === "" ? undefined : await find(service, name);
    const known = user === undefined ? {} : { account: user.name };
    const whole = user === undefined ? one : { ...one, fingerprint: user.fingerprint };
    const advice = guard.advise(whole);
    if (advice.kind === "wait") return tooMany(advice.retryAfterSeconds, known);
    const why = user === undefined ? "no user of that name is known" : "the password is not the user's";
    if (advice.kind === "wrong") return { refusal: { status: 401, message: wrong }, why, ...known };
    const end = guard.begin(whole);
    try {
      let right = false;
      if (user === undefined) await service.users.dummy(name, password);
      else right = await user.passwordIs(password);
      if (!right || user === undefined) return refuse(whole, wrong, { why, ...known });
    } catch (error) {
      throw busy(service, error, "too many passwords wait to be verified; try again in a few seconds");
    } finally {
      end();
    }
    guard.succeeded(one);
    return { holder: { kind: "user", name: user.name, rights: rightsFor(service, from, user) }, user };
  }

  async function holdId(service: OpenService, name: string, text: string, from: Whence): Promise<Held> {
    const one = { service: service.name, name, credential: text, source: from.source };
    const found = await gate.identify(text);
    if ("denied" in found) {
      if (found.unavailable) throw new Failure(unknowable, found.denied);
      return refuse(one, found.denied);
    }
    const itself = name === "" || name === ownName;
    const lists = found.token.caveats.filter((caveat) => caveat.name === "account");
    if (lists.length === 0) {
      const user = itself ? undefined : await find(service, name);
      // A name that nobody has is a label of its holder's choosing
      return { holder: user === undefined ? { kind: "id", text } : actAs(service, text, user, from) };
    }
    const common = lists
      .map(({ value }) => value as readonly string[])
      .reduce((before, names) => before.filter((each) => names.includes(each)));
    const account = itself && common.length === 1 ? common[0] : name;
    if (account === undefined || !common.includes(account)) {
      return refuse(one, "this id is for another registry user than the one who logs in");
    }
    const user = await find(service, account);
    if (user === undefined) return refuse(one, "this id is for a registry user that this registry does not have");
    return { holder: actAs(service, text, user, from) };
  }

  async function holdRefresh(service: OpenService, text: string, from: Whence): Promise<Held> {
    const read = readRefresh(text, doorKid);
    if (read?.kind === "id") return holdId(service, "", text, from);
    const one = { service: service.name, name: "", credential: text, source: from.source };
    if (read === undefined || doorKey === undefined || doorKid === undefined) {
      return refuse(one, "this is no refresh token of this server");
    }
    const early = guard.tired(one);
    if (early.kind === "wait") return tooMany(early.retryAfterSeconds);
    const user = await find(service, read.account);
    const gone =
      "the refresh token's user is gone, has another password by now, or is another registry's: log in again";
    if (user === undefined) return refuse(one, gone);
    const asked = { service: service.name, account: user.name, fingerprint: user.fingerprint };
    const key = { kid: doorKid, key: refreshKeyOf(doorKey, asked) };
    const found = await gate.identify(text, key);
    if ("denied" in found) {
      if (found.unavailable) throw new Failure(unknowable, found.denied);
      return refuse(one, gone, { why: found.denied, account: user.name });
    }
    // What others get wrong at the same address must not end what docker keeps
    guard.succeeded(one);
    const rights = rightsFor(service, from, user);
    return { holder: { kind: "refresh", text, key, account: user.name, rights }, user };
  }

  function tired(service: string, { source }: Whence): Refusal | undefined {
    const advice = guard.tired({ service, name: "", credential: "", source });
    return advice.kind === "wait" ? tooMany(advice.retryAfterSeconds).refusal : undefined;
  }

  /** A service that only a stranger has named may be none at all, and each of them takes something to open. */
  function countNamed({ label, name }: OpenService, { source }: Whence): void {
    if (label !== name) guard.failed({ service: name, name: "", credential: "", source });
  }

  async function hold(service: OpenService, shown: Shown, from: Whence): Promise<Held> {
    try {
      if (shown.kind === "nothing") {
        countNamed(service, from);
        return { holder: { kind: "anonymous", rights: rightsFor(service, from) } };
      }
      if (shown.kind === "refresh") return await holdRefresh(service, shown.text, from);
      if (shown.kind === "id") return await holdId(service, shown.name, shown.text, from);
      const { name, password } = shown;
      if (isMeantAsId(password)) return await holdId(service, name, password, from);
      return await holdPassword(service, name, password, from);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== unknowable) throw error;
      countNamed(service, from);
      return { refusal: { status: 503, message: error.message, retryAfterSeconds: 2 } };
    }
  }
  return { hold, tired };
}

function actAs(service: OpenService, text: string, user: FoundUser, from: Whence): Holder {
  return { kind: "id", text, account: user.name, rights: rightsFor(service, from, user) };
}

function rightsFor({ name, rules }: OpenService, { address }: Whence, user?: FoundUser): Rights {
  const subject = {
    service: name,
    labels: user?.labels ?? {},
    ...(user === undefined ? {} : { account: user.name }),
    ...(user?.access === undefined ? {} : { access: user.access }),
    ...(address === undefined ? {} : { address }),
  };
  return rightsOf(subject, rules);
}

function tooMany(retryAfterSeconds: number, more: Omit<NotHeld, "refusal"> = {}): NotHeld {
  const message = `too many wrong passwords came from this address; try again in ${retryAfterSeconds} seconds`;
  return { refusal: { status: 429, message, retryAfterSeconds }, ...more };
}
