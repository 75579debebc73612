import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { asFlag, BaseCommand, type PresentedId } from "../base-command.ts";
import { readStatus } from "../client/admin.ts";
import { explainRequest, readFromEngine } from "../client/explain.ts";
import { coloursOf } from "../colour.ts";
import { describeId } from "../describe-id.ts";
import { Failure } from "../errors.ts";
import { exitStatus } from "../exit-status.ts";
import { askDocker, type Asked } from "../explain/ask-docker.ts";
import { admitDockerWords } from "../explain/docker-words.ts";
import type { Explained } from "../explain/step.ts";
import { tellStep, type Paint } from "../explain/tell.ts";
import type { AskedRequest, Explanation, MadeThing } from "../protocol/explain.ts";

type Explainer = (request: AskedRequest, made?: readonly MadeThing[]) => Promise<Explanation>;

/** Longer than docker takes for anything that it need not wait for. */
const timeLimitMs = 30_000;

/** `docker-id explain`: would this be allowed, and which caveat says no. */
export default class Explain extends BaseCommand {
  static override summary = "tell whether a request or a docker command would be allowed, and what says no";
  static override description =
    "Asks the verifier what it would make of a request: what it does, what it touches, the verdict, and which caveats " +
    "refuse and why. After -- stands a docker command: docker is run with docker-id in the engine's place, so that " +
    "nothing of it is done, and each request that it makes is explained. Exits with 3 where something would be refused.";
  static override usage = ["explain [--id -|@FILE] METHOD PATH [--body -|FILE]", "explain [--id -|@FILE] -- docker …"];
  static override examples = [
    { description: "one request", command: "<%= config.bin %> explain POST /containers/web/start" },
    { description: "with a body", command: "<%= config.bin %> explain POST /containers/create --body create.json" },
    {
      description: "a docker command, under someone's id",
      command: "<%= config.bin %> explain --id @ci.txt -- docker run -v /:/host alpine",
    },
  ];
  static override args = {
    method: Args.string({ ignoreStdin: true, description: "GET, POST …" }),
    path: Args.string({ ignoreStdin: true, description: "path and query, /containers/json?all=1" }),
  };
  static override flags = {
    id: Flags.string({ helpValue: "-|@FILE", summary: "the id that would ask, in place of the default one" }),
    as: asFlag(),
    body: Flags.string({ helpValue: "-|FILE", summary: "where the request's body is" }),
    "content-type": Flags.string({ helpValue: "TYPE", summary: "the body's type", default: "application/json" }),
    address: Flags.string({ summary: "as if it came from this address; only with the root id at hand" }),
  };

  async run(): Promise<Explained> {
    const at = this.argv.indexOf("--");
    const words = at < 0 ? undefined : this.argv.slice(at + 1);
    const { args, flags } = await this.parse(Explain, at < 0 ? this.argv : this.argv.slice(0, at));
    const { method, path } = args;
    const { id: given, as, body, address, "content-type": type } = flags;
    if (words !== undefined) {
      if (method !== undefined || body !== undefined)
        throw new Failure("misuse", "a docker command makes its own requests: neither METHOD nor --body goes with it");
      if (address !== undefined) throw new Failure("misuse", "--address goes with METHOD PATH alone");
      return await this.#explainDocker(admitDockerWords(words), given, as);
    }
    if (method === undefined || path === undefined || method === "docker") {
      throw new Failure("misuse", "explain takes METHOD PATH, or a docker command after --", {
        hint: "docker-id explain GET /containers/json, or docker-id explain -- docker ps",
      });
    }
    if (body === "-" && given === "-") throw new Failure("misuse", "stdin is either the id or the body");
    const request = await readRequest(method, path, body, type);
    const presented = await this.requireId(given, as);
    const explain = await this.#explainer(presented, (given ?? as) !== undefined, address);
    const explanation = await explain(request);
    const { method: asked, target } = request;
    const requests = [{ method: asked, target, follows: false, explanation }];
    return this.#tell({ verdict: explanation.verdict, complete: true, requests });
  }

  async #explainDocker(
    words: readonly string[],
    given: string | undefined,
    as: string | undefined,
  ): Promise<Explained> {
    const presented = await this.requireId(given, as);
    const explain = await this.#explainer(presented, (given ?? as) !== undefined, undefined);
    const asked = await askDocker(words, {
      explain,
      read: (method, target) => readFromEngine(this.engine, method, target, presented.text),
      environment: process.env,
      timeLimitMs,
    });
    this.say(
      "docker was given docker-id in the engine's place: nothing was run, and only reads that are allowed were passed on",
    );
    this.#tell(asked);
    this.#tellEnd(asked);
    return asked;
  }

  /** Asks about the id that was presented; with the root id where that is at hand, since it is told more. */
  async #explainer(presented: PresentedId, isGiven: boolean, address: string | undefined): Promise<Explainer> {
    const root = isGiven ? await this.#findRootId() : undefined;
    const asker = root ?? presented;
    await this.requireSameEngine(await readStatus(this.verifier), asker.macaroon);
    const more = {
      ...(root === undefined ? {} : { id: presented.text }),
      ...(address === undefined ? {} : { address }),
    };
    return (request, made = []) =>
      explainRequest(this.verifier, asker.text, { ...request, ...more, ...(made.length === 0 ? {} : { made }) });
  }

  async #findRootId(): Promise<PresentedId | undefined> {
    try {
      const found = await this.findId(undefined);
      return found !== undefined && describeId(found.macaroon).root ? found : undefined;
    } catch (error) {
      // It is only a help
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }

  #tell(explained: Explained): Explained {
    const colours = coloursOf(process.stdout, process.env);
    const paints = { allowed: colours.green, refused: colours.red, unknown: colours.yellow };
    const paint: Paint = (verdict) => paints[verdict](verdict);
    const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
    for (const step of explained.requests) for (const line of tellStep(step, paint, width)) this.log(line);
    if (explained.verdict === "refused") process.exitCode = exitStatus.refused;
    else if (!explained.complete) process.exitCode = exitStatus.failed;
    return explained;
  }

  #tellEnd({ verdict, complete, complaint, requests }: Asked): void {
    if (requests.length === 0) this.say("docker asked the engine for nothing");
    const said = complaint === undefined ? "" : `; it said: ${complaint}`;
    if (verdict === "refused") return;
    if (!complete) this.say(`docker did not get to its end, and may ask for more than this${said}`);
    else if (complaint !== undefined) this.say(`all of it is allowed, and docker would fail all the same${said}`);
  }
}

async function readRequest(
  method: string,
  target: string,
  from: string | undefined,
  type: string,
): Promise<AskedRequest> {
  if (!/^[a-z]{1,16}$/i.test(method)) throw new Failure("misuse", "the method is a word: GET, POST …");
  if (!target.startsWith("/")) throw new Failure("misuse", "the path begins with a slash");
  const asked = { method: method.toUpperCase(), target };
  if (from === undefined)
    return asked.method.startsWith("P") ? { ...asked, headers: { "content-length": "0" } } : asked;
  const body = await readBody(from);
  const headers = { "content-type": type, "content-length": String(body.length) };
  return { ...asked, headers, body: body.toString("base64") };
}

async function readBody(from: string): Promise<Buffer> {
  try {
    return from === "-" ? await buffer(process.stdin) : readFileSync(from);
  } catch (cause) {
    throw new Failure("misuse", "the file with the request's body cannot be read", { cause });
  }
}
