import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { Failure } from "../errors.ts";

/** As much of what ssh complains of as is told. */
const mostSaid = 2000;

/** The arguments with which docker starts ssh for such an address; throws Failure("misuse") for one that docker would not take. */
export function sshArguments(text: string): readonly string[] {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new Failure("misuse", "the engine's ssh:// address cannot be read", { hint: "write ssh://user@name:port" });
  }
  if (url.password !== "") throw new Failure("misuse", "an ssh:// address takes no password: ssh asks no one for it");
  if (url.hostname === "" || url.search !== "" || url.hash !== "") {
    throw new Failure("misuse", "an ssh:// address is ssh://user@name:port/path and no more");
  }
  const path = decodeURIComponent(url.pathname);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const remote = path.replaceAll("/", "") === "" ? ["docker"] : ["docker", quote(`--host=unix://${path}`)];
  return [
    "-o",
    "ConnectTimeout=30",
    "-T",
    ...(url.username === "" ? [] : ["-l", decodeURIComponent(url.username)]),
    ...(url.port === "" ? [] : ["-p", url.port]),
    "--",
    decodeURIComponent(host),
    ...remote,
    "system",
    "dial-stdio",
  ];
}

/** The other side's shell reads it again. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * A connection to an engine through `ssh HOST docker system dial-stdio`. It has no terminal to ask on, as docker's own
 * has none. Where ssh or the other side's docker fails before anything was read, it ends with Failure("no_engine") and
 * what they said.
 */
export function dialSsh(text: string): Duplex {
  const child = spawn("ssh", sshArguments(text), { stdio: ["pipe", "pipe", "pipe"] });
  const { stdin, stdout, stderr } = child;
  let said = "";
  let heard = false;
  let ended = false;
  const connection = new Duplex({
    allowHalfOpen: true,
    read: () => {
      stdout.resume();
    },
    write: (chunk: Buffer, _encoding, done) => {
      stdin.write(chunk, () => done());
    },
    final: (done) => {
      stdin.end(() => done());
    },
    destroy: (error, done) => {
      child.kill();
      if (ended) done(error);
      else child.once("close", () => done(error));
    },
  });
  stderr.setEncoding("utf8").on("data", (words: string) => (said = (said + words).slice(-mostSaid)));
  stdout.on("data", (chunk: Buffer) => {
    heard = true;
    if (!connection.push(chunk)) stdout.pause();
  });
  // It may have gone, and says so by its end
  stdin.on("error", () => undefined);
  child.once("error", (cause) => {
    ended = true;
    connection.destroy(new Failure("no_engine", "ssh, by which the engine is reached, cannot be started", { cause }));
  });
  child.once("close", (status) => {
    ended = true;
    if (status === 0 || heard) connection.push(null);
    else connection.destroy(failure(text, said));
  });
  return connection;
}

function failure(text: string, said: string): Failure {
  const lines = said.split(/\r?\n/).filter((line) => line !== "");
  const hint = lines.length === 0 ? "ssh said nothing" : `ssh said: ${lines.join("; ")}`;
  return new Failure("no_engine", `the engine at ${text} cannot be reached through ssh`, { hint });
}
