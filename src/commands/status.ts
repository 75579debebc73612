import { BaseCommand, toPresented } from "../base-command.ts";
import { readReport, readStatus } from "../client/admin.ts";
import { pingEngine } from "../client/engine.ts";
import { describeId } from "../describe-id.ts";
import { Failure } from "../errors.ts";
import { readDefaultId } from "../keychain/default-id.ts";
import type { Status as VerifierStatus } from "../protocol/admin.ts";

interface IdNow {
  readonly root: boolean;
  readonly expires?: string;
  readonly links: readonly string[];
  /** What the verifier makes of it; `unverified` where it could not be asked. */
  readonly worth: "good" | "expired" | "revoked" | "refused" | "unverified";
  readonly from: "environment" | "keychain";
}

interface Known {
  readonly engine: {
    readonly name: string;
    readonly context?: string;
    readonly id?: string;
    readonly version?: string;
  };
  readonly state: "open" | "guarded" | "unreadable" | "unknown";
  readonly reason?: string;
  readonly kid?: string;
  readonly verifier?: {
    readonly address: string;
    readonly version: string;
    readonly guards: string;
    readonly asked?: boolean;
  };
  readonly id?: IdNow;
  /** What kept some of this from being found out. */
  readonly troubles: readonly string[];
}

/** `docker-id status`: which engine, which verifier, which id. */
export default class Status extends BaseCommand {
  static override summary = "tell which engine, whether it is guarded, by which verifier, and which id is the default";
  static override examples = ["<%= config.bin %> status", "<%= config.bin %> status --json"];

  async run(): Promise<Known> {
    await this.parse(Status);
    const troubles: string[] = [];
    const trouble = (error: unknown): undefined => {
      if (!(error instanceof Failure)) throw error;
      troubles.push(error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
    };
    const status = await this.#readStatus().catch(trouble);
    const id = await this.#readId(status).catch(trouble);
    const reception = status === undefined ? await pingEngine(this.engine, undefined).catch(trouble) : undefined;
    if (status === undefined && reception === undefined) {
      throw new Failure("no_verifier", `neither a verifier nor the engine at ${this.engine.name} answers`, {
        hint: troubles.join("; "),
      });
    }

    const { context, name } = this.engine;
    const seen = reception === "admitted" ? "open" : reception === "refused" ? "guarded" : "unknown";
    const known: Known = {
      engine: {
        name,
        ...(context && { context }),
        ...(status?.engine.id && { id: status.engine.id }),
        ...(status?.engine.version && { version: status.engine.version }),
      },
      state: status?.state ?? seen,
      ...(status?.reason && { reason: status.reason }),
      ...(status?.kid && { kid: status.kid }),
      ...(status && { verifier: this.#describeVerifier(status) }),
      ...(id && { id }),
      troubles,
    };
    this.#print(known);
    return known;
  }

  async #readStatus(): Promise<VerifierStatus> {
    return await readStatus(this.verifier);
  }

  #describeVerifier({ engine, version }: VerifierStatus): NonNullable<Known["verifier"]> {
    return {
      address: this.verifier.name,
      version,
      guards: engine.host,
      ...(engine.asks === undefined ? {} : { asked: engine.asks }),
    };
  }

  async #readId(status: VerifierStatus | undefined): Promise<IdNow | undefined> {
    const found = await readDefaultId(this.engine.name, process.env, () => this.openKeychain());
    if (found === undefined) return undefined;
    const { macaroon, text } = toPresented(found.id);
    const { root, expires, links } = describeId(macaroon);
    const shown = { root, links, from: found.from, ...(expires === undefined ? {} : { expires }) };
    if (status?.state !== "guarded") return { ...shown, worth: "unverified" };
    try {
      const report = await readReport(this.verifier, text);
      return { ...shown, worth: report.revoked ? "revoked" : report.expired ? "expired" : "good" };
    } catch (error) {
      if (error instanceof Failure && error.code === "refused") return { ...shown, worth: "refused" };
      throw error;
    }
  }

  #print({ engine, state, reason, verifier, id, troubles }: Known): void {
    this.log(`engine    ${engine.name}${engine.context ? ` (context ${engine.context})` : ""}`);
    this.log(`state     ${state}${reason === undefined ? "" : `: ${reason}`}`);
    this.log(
      `verifier  ${verifier === undefined ? "none in reach" : `${verifier.address}, version ${verifier.version}`}`,
    );
    if (verifier?.asked === false) this.log("          the engine does not ask it: docker-id install --engine");
    this.log(`id        ${id === undefined ? "none is kept" : describe(id)}`);
    for (const trouble of troubles) this.say(trouble);
  }
}

function describe({ root, expires, links, worth, from }: IdNow): string {
  const kind = root ? "a root id" : "a restricted id";
  const link = links.at(-1);
  return [
    `${kind} of the ${from}, ${worth}`,
    expires === undefined ? "without end" : `until ${expires}`,
    ...(link === undefined ? [] : [`link ${link}`]),
  ].join(", ");
}
