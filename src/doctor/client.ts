import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { dockerSettings, settingsHoldId, variableHoldsId } from "../docker-cli/holds-id.ts";
import { isOurPlugin, systemPluginFolder, userPluginFolder } from "../docker-cli/plugin.ts";
import type { Keychain } from "../keychain/keychain.ts";
import { tryKeychain } from "../keychain/keychain.ts";
import { bad, type Finding, good, note } from "./finding.ts";

const run = promisify(execFile);
const timeLimitMs = 5000;

/** What runs docker-id. */
export function examineNode(versions: NodeJS.ProcessVersions, start: readonly string[]): readonly Finding[] {
  const from = start.length === 1 ? `inside ${start[0]}` : `at ${start[0]}`;
  return [good("Node", `${versions.node}, ${from}`)];
}

/** The docker CLI, and how it could carry an id by itself. */
export async function examineDocker(): Promise<readonly Finding[]> {
  const said = await run("docker", ["--version"], { timeout: timeLimitMs }).catch(() => undefined);
  const [, version, major, minor] = /version ((\d+)\.(\d+)[\d.]*)/.exec(said?.stdout ?? "") ?? [];
  if (version === undefined) {
    return [note("docker", "no docker command answers on the PATH", "docker-id run and docker id … need one")];
  }
  const sends = Number(major) > 27 || (Number(major) === 27 && Number(minor) >= 1);
  return [
    sends
      ? good("docker", `${version}, which can send an id by itself (DOCKER_CUSTOM_HEADERS)`)
      : good("docker", `${version}, which sends headers from config.json alone: use docker-id run, exec or shell-init`),
  ];
}

/** Whether `docker id` is this docker-id. */
export async function examinePlugin(environment: NodeJS.ProcessEnv, version: string): Promise<readonly Finding[]> {
  const about = "docker id";
  const paths = [userPluginFolder(environment), systemPluginFolder].map((folder) => join(folder, "docker-id"));
  for (const path of paths) {
    const ours = await isOurPlugin(path);
    if (ours === undefined) continue;
    if (!ours)
      return [
        bad(
          about,
          `${path} is not docker-id's, and docker takes it for docker id`,
          "move it away, then docker-id install",
        ),
      ];
    if (!mayRun(path)) return [bad(about, `${path} may not be run`, "docker-id install writes it anew")];
    if ((statSync(join(path, "..")).mode & 0o002) !== 0)
      return [
        bad(about, `everyone may change what docker runs from ${join(path, "..")}`, `chmod o-w ${join(path, "..")}`),
      ];
    const answer = await run(path, ["docker-cli-plugin-metadata"], { timeout: timeLimitMs }).catch(() => undefined);
    const [, found] = /"Version":"([^"]*)"/.exec(answer?.stdout ?? "") ?? [];
    if (found === undefined) return [bad(about, `${path} does not start`, "docker-id install writes it anew")];
    if (found !== version) return [note(about, `${path} is version ${found}, this is ${version}`, "docker-id install")];
    return [good(about, path)];
  }
  return [note(about, `neither ${paths.join(" nor ")} is there`, "docker-id install makes docker id … a command")];
}

/** Whether ids can be kept: by keeping something worthless. */
export async function examineKeychain(open: () => Promise<Keychain>, random: string): Promise<readonly Finding[]> {
  const keychain = await open();
  await tryKeychain(keychain, random);
  return [good("keychain", `${keychain.title} keeps and gives back what it is given`)];
}

/** Ids that stand where they are seen, or that go before those that are kept. */
export function examineEnvironment(environment: NodeJS.ProcessEnv): readonly Finding[] {
  const findings: Finding[] = [];
  if (environment["DOCKER_ID_TOKEN"] !== undefined)
    findings.push(note("environment", "DOCKER_ID_TOKEN is set, and is used in place of the ids that are kept"));
  if (variableHoldsId(environment["DOCKER_CUSTOM_HEADERS"]))
    findings.push(
      note(
        "environment",
        "DOCKER_CUSTOM_HEADERS holds an id, for every program that you start to see",
        "docker-id run, exec and shell-init need none",
      ),
    );
  const path = dockerSettings(environment);
  if (settingsHoldId(path)) findings.push(fileWithId(path));
  return findings;
}

function fileWithId(path: string): Finding {
  const said = `${path} holds an id in HttpHeaders`;
  if ((statSync(path).mode & 0o077) !== 0)
    return bad("environment", `${said}, and others may read it`, `chmod 600 ${path}`);
  return note("environment", said, "docker-id run, exec and shell-init need none there");
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
