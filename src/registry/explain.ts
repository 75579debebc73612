import type { Circumstances } from "../docker/attempt.ts";
import type { Macaroon } from "../macaroon/macaroon.ts";
import { mint } from "../macaroon/mint.ts";
import { type VerifiedToken, verifyToken } from "../policy/token.ts";
import type { Access, Wish } from "./access.ts";
import { judgeWish, refusesAltogether } from "./judge.ts";
import { rightsOf } from "./rules.ts";
import { wishesOf } from "./scopes.ts";
import type { ServiceSettings, UserSettings } from "./settings-types.ts";
import { ownName } from "./settings-users.ts";

/** Who would ask for what, and from where. */
export interface Question {
  readonly requested: readonly Access[];
  /** The user name; absent or empty: none is given. */
  readonly account?: string;
  readonly address?: string;
  /** The user's, beside those in the settings. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** The user's access string, where the settings do not have it. */
  readonly access?: string;
  /** Not verified here. */
  readonly id?: Macaroon;
  /** Names of the engine that the verifier guards. */
  readonly engine: readonly string[];
  readonly now: Date;
}

/** One action on one resource, and what gave or withheld it, a sentence each. */
export interface ExplainedWish extends Wish {
  readonly granted: boolean;
  readonly why: readonly string[];
}

/** What the registry's door would make of it, as far as that can be told without it. */
export interface ExplainedAccess {
  readonly service: string;
  /** The user whose rules were asked. */
  readonly account?: string;
  /** Why there would be no token at all. */
  readonly refused: readonly string[];
  readonly wishes: readonly ExplainedWish[];
  /** What was taken for granted, a sentence each. */
  readonly notes: readonly string[];
}

/** Says of each action which rule or caveat gives or withholds it, by the door's own judgement. */
export function explainAccess(service: ServiceSettings, question: Question): ExplainedAccess {
  const { id, address, engine, now, requested } = question;
  const notes: string[] = [];
  const token = id === undefined ? undefined : supposeVerified(id);
  const unread = token !== undefined && "refused" in token ? token.refused : undefined;
  const read = token === undefined || "refused" in token ? undefined : token;
  if (id !== undefined) notes.push("unverified: only the verifier can tell whether this id was altered or revoked");
  const account = whoActs(service, question, read, notes);
  const user = account === undefined ? undefined : userOf(service, account);
  const nowhere = account !== undefined && user === undefined && !isElsewhere(service);
  if (account !== undefined && user === undefined) notes.push(whereUsersAre(service, account));
  if (address === undefined) notes.push("no address is given, and what is bound to one takes it for another");

  const circumstances: Circumstances = {
    now,
    door: "registry",
    engine,
    ownership: false,
    service: service.name,
    ...(address === undefined ? {} : { address }),
    ...(account === undefined ? {} : { account }),
  };
  const subject = {
    service: service.name,
    labels: { ...labelsOf(user), ...question.labels },
    ...(account === undefined ? {} : { account }),
    ...(address === undefined ? {} : { address }),
    ...optionalAccess(question.access ?? user?.access),
  };
  const rights = id !== undefined && account === undefined ? undefined : rightsOf(subject, service.rules);
  const reasons = read === undefined ? [] : refusesAltogether(read, circumstances);
  // Without an id the rules can be asked about a user that is still to be; with one, it would have to be there
  const noUser = nowhere && id !== undefined ? ["the id is for a user that this service does not have"] : [];
  const refused = [
    ...(unread === undefined ? [] : [unread]),
    ...noUser,
    ...reasons.map(({ caveat, why }) => `${caveat}: ${why}`),
  ];
  const standing = { ...(read && { token: read, circumstances }), ...(rights && { rights }) };
  const registry = { service: service.name, hosts: service.hosts };
  const wishes = requested.flatMap(wishesOf).map(({ type, name, action }): ExplainedWish => {
    const judged = judgeWish({ type, name, action }, registry, standing);
    if (refused.length > 0) return { type, name, action, granted: false, why: ["the id is refused altogether"] };
    return { type, name, action, granted: judged.granted, why: judged.why };
  });
  return { service: service.name, ...(account === undefined ? {} : { account }), refused, wishes, notes };
}

/** The user whose rights bind; an id may act as none. */
function whoActs(
  service: ServiceSettings,
  { account: given = "", id }: Question,
  token: VerifiedToken | undefined,
  notes: string[],
): string | undefined {
  const named = given === "" || given === ownName ? undefined : given;
  if (id === undefined || token === undefined) return named;
  const lists = token.caveats.filter(({ name }) => name === "account").map(({ value }) => value as readonly string[]);
  if (lists.length > 0) {
    const [only, ...others] = (lists[0] ?? []).filter((name) => lists.every((list) => list.includes(name)));
    return named ?? (others.length === 0 ? only : undefined);
  }
  if (named === undefined || userOf(service, named) !== undefined || isElsewhere(service)) return named;
  notes.push(`${named} is no user of this service, so that the id acts as itself`);
  return undefined;
}

function userOf({ users }: ServiceSettings, name: string): UserSettings | undefined {
  return Object.hasOwn(users.users, name) ? users.users[name] : undefined;
}

function isElsewhere({ users }: ServiceSettings): boolean {
  return users.htpasswd !== undefined || users.vault !== undefined;
}

function whereUsersAre(service: ServiceSettings, account: string): string {
  if (!isElsewhere(service)) return `${account} is no user of this service, and could not log in`;
  const where = service.users.vault === undefined ? "the htpasswd file" : "Vault";
  return `${account} is taken for a user in ${where}, which was not asked: give labels and an access string as they are there`;
}

function labelsOf(user: UserSettings | undefined): Record<string, readonly string[]> {
  const labels = Object.entries(user?.labels ?? {});
  return Object.fromEntries(labels.map(([key, value]) => [key, typeof value === "string" ? [value] : value]));
}

function optionalAccess(access: string | undefined): { readonly access?: string } {
  return access === undefined ? {} : { access };
}

/** What an id would be if its signature were right: it is read by the same words, under a key that is nobody's. */
function supposeVerified({ identifier, caveats }: Macaroon): VerifiedToken | { readonly refused: string } {
  const nobodys = new Uint8Array(32);
  return verifyToken(mint({ rootKey: nobodys, identifier, caveats }), nobodys);
}
