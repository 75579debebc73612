import { randomBytes } from "node:crypto";
import * as Flags from "@oclif/core/flags";
import type { PresentedId } from "../base-command.ts";
import { asFlag, BaseCommand, toPresented } from "../base-command.ts";
import { arrange, hostScopes } from "../caveats/arrange.ts";
import type { CaveatFlag } from "../caveats/flags.ts";
import { caveatFlags } from "../caveats/flags.ts";
import { newLink } from "../caveats/link.ts";
import { presets } from "../caveats/presets.ts";
import { writeCaveat } from "../caveats/vocabulary.ts";
import { resolveName } from "../client/engine.ts";
import { readGivenSecret, requireSecret } from "../config/given.ts";
import { describeId } from "../describe-id.ts";
import { Failure } from "../errors.ts";
import { noId } from "../keychain/default-id.ts";
import type { KeptId } from "../keychain/kept-id.ts";
import { defaultName, readKeptId } from "../keychain/kept-id.ts";
import { attenuate } from "../macaroon/attenuate.ts";
import type { Macaroon } from "../macaroon/macaroon.ts";
import { parse } from "../macaroon/parse.ts";
import { deriveRootKey } from "../macaroon/root-key.ts";
import { serialize } from "../macaroon/serialize.ts";
import { verify } from "../macaroon/verify.ts";
import { mintRootId, recoverRootId, wrongSecret } from "../root-id.ts";
import { readStatus } from "../client/admin.ts";

interface Created {
  readonly id: string;
  /** By which it is listed, audited and revoked. */
  readonly link: string;
  /** What was added, in order. */
  readonly caveats: readonly string[];
}

type Preset = keyof typeof presets;

const perCaveat = Object.fromEntries(
  caveatFlags.map(({ flag, summary, example, boolean }) => [
    flag,
    boolean
      ? Flags.boolean({ summary, helpGroup: "CAVEAT" })
      : Flags.string({
          summary,
          helpValue: shorten(example),
          helpGroup: "CAVEAT",
          multiple: true,
          multipleNonGreedy: true,
        }),
  ]),
);

/** `docker-id create`: narrows an id; offline, but for looking up names. */
export default class Create extends BaseCommand {
  static override summary = "print an id that may do less";
  static override description =
    "Narrows the default id, or the one that --id gives, or with --secret a fresh root id. Each caveat flag adds a caveat " +
    "to those that the id already carries, and all of them must agree. Containers and images may be named as docker names " +
    "them, and are looked up with that id: what is minted is the full id.";
  static override examples = [
    {
      description: "reads one container, for an hour",
      command: "<%= config.bin %> create --op read --container-id web --expires 1h",
    },
    {
      description: "narrows an id that a friend handed on",
      command: "<%= config.bin %> create --id @friend.txt --op read",
    },
    { description: "reads what carries no credentials out", command: "<%= config.bin %> create --preset read-only" },
  ];
  static override flags = {
    id: Flags.string({
      helpValue: "-|@FILE",
      summary: "the id to narrow, in place of the default one; --from is the same",
      aliases: ["from"],
    }),
    as: asFlag(),
    secret: Flags.string({
      helpValue: "-|@FILE",
      summary: "where the engine's secret is: makes the id from the root key",
      exclusive: ["id"],
    }),
    preset: Flags.string({ options: Object.keys(presets), summary: `caveats under a name: ${summarizePresets()}` }),
    root: Flags.boolean({ summary: "make a second root id, which may do everything" }),
    resolve: Flags.boolean({
      summary: "look containers and images up; --no-resolve takes full ids as they are",
      allowNo: true,
      default: true,
    }),
    ...perCaveat,
  };

