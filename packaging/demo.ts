import { setTimeout as sleep } from "node:timers/promises";
import { type Docker, newestDocker } from "../test/support/dockers.ts";
import { anEngine, needs } from "../test/support/needs.ts";
import type { Outcome } from "../test/support/run.ts";
import { openStage, type Stage } from "../test/support/stage.ts";
import { until } from "../test/support/until.ts";

type Expected = "done" | "refused";

const colours = process.stdout.isTTY && !process.env["NO_COLOR"];

function paint(text: string, code: number): string {
  return colours ? `\u001b[${code}m${text}\u001b[0m` : text;
}

function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

function title(text: string): void {
  say(`\n${paint(`# ${text}`, 1)}`);
}

/** Ids are long: as much as a person would look at. */
function shorten(text: string): string {
  return text
    .replace(/dkid_[\w-]{30,}/g, (id) => `${id.slice(0, 17)}…${id.slice(-4)}`)
    .replace(/\b[0-9a-f]{64}\b/g, (id) => `${id.slice(0, 12)}…`);
}

function typed(command: string): void {
  say(`\n${paint("$", 2)} ${paint(shorten(command), 36)}`);
}

/** Prints the command as a person types it and what came of it; a demonstration that goes otherwise fails. */
function show(command: string, outcome: Outcome, expected: Expected): string {
  const done = outcome.status === 0;
  if (done !== (expected === "done")) {
    throw new Error(`$ ${command}\nended with ${outcome.status}: ${outcome.stderr}${outcome.stdout}`);
  }
  typed(command);
  const lines = `${outcome.stdout}\n${outcome.stderr}`.split("\n").filter((line) => line.trim() !== "");
  for (const line of lines.filter((text) => !/^(See|Run) 'docker/.test(text))) {
    say(`  ${done ? shorten(line) : paint(shorten(line), 31)}`);
  }
  if (!done) say(paint(`  (exit status ${outcome.status})`, 2));
  return outcome.stdout.trim();
}

function quote(words: readonly string[]): string {
  return words.map((word) => (/[\s"'$]/.test(word) ? `"${word}"` : word)).join(" ");
}

/** Someone at a shell, whose docker sends one id or none. */
function createPerson(stage: Stage, cli: Docker) {
  let holds: string | undefined;
  return {
    become: (id: string | undefined, name: string) => {
      holds = id;
      if (id === undefined) typed("unset DOCKER_CUSTOM_HEADERS");
      else if (cli.headers === "DOCKER_CUSTOM_HEADERS") typed(`export DOCKER_CUSTOM_HEADERS="X-Docker-Id=${name}"`);
      else typed(`edit ~/.docker/config.json   # {"HttpHeaders": {"X-Docker-Id": "${name}"}}`);
    },
    docker: async (words: string[], expected: Expected = "done") =>
      show(`docker ${quote(words)}`, await stage.docker(cli, holds, words), expected),
    dockerId: async (words: string[], input?: string) =>
      show(`docker-id ${quote(words)}`, await stage.id(words, input === undefined ? {} : { input }), "done"),
  };
}

async function play(stage: Stage): Promise<void> {
  const cli = newestDocker();
  const { become, docker, dockerId } = createPerson(stage, cli);

  title("An engine without ids: whoever reaches it is root on its host");
  await docker(["ps"]);

  title("Guard it. The root id goes into a keychain, in this demonstration a file");
  const init = await stage.id(["init", "--secret", "-"], { input: "Super secret token" });
  show('echo "Super secret token" | docker-id init --secret -', init, "done");
  await docker(["ps"], "refused");
  const root = await dockerId(["show"]);

  title("The root id does everything that could be done before");
  become(root, "$(docker-id show)");
  const quiet = ["--network", "none", "--stop-signal", "KILL"];
  await docker(["run", "-d", "--name", "web", ...quiet, "busybox", "sh", "-c", "echo one visitor; sleep 1000"]);
  await until("web speaks", async () => (await stage.docker(cli, root, ["logs", "web"])).stdout !== "");

  title("An id for a friend: it reads one container, for an hour");
  const hour = ["--op", "read", "--container-id", "web", "--expires", "1h", "--for", "a friend"];
  const friend = await dockerId(["create", ...hour]);
  become(friend, "$FRIEND");
  await docker(["logs", "web"]);
  await docker(["exec", "web", "sh"], "refused");
  await docker(["ps"], "refused");
  await docker(["run", "-v", "/:/host", "busybox", "sh"], "refused");

  title("The friend narrows it further, with no engine and no verifier in reach");
  const nowhere = "unix:///nowhere.sock";
  const env = { DOCKER_ID_TOKEN: friend, DOCKER_HOST: nowhere, DOCKER_ID_SERVER: nowhere };
  const narrowed = await stage.id(["create", "--expires", "2"], { env });
  const brief = show("DOCKER_ID_TOKEN=$FRIEND docker-id create --expires 2", narrowed, "done");
  become(brief, "$BRIEF");
  await docker(["logs", "web"]);
  typed("sleep 3");
  await sleep(3000);
  await docker(["logs", "web"], "refused");

  title("Take the friend's id back, with all that grew from it");
  show("echo $FRIEND | docker-id revoke -", await stage.id(["revoke", "-"], { input: friend }), "done");
  become(friend, "$FRIEND");
  await docker(["logs", "web"], "refused");

  title("Who was refused what");
  const log = await stage.id(["log", "--refused"]);
  const lines = log.stdout
    .trim()
    .split("\n")
    .filter((line) => line.includes("a friend"));
  const cut = lines.map((line) => (line.length > 150 ? `${shorten(line).slice(0, 150)}…` : line));
  show('docker-id log --refused | grep "a friend" | cut -c 1-150', { ...log, stdout: cut.join("\n") }, "done");

  title("Take the guard away: Docker is as it was");
  await dockerId(["destroy", "--yes"]);
  become(undefined, "");
  await docker(["ps", "--format", "{{.Names}} is {{.Status}}"]);
}

async function demonstrate(): Promise<void> {
  const why = needs(...anEngine);
  if (why !== undefined) {
    say(`This demonstration starts an engine of its own, and cannot here: ${why}.`);
    say("As root on Debian 12, npm run demo installs what is missing, and says so.");
    process.exitCode = 1;
    return;
  }
  say("A dockerd and a verifier of our own are started in a temporary folder, and removed at the end.");
  const stage = await openStage();
  let left = false;
  const leave = (signal: NodeJS.Signals) => {
    left = true;
    say("\nleaving: what was started is being removed");
    process.exitCode = signal === "SIGINT" ? 130 : 143;
    void stage.close().finally(() => process.exit());
  };
  process.once("SIGINT", leave).once("SIGTERM", leave);
  try {
    await stage.engine.importImage("busybox");
    await play(stage);
    title("That was all; what was started is removed");
  } catch (error) {
    // Ctrl-C reaches docker too, which then fails.
    if (!left) throw error;
  } finally {
    await stage.close();
  }
}

await demonstrate();
