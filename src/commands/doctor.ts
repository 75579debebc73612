import { randomBytes } from "node:crypto";
import { BaseCommand, toPresented } from "../base-command.ts";
import type { VerifierAddress } from "../client/find-verifier.ts";
import { coloursOf } from "../colour.ts";
import { examineDocker, examineEnvironment, examineKeychain, examineNode, examinePlugin } from "../doctor/client.ts";
import { examine, type Finding } from "../doctor/finding.ts";
import { formatFindings, isWell } from "../doctor/format-findings.ts";
import { examineClock, examineEngine, examineId, examineVerifier } from "../doctor/guard.ts";
import { examineSocket } from "../doctor/sockets.ts";
import { Failure } from "../errors.ts";
import { exitStatus } from "../exit-status.ts";
import { readDefaultId } from "../keychain/default-id.ts";
import { defaults } from "../protocol/defaults.ts";
import { startCommand } from "../start-command.ts";

interface Examined {
  /** Nothing is bad. */
  readonly well: boolean;
  readonly findings: readonly Finding[];
}

/** `docker-id doctor`: what works, what does not, and what to do. */
export default class Doctor extends BaseCommand {
  static override summary = "look whether all of it works, and say what to do where it does not";
  static override description =
    "Looks at what runs docker-id, the docker CLI, its plugin folder, the keychain (by keeping something worthless in " +
    "it), the engine, the verifier, their sockets, the clocks and the default id. Changes nothing. Exits with 1 where " +
    "something is bad.";
  static override examples = ["<%= config.bin %> doctor", "<%= config.bin %> doctor --json"];

  async run(): Promise<Examined> {
    await this.parse(Doctor);
    const { version } = this.config;
    const findings = [
      ...examineNode(process.versions, startCommand()),
      ...(await examineDocker()),
      ...(await examine("docker id", () => examinePlugin(process.env, version))),
      ...(await examine("keychain", () => examineKeychain(() => this.openKeychain(), randomBytes(8).toString("hex")))),
      ...examineEnvironment(process.env),
      ...(await examine("engine", () => examineEngine(this.engine))),
      ...(await this.#examineGuard(version)),
      ...this.#examineSockets(),
    ];
    const well = isWell(findings);
    const { green, yellow, red } = coloursOf(process.stdout, process.env);
    for (const line of formatFindings(findings, { good: green, note: yellow, bad: red })) this.log(line);
    if (!well) process.exitCode = exitStatus.failed;
    return { well, findings };
  }

  async #examineGuard(version: string): Promise<readonly Finding[]> {
    let verifier: VerifierAddress | undefined;
    const findings = await examine("verifier", async () => {
      const address = this.verifier;
      const seen = await examineVerifier(address, version, async (status) => {
        const found = await this.#findPresented().catch(() => undefined);
        await this.requireSameEngine(status, found?.macaroon);
      });
      verifier = address;
      return [...seen, ...(await examineClock(address, () => new Date()))];
    });
    const id = await examine("default id", async () => examineId(await this.#findPresented(), verifier, new Date()));
    return [...findings, ...id];
  }

  async #findPresented() {
    const found = await readDefaultId(this.engine.name, process.env, () => this.openKeychain());
    return found === undefined ? undefined : { ...toPresented(found.id), from: found.from };
  }

  #examineSockets(): readonly Finding[] {
    const owners = process.getuid === undefined ? [] : [process.getuid()];
    const engine = this.#ignoring(() => this.engine);
    if (engine === undefined) return [];
    const { address, local, through } = engine;
    const own = through === undefined ? [] : examineSocket("docker-id's socket", through, owners);
    if (!local || address.transport !== "unix") return own;
    const plugin = defaults.authz.slice("unix://".length);
    const admin = this.#ignoring(() => this.verifier)?.path;
    return [
      ...own,
      ...examineSocket("engine's socket", address.path, owners),
      ...(admin === undefined ? [] : examineSocket("admin door", admin, owners)),
      ...examineSocket("plugin's door", plugin, owners),
    ];
  }

  /** What goes wrong was told already. */
  #ignoring<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }
}
