import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { dockers } from "./dockers.ts";
import { needsOpenBao } from "./openbao.ts";

const tests = {
  root: () => (process.getuid?.() === 0 ? undefined : "it needs root"),
  dockerd: () => found("dockerd", "docker.io"),
  docker: () => found("docker", "docker.io"),
  "busybox-static": () => (isStatic("/bin/busybox") ? undefined : "it needs busybox-static"),
  "gnome-keyring": () => found("gnome-keyring-daemon", "gnome-keyring"),
  dbus: () => found("dbus-run-session", "dbus"),
  libsecret: () => found("secret-tool", "libsecret-tools"),
  bash: () => found("bash", "bash"),
  zsh: () => found("zsh", "zsh"),
  fish: () => found("fish", "fish"),
  tmux: () => found("tmux", "tmux"),
  script: () => found("script", "bsdutils"),
  "docker 28": () => (dockers.some((cli) => cli.major >= 28) ? undefined : "it needs a docker CLI of 28 or later"),
  "docker 20.10": () => (dockers.some((cli) => cli.major < 27) ? undefined : "it needs a docker CLI of 20.10"),
  openssl: () => found("openssl", "openssl"),
  haproxy: () => found("haproxy", "haproxy"),
  wrk: () => found("wrk", "wrk"),
  curl: () => found("curl", "curl"),
  "docker-compose": () => found("docker-compose", "docker-compose"),
  sshd: () => found("sshd", "openssh-server") ?? found("ssh", "openssh-client"),
  "docker-py": () => (hasDockerPy() ? undefined : "it needs docker-py (Debian: python3-docker)"),
  "docker-registry": () => found("docker-registry", "docker-registry"),
  skopeo: () => found("skopeo", "skopeo"),
  ctr: () => found("ctr", "containerd"),
  openbao: needsOpenBao,
  systemd: () => (existsSync("/lib/systemd/systemd") ? undefined : "it needs systemd (Debian: systemd)"),
  "all capabilities": () =>
    hasAllCapabilities() ? undefined : "root lacks capabilities here, so nothing can be privileged",
  mounts: () => (mayMount() ? undefined : "it needs the right to mount, which this machine does not give"),
} as const satisfies Record<string, () => string | undefined>;

export type Need = keyof typeof tests;

/** What a throwaway engine needs. */
export const anEngine = ["root", "mounts", "dockerd", "docker", "busybox-static"] as const satisfies readonly Need[];

/** Why these needs are not met here, for a visible skip; undefined when they are. */
export function needs(...wanted: readonly Need[]): string | undefined {
  const missing = wanted.map((need) => tests[need]()).filter((reason) => reason !== undefined);
  return missing.length === 0 ? undefined : [...new Set(missing)].join("; ");
}

function found(command: string, from: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(":");
  const here = [...folders, "/usr/sbin", "/sbin"].some((folder) => isExecutable(`${folder}/${command}`));
  return here ? undefined : `it needs ${command} (Debian: ${from})`;
}

function hasDockerPy(): boolean {
  try {
    execFileSync("/usr/bin/python3", ["-c", "import docker"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isStatic(path: string): boolean {
  try {
    // A dynamic program names its loader near the start of the file.
    return !readFileSync(path).subarray(0, 4096).includes("/ld-");
  } catch {
    return false;
  }
}

function mayMount(): boolean {
  try {
    execFileSync("unshare", ["--mount", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function hasAllCapabilities(): boolean {
  try {
    const [, bounding = "0"] = /CapBnd:\s*([0-9a-f]+)/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    const last = BigInt(readFileSync("/proc/sys/kernel/cap_last_cap", "utf8").trim());
    return BigInt(`0x${bounding}`) === (1n << (last + 1n)) - 1n;
  } catch {
    return false;
  }
}
