import { contains, parseAddress, readBlock } from "../caveats/address.ts";
import type { Access, Rights, Ruling, Wish } from "./access.ts";
import { readAccessString } from "./access-string.ts";
import { matchesPattern, readPattern, type Values } from "./glob.ts";

/** One rule of a service; the first one that matches decides. */
export interface Rule {
  /** All that is named must match; patterns as in {@link readPattern}. */
  readonly match: {
    /** `""` is whoever gave no credentials; absent: any user. */
    readonly account?: string;
    readonly type?: string;
    readonly name?: string;
    readonly service?: string;
    /** Addresses and CIDR blocks, one of which must hold the client's. */
    readonly ip?: readonly string[];
    /** By key: one of the user's values must match. */
    readonly labels?: Readonly<Record<string, string>>;
  };
  /** What it grants, `*` for all; what is not here is withheld, whatever rules come later. */
  readonly actions: readonly string[];
  readonly comment?: string;
}

/** Whoever rules are asked about. */
export interface Subject {
  /** Absent: whoever gave no credentials. */
  readonly account?: string;
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly service: string;
  readonly address?: string;
  /** The user's access string. */
  readonly access?: string;
}

/**
 * What a subject may do: what its access string grants, else what the first rule that matches says, else nothing.
 *
 * Whoever gave no credentials is given something only by a rule whose account is `""`. A rule that names no account
 * speaks of users when it grants, and of everybody when it withholds: else `{ip: 10.0.0.0/8}, actions: ["*"]` would let
 * strangers push, and a rule that closes `secret/**` would leave it open to them. Throws Failure("misuse") as
 * {@link admitRule} does.
 */
export function rightsOf(subject: Subject, rules: readonly Rule[]): Rights {
  const { access, unread } = readAccessString(subject.access ?? "");
  const compiled = compileAll(rules);
  return (wish) => {
    if (access.some((one) => grants(one, wish))) return { granted: true, why: "the user's access string grants it" };
    for (const ruleOn of compiled) {
      const ruling = ruleOn(subject, wish);
      if (ruling !== undefined) return ruling;
    }
    const broken = unread > 0 ? ", and a part of the user's access string cannot be read" : "";
    return { granted: false, why: `no rule of this service matches${broken}` };
  };
}

/** Gives a rule back; throws Failure("misuse") where its address or a variable of its patterns is none. */
export function admitRule<R extends Rule>(rule: R): R {
  compile(rule, 0);
  return rule;
}

type Compiled = (subject: Subject, wish: Wish) => Ruling | undefined;

// A service's rules are asked about at every request, and never change
const known = new WeakMap<readonly Rule[], readonly Compiled[]>();

function compileAll(rules: readonly Rule[]): readonly Compiled[] {
  const compiled = known.get(rules) ?? rules.map((rule, at) => compile(rule, at + 1));
  known.set(rules, compiled);
  return compiled;
}

function compile(rule: Rule, number: number): Compiled {
  const { match, actions } = rule;
  const called = rule.comment === undefined ? `rule ${number}` : `rule ${number} (${rule.comment})`;
  const named = {
    type: patternOf(match.type),
    name: patternOf(match.name),
    service: patternOf(match.service),
    account: patternOf(match.account),
  };
  const labels = Object.entries(match.labels ?? {}).map(([key, pattern]) => [key, readPattern(pattern)] as const);
  const blocks = match.ip?.map(readBlock);

  function matches(subject: Subject, wish: Wish, granted: boolean): boolean {
    const values = valuesOf(subject, wish);
    const fits = (pattern: ReturnType<typeof patternOf>, text: string): boolean =>
      pattern === undefined || matchesPattern(pattern, text, values);
    // First what is settled soonest: strangers ask about hundreds of names at once
    if (subject.account === undefined ? !speaksOfNobody(match.account, granted) : match.account === "") return false;
    if (subject.account !== undefined && !fits(named.account, subject.account)) return false;
    if (!fits(named.type, wish.type) || !fits(named.service, subject.service) || !fits(named.name, wish.name)) {
      return false;
    }
    // Where no address is known, one that grants does not match and one that withholds does
    if (blocks !== undefined && !(isWithin(blocks, subject.address) ?? !granted)) return false;
    return labels.every(([key, pattern]) =>
      labelOf(subject, key).some((value) => matchesPattern(pattern, value, values)),
    );
  }

  return (subject, wish) => {
    const granted = actions.includes(wish.action) || actions.includes("*");
    if (!matches(subject, wish, granted)) return undefined;
    return { granted, why: `${called} ${granted ? "grants" : "withholds"} it` };
  };
}

/** Whether a rule is one for whoever gave no credentials; see {@link rightsOf}. */
function speaksOfNobody(account: string | undefined, granted: boolean): boolean {
  return account === "" || (account === undefined && !granted);
}

function patternOf(pattern: string | undefined): ReturnType<typeof readPattern> | undefined {
  return pattern === undefined ? undefined : readPattern(pattern);
}

function valuesOf(subject: Subject, { type, name }: Wish): Values {
  return (variable) => {
    if (variable === "account") return subject.account === undefined ? [] : [subject.account];
    if (variable === "service") return [subject.service];
    if (variable === "type") return [type];
    if (variable === "name") return [name];
    return variable.startsWith("labels:") ? labelOf(subject, variable.slice("labels:".length)) : [];
  };
}

// A key is a configuration's or a user's word, and must not find what every object has
function labelOf({ labels }: Subject, key: string): readonly string[] {
  return Object.hasOwn(labels, key) ? (labels[key] ?? []) : [];
}

function isWithin(blocks: readonly ReturnType<typeof readBlock>[], address: string | undefined): boolean | undefined {
  const bytes = address === undefined ? undefined : parseAddress(address);
  return bytes && blocks.some((block) => contains(block, bytes));
}

function grants(access: Access, wish: Wish): boolean {
  if (access.type !== wish.type || access.name !== wish.name) return false;
  return access.actions.includes(wish.action) || access.actions.includes("*");
}
