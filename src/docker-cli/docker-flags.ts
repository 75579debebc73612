/** Whether a flag of docker's takes a value; undefined for one that this docker-id does not know. */
export type Arity = "boolean" | "valued" | undefined;

/** docker's own flags, before its command. */
export const globalFlags = tableOf(
  "D debug h help tls tlsverify v version",
  "H host c context l log-level config tlscacert tlscert tlskey",
);

/**
 * Flags of the commands after whose first word the rest is a program's: run, create, exec, top, service create, and
 * compose's run and exec with what stands before them. No name is one kind here and another there.
 */
export const programFlags = tableOf(
  "all-resources compatibility d detach disable-content-trust dry-run help i init insecure interactive T no-TTY no-deps " +
    "no-healthcheck no-resolve-image no-tty oom-kill-disable P privileged publish-all q quiet quiet-build quiet-pull read-only " +
    "remove-orphans rm service-ports sig-proxy t tty use-aliases use-api-socket verbose with-registry-auth build",
  "a add-host annotation ansi attach blkio-weight blkio-weight-device c cap-add cap-drop cgroup-parent cgroupns cidfile " +
    "config constraint container-label cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares " +
    "cpus cpuset-cpus cpuset-mems credential-spec detach-keys device device-cgroup-rule device-read-bps device-read-iops " +
    "device-write-bps device-write-iops dns dns-opt dns-option dns-search domainname e endpoint-mode entrypoint env env-file " +
    "env-from-file expose f file generic-resource gpus group group-add h health-cmd health-interval health-retries " +
    "health-start-interval health-start-period health-timeout host hostname index io-maxbandwidth io-maxiops ip ip6 ipc " +
    "isolation kernel-memory l label label-file limit-cpu limit-memory limit-pids link link-local-ip log-driver log-opt m " +
    "mac-address max-concurrent memory memory-reservation memory-swap memory-swappiness mode mount name " +
    "net net-alias network network-alias oom-score-adj p parallel pid pids-limit placement-pref platform profile progress " +
    "project-directory project-name publish pull replicas replicas-max-per-node reserve-cpu reserve-memory restart " +
    "restart-condition restart-delay restart-max-attempts restart-window rollback-delay rollback-failure-action " +
    "rollback-max-failure-ratio rollback-monitor rollback-order rollback-parallelism runtime secret security-opt shm-size " +
    "stop-grace-period stop-signal stop-timeout storage-opt sysctl tmpfs u ulimit update-delay update-failure-action " +
    "update-max-failure-ratio update-monitor update-order update-parallelism user userns uts v volume volume-driver " +
    "volumes-from w workdir",
);

/** What kind of flag a table makes of a name without its dashes. */
export type FlagTable = (name: string) => Arity;

function tableOf(booleans: string, valued: string): FlagTable {
  const arities = new Map<string, Arity>([
    ...booleans.split(" ").map((name) => [name, "boolean"] as const),
    ...valued.split(" ").map((name) => [name, "valued"] as const),
  ]);
  return (name) => arities.get(name);
}

/** The commands of docker's own and of its two best known plugins that speak with the engine. */
export const engineCommands: ReadonlySet<string> = new Set(
  (
    "attach build builder buildx checkpoint commit compose config container cp create deploy diff events exec export " +
    "history image images import info inspect kill load login logs network node pause plugin port ps pull push rename " +
    "restart rm rmi run save search secret service stack start stats stop swarm system tag top unpause update version " +
    "volume wait"
  ).split(" "),
);

/** The commands after whose first word the rest is a program's, with the groups that they may stand in. */
const programCommands: ReadonlySet<string> = new Set([
  ...["run", "create", "exec", "top"].flatMap((name) => [name, `container ${name}`]),
  "service create",
  "compose run",
  "compose exec",
]);

/** Whether what stands after the first word of this command (`run`, `container run`) is a program's own. */
export function runsProgram(command: string): boolean {
  return programCommands.has(command);
}

/** The groups of which a command is the second word. */
export function isGroup(command: string): boolean {
  return command === "container" || command === "service" || command === "compose";
}
