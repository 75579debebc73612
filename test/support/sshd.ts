import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { freePort } from "./free-port.ts";
import { until } from "./until.ts";
import type { Workspace } from "./workspace.ts";

/** An sshd on this machine's loopback with keys of its own, and a folder with an `ssh` that knows it. */
export interface Sshd {
  readonly port: number;
  /** To be first on the PATH: its ssh goes by none of this machine's settings. */
  readonly bin: string;
  /** Another host key than the one that its clients know. */
  forgetHost(): void;
}

/** Starts one; `dockerHost` is what docker on the other side finds in DOCKER_HOST. */
export async function startSshd(workspace: Workspace, dockerHost: string): Promise<Sshd> {
  const port = freePort();
  const at = (name: string) => workspace.path("ssh", name);
  mkdirSync(at("bin"), { recursive: true });
  for (const key of ["host", "user"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(key)]);
  copyFileSync(at("user.pub"), at("authorized"));
  writeFileSync(
    at("sshd_config"),
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${at("host")}`,
      `AuthorizedKeysFile ${at("authorized")}`,
      "PidFile none",
      "UsePAM no",
      // The folder lies below one that everybody may write to
      "StrictModes no",
      "PasswordAuthentication no",
      "PermitRootLogin prohibit-password",
      `SetEnv DOCKER_HOST=${dockerHost}`,
      "",
    ].join("\n"),
  );
  const know = () => {
    writeFileSync(at("known"), `[127.0.0.1]:${port} ${readFileSync(at("host.pub"), "utf8")}`);
  };
  know();
  writeFileSync(
    at("ssh_config"),
    `IdentityFile ${at("user")}\nIdentitiesOnly yes\nUserKnownHostsFile ${at("known")}\nStrictHostKeyChecking yes\n`,
  );
  writeFileSync(at("bin/ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F '${at("ssh_config")}' "$@"\n`);
  chmodSync(at("bin/ssh"), 0o755);
  // Debian's sshd wants it, and only its service makes it
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  workspace.start("/usr/sbin/sshd", ["-D", "-e", "-f", at("sshd_config")], { log: at("log") });
  await until("sshd listens", () => listens(port));
  return {
    port,
    bin: at("bin"),
    forgetHost: () => {
      writeFileSync(at("known"), "");
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect({ port, host: "127.0.0.1" });
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", () => resolve(false));
  });
}
