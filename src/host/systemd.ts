import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { Failure } from "../errors.ts";

/** The name of the unit that runs the verifier. */
const unitName = "docker-id.service";

/** Where the unit is written: the administrator's folder, which wins over a package's. */
export const unitPath = `/etc/systemd/system/${unitName}`;

/** Whether systemd runs this host, by the mark that `sd_booted(3)` looks for. */
export function hasSystemd(): boolean {
  return existsSync("/run/systemd/system");
}

/**
 * One argument in systemd's own quoting (systemd.syntax(7)): `%` and `$` would be expanded, the latter in commands alone.
 */
export function quoteArgument(argument: string, { dollars = true }: { dollars?: boolean } = {}): string {
  const quoted = argument.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/%/g, "%%");
  return `"${dollars ? quoted.replace(/\$/g, "$$$$") : quoted}"`;
}

/**
 * The text of the unit: `command` is the absolute argv of `docker-id serve …`, `socket` the plugin's socket. The unit
 * counts as started only when that socket is there, so that docker, ordered after it, never waits for a plugin.
 */
export function unitText(command: readonly string[], socket: string): string {
  return `[Unit]
Description=docker-id decides what each id may do with the Docker engine
Before=docker.service
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${command.map((word) => quoteArgument(word)).join(" ")}
ExecStartPost=/bin/sh -c ${quoteArgument(`until [ -S '${socket}' ]; do sleep 0.1; done`)}
TimeoutStartSec=30
Restart=always
RestartSec=1
UMask=0077
StateDirectory=docker-id
StateDirectoryMode=0700
RuntimeDirectory=docker-id
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=/run /etc/docker-id
ProtectHome=read-only
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
LockPersonality=yes

[Install]
WantedBy=multi-user.target docker.service
`;
}

const run = promisify(execFile);

async function systemctl(...words: string[]): Promise<void> {
  try {
    await run("systemctl", words);
  } catch (cause) {
    throw new Failure("failed", `systemctl ${words.join(" ")} failed`, {
      hint: `see: journalctl -u ${unitName}`,
      cause,
    });
  }
}

/** Writes the unit, enables it and starts it anew; resolves when its plugin socket is there. */
export async function startUnit(text: string): Promise<void> {
  // ReadWritePaths of a folder that is missing would keep the unit from starting
  await mkdir("/etc/docker-id", { recursive: true, mode: 0o755 });
  await writeFile(unitPath, text, { mode: 0o644 });
  await systemctl("daemon-reload");
  await systemctl("enable", unitName);
  await systemctl("restart", unitName);
}

/** Stops the verifier, disables and removes its unit; no error when there is none. */
export async function removeUnit(): Promise<boolean> {
  if (!existsSync(unitPath)) return false;
  await systemctl("disable", "--now", unitName);
  await rm(unitPath, { force: true });
  await systemctl("daemon-reload");
  return true;
}
