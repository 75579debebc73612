import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Endpoint } from "./docker-cli/endpoint.ts";
import { findEndpoint } from "./docker-cli/endpoint.ts";
import type { WhichId } from "./docker-cli/take-id.ts";
import type { Forwarder } from "./forwarder/forwarder.ts";
import { Failure } from "./errors.ts";
import { openForwarder } from "./forwarder/forwarder.ts";
import { makePrivateFolder, removePrivateFolder, socketName } from "./forwarder/private-folder.ts";
import type { Watch } from "./forwarder/watch-process.ts";
import { readHandedWords } from "./handed-words.ts";
import { findIdText } from "./id-text.ts";
import { readBeside } from "./read-beside.ts";
import { formatPlan } from "./shell/plan.ts";

// What the program waits for is all that is loaded at once: a module takes a third of a millisecond

/** What would end or stop us with the program, or open us to a debugger: the program's end is ours, and nothing else. */
const outlived = "HUP INT QUIT TERM ALRM USR1 USR2 TSTP TTIN TTOU".split(" ").map((name) => `SIG${name}`);

/** By then the program has asked what it asks first. */
const unhurriedMs = 50;

/** What the program is not to see: it would choose another engine, or is the id itself. */
const hidden = [
  "DOCKER_CONTEXT",
  "DOCKER_TLS",
  "DOCKER_TLS_VERIFY",
  "DOCKER_CERT_PATH",
  "DOCKER_ID_TOKEN",
  "DOCKER_ID_SECRET",
];

/**
 * Stands beside a process for as long as it lives: opens a socket that adds the id, and writes to stdout what the shell
 * in that process is to do to become the program, or with which status it is to end. Where the words are not given, the
 * shell hands them over. With `own` they are those of a shell's own `docker`, which is to be itself where no id is of use.
 */
export async function accompany([pid, ...given]: readonly string[], own = false): Promise<void> {
  for (const signal of outlived) process.on(signal, () => undefined);
  try {
    answer(await prepare(Number(pid), given.length > 0 ? given : readHandedWords(), own));
  } catch (error) {
    const { tellError } = await import("./talk.ts");
    writeSync(1, `exit ${tellError(error, false)}\n`);
    process.exit();
  }
}

/** Gives the shell its lines, and lets go of all that it shares with us: whoever reads from it waits for our end too. */
function answer(plan: string): void {
  try {
    writeSync(1, plan);
  } catch {
    // The shell was ended meanwhile, which is seen as the program's end is
  }
  for (const file of [0, 1, 2]) {
    closeSync(file);
    // It takes the lowest number that is free
    openSync("/dev/null", "r+");
  }
}

async function prepare(pid: number, words: readonly string[], own: boolean): Promise<string> {
  const call = readBeside(words);
  if (own) {
    const { isPlain } = await import("./is-plain.ts");
    if (call === undefined || isPlain(call, words, process.env)) return becomeItself;
  }
  if (call === undefined) return await becomeOurselves();
  const { which, dockerFlags, first, places } = call;
  const engine = findEndpoint(dockerFlags, process.env);
  const open = await findOpenSocket(which, engine);
  const socket = open ?? (await openSocket(pid, which, engine, own));
  if (socket === undefined) return becomeItself;
  const environment = {
    ...Object.fromEntries(hidden.map((name) => [name, undefined])),
    DOCKER_HOST: `unix://${socket}`,
    ...(open === undefined ? { DOCKER_ID_UNDER: underOf(which) } : {}),
  };
  return formatPlan({ environment, first, places });
}

/** For docker's credential helper, which is not to give the default id to what runs under another. */
function underOf({ id, as }: WhichId): string | undefined {
  if (as !== undefined) return as;
  return id === undefined && process.env["DOCKER_ID_TOKEN"] === undefined ? undefined : "-";
}

/** The words that a shell's own `docker` was called with are a whole command. */
const becomeItself = 'exec "$@"\n';

async function findOwn(which: WhichId, engine: Endpoint): Promise<string | undefined> {
  try {
    // What was typed went to a function of the shell's, for nobody to see
    return await findIdText(which, engine, process.env, () => undefined);
  } catch (error) {
    const none = error instanceof Failure && error.code === "no_id";
    if (none && which.id === undefined && which.as === undefined) return undefined;
    throw error;
  }
}

async function becomeOurselves(): Promise<string> {
  const [{ quoteWords }, { startCommand }] = await Promise.all([
    import("./shell/quote.ts"),
    import("./start-command.ts"),
  ]);
  return `exec ${quoteWords("bash", startCommand())} "$@"\n`;
}

/** Inside of another docker-id the id is that one's, unless another is asked for. */
async function findOpenSocket({ id, as }: WhichId, { through }: Endpoint): Promise<string | undefined> {
  if (through === undefined || id !== undefined || as !== undefined) return undefined;
  if (process.env["DOCKER_ID_TOKEN"] !== undefined) return undefined;
  const { askAlive } = await import("./forwarder/alive.ts");
  return (await askAlive(through)) === "alive" ? through : undefined;
}

/** Gives the socket; undefined where a shell's own `docker` has no default id to go under. */
async function openSocket(pid: number, which: WhichId, engine: Endpoint, own: boolean): Promise<string | undefined> {
  const id = await (own ? findOwn(which, engine) : findIdText(which, engine, process.env));
  if (id === undefined) return undefined;
  const folder = makePrivateFolder(process.env);
  const socket = join(folder, socketName);
  let watch: Watch | undefined;
  try {
    // Whoever ends closes what it has opened a moment before
    const left = (): unknown => setTimeout(() => watch?.look(), 20);
    const forwarder = await openForwarder({ socket, engine, id: () => Promise.resolve(id), left });
    const stayed = async (): Promise<void> => {
      await forwarder.ready;
      watch = await stay(pid, folder, forwarder);
    };
    void stayed();
    return socket;
  } catch (error) {
    removePrivateFolder(folder);
    throw error;
  }
}

/** Ends all of it with the process. */
async function stay(pid: number, folder: string, forwarder: Forwarder): Promise<Watch> {
  const { watchProcess } = await import("./forwarder/watch-process.ts");
  setTimeout(() => void clean(folder), unhurriedMs);
  return watchProcess(pid, () => {
    forwarder.close();
    removePrivateFolder(folder);
    process.exit(0);
  });
}

/** Sees to what would be left of us if we were killed, and to what is left of others. */
async function clean(folder: string): Promise<void> {
  const { startWatchdog } = await import("./forwarder/watchdog.ts");
  startWatchdog(folder);
  const { sweep } = await import("./forwarder/sweep.ts");
  // Another start may be at the same folders
  await sweep(folder).catch(() => undefined);
}
