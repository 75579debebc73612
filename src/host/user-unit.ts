import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../errors.ts";
import { quoteArgument } from "./systemd.ts";

/** A service that systemd runs for one user, from login to logout. */
export interface UserUnit {
  /** Without its ending. */
  readonly name: string;
  readonly description: string;
  /** The absolute argv. */
  readonly command: readonly string[];
  /** What it needs of the environment, and the user's systemd may not have. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Whether systemd runs services for this user, who has to be logged in for that. */
export function hasUserSystemd(environment: NodeJS.ProcessEnv): boolean {
  const runtime = environment["XDG_RUNTIME_DIR"];
  return runtime !== undefined && existsSync(join(runtime, "systemd", "private"));
}

/** The text of the unit. */
export function userUnitText({ description, command, environment }: UserUnit): string {
  const variables = Object.entries(environment).map(
    ([name, value]) => `Environment=${quoteArgument(`${name}=${value}`, { dollars: false })}\n`,
  );
  return `[Unit]
Description=${description.replaceAll("%", "%%")}

[Service]
Type=exec
${variables.join("")}ExecStart=${command.map((argument) => quoteArgument(argument)).join(" ")}
Restart=on-failure
RestartSec=2
UMask=0077

[Install]
WantedBy=default.target
`;
}

/** Writes the unit, enables it and starts it anew. */
export async function startUserUnit(unit: UserUnit, environment: NodeJS.ProcessEnv): Promise<void> {
  const path = unitPath(unit.name, environment);
  try {
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, userUnitText(unit), { mode: 0o644 });
  } catch (cause) {
    throw new Failure("failed", `${path} cannot be written`, { cause });
  }
  await systemctl(unit.name, "daemon-reload");
  await systemctl(unit.name, "enable", `${unit.name}.service`);
  await systemctl(unit.name, "restart", `${unit.name}.service`);
}

/** Stops it, disables and removes it; gives whether there was one. */
export async function removeUserUnit(name: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const path = unitPath(name, environment);
  if (!existsSync(path)) return false;
  if (hasUserSystemd(environment)) await systemctl(name, "disable", "--now", `${name}.service`);
  await rm(path, { force: true });
  if (hasUserSystemd(environment)) await systemctl(name, "daemon-reload");
  return true;
}

function unitPath(name: string, environment: NodeJS.ProcessEnv): string {
  const base = environment["XDG_CONFIG_HOME"];
  return join(base?.startsWith("/") === true ? base : join(homedir(), ".config"), "systemd/user", `${name}.service`);
}

const run = promisify(execFile);

async function systemctl(name: string, ...words: string[]): Promise<void> {
  try {
    await run("systemctl", ["--user", ...words]);
  } catch (cause) {
    throw new Failure("failed", `systemctl --user ${words.join(" ")} failed`, {
      hint: `see: journalctl --user -u ${name}`,
      cause,
    });
  }
}