  async run(): Promise<Created> {
    const { flags } = await this.parse(Create);
    const { id, as, secret, preset, root, resolve, ...typed } = flags;
    const wishes = caveatFlags.flatMap((flag) => valuesOf(flag, typed).map((value) => ({ flag, value })));
    if (wishes.length === 0 && preset === undefined && !root) {
      throw new Failure("misuse", "no caveat was given, and the id would be as mighty as the one it is made from", {
        hint: "docker-id create --help lists the caveats; --root makes a second root id",
      });
    }
    if (secret !== undefined && as !== undefined)
      throw new Failure("misuse", "--secret makes an id anew, and narrows none that is kept");
    const now = new Date();
    // All that can be known to be wrong without an engine is told before the engine or a secret is asked for.
    const named = wishes.map(({ flag, value }) =>
      resolve && kindOf(flag) !== undefined ? undefined : writeCaveat(flag.caveat, value, now),
    );
    const base = await this.#findBase(id, as, secret);
    const link = newLink(now, randomBytes);
    const added = preset === undefined ? [] : [...presets[preset as Preset].caveats(newLink(now, randomBytes))];
    for (const [at, { flag, value }] of wishes.entries())
      added.push(named[at] ?? (await this.#resolve(flag, value, base, now)));

    const caveats = [...(describeId(base.macaroon).root ? arrange(added) : added), `link=${link}`];
    const narrowed = attenuate(base.macaroon, caveats);
    this.#judge(narrowed, added, root);
    const text = serialize(narrowed);
    this.log(text);
    this.say(`docker-id revoke ${link} takes it back`);
    return { id: text, link, caveats };
  }

  #judge(narrowed: Macaroon, added: readonly string[], root: boolean): void {
    const isRoot = describeId(narrowed).root;
    if (root && !isRoot)
      throw new Failure("misuse", "a root id carries no caveat but for, and cannot be made from a restricted id");
    if (!root && isRoot) {
      throw new Failure("misuse", "this would be a second root id, which may do everything", {
        hint: "say --root if that is meant",
      });
    }
    const powers = hostScopes(added).map(({ kind, id, level }) => [kind, id ?? "*", level].join(":"));
    if (powers.length > 0)
      this.say(`it has powers over the host, and some of these make its holder root there: ${powers.join(", ")}`);
  }

  async #resolve({ caveat, flag }: CaveatFlag, typed: string, base: PresentedId, now: Date): Promise<string> {
    const kind = caveat === "image_id" ? "image" : "container";
    const ids: string[] = [];
    for (const name of typed.split(",").map((one) => one.trim())) {
      if (name === "") throw new Failure("misuse", `--${flag} names nothing`);
      ids.push(await resolveName(this.engine, kind, name, base.text).catch(withAdvice));
    }
    return writeCaveat(caveat, [...new Set(ids)].join(","), now);
  }

  async #findBase(id: string | undefined, as: string | undefined, given: string | undefined): Promise<PresentedId> {
    if (given !== undefined)
      return await this.#fromSecret(await readGivenSecret(given, "--secret", (told) => this.say(told)));
    const found = await this.findId(id, as);
    if (found !== undefined) return found;
    const variable = process.env["DOCKER_ID_SECRET"];
    if (variable === undefined || as !== undefined) throw noId(this.engine.name, as);
    return await this.#fromSecret(requireSecret(variable, "DOCKER_ID_SECRET"));
  }

  /** A fresh root id of the key that the secret makes; a wrong secret is found out by an id that is known to be right. */
  async #fromSecret(secret: string): Promise<PresentedId> {
    const kept = await this.#readKept();
    if (kept?.salt !== undefined) {
      const rootKey = await deriveRootKey(secret, Buffer.from(kept.salt, "base64url"));
      if (verify(parse(kept.id), rootKey) !== undefined) return toPresented(serialize(mintRootId(rootKey, kept.kid)));
    }
    try {
      const recovered = await recoverRootId(this.verifier, secret);
      await this.requireSameEngine(await readStatus(this.verifier), recovered.macaroon);
      return toPresented(serialize(mintRootId(recovered.rootKey, recovered.kid)));
    } catch (cause) {
      throw explainNoSalt(cause, kept);
    }
  }

  async #readKept(): Promise<KeptId | undefined> {
    try {
      return await readKeptId(await this.openKeychain(), this.engine.name, defaultName);
    } catch (error) {
      // The verifier keeps the salt too.
      if (error instanceof Failure && error.code === "no_keychain") return undefined;
      throw error;
    }
  }
}

/** What kept the salt from being found, where that is what went wrong. */
function explainNoSalt(cause: unknown, kept: KeptId | undefined): unknown {
  if (!(cause instanceof Failure)) return cause;
  const hint = "--id narrows an id without the secret";
  if (cause.code === "not_found") {
    return new Failure("no_id", "this engine's key is random: no secret makes an id of it", { hint, cause });
  }
  if (cause.code !== "no_verifier") return cause;
  if (kept?.salt !== undefined) {
    return wrongSecret("the secret is not the one that the id kept for this engine was made with", cause);
  }
  return new Failure(
    "no_verifier",
    "what the secret needs beside it is neither in the keychain nor to be had of a verifier",
    {
      hint: `${cause.message}; ${hint}`,
      cause,
    },
  );
}

function valuesOf({ flag, boolean }: CaveatFlag, typed: Readonly<Record<string, unknown>>): readonly string[] {
  const value = typed[flag];
  if (boolean) return value === true ? ["true"] : [];
  return Array.isArray(value) ? value : [];
}

/** Which of the engine's things the flag's values name. */
function kindOf({ caveat }: CaveatFlag): "container" | "image" | undefined {
  if (caveat === "container_id") return "container";
  return caveat === "image_id" ? "image" : undefined;
}

function withAdvice(error: unknown): never {
  if (!(error instanceof Failure) || error.code !== "no_engine") throw error;
  throw new Failure("no_engine", error.message, {
    hint: "with --no-resolve, a full id is taken as it is",
    cause: error,
  });
}

function shorten(example: string): string {
  return example.length > 24 ? `${example.slice(0, 20)}…` : example;
}

function summarizePresets(): string {
  return Object.entries(presets)
    .map(([name, { summary }]) => `${name} (${summary})`)
    .join(", ");
}
