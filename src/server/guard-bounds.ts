import path from "node:path";
import type { GuardBounds } from "../docker/attempt.ts";
import type { Settings } from "./settings.ts";

/** Where an engine, its plugins and its runtime keep what would undo a guard, whatever the settings say. */
const always = [
  "/etc/docker",
  "/etc/docker-id",
  "/run/docker",
  "/run/docker-id",
  "/run/docker.sock",
  "/run/docker.pid",
  "/run/containerd",
  "/var/lib/docker",
  "/var/lib/docker-id",
  "/var/lib/containerd",
  "/usr/lib/docker/plugins",
  "/etc/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
  "/run/systemd",
  "/proc",
] as const;

/**
 * What no restricted id may reach, from the settings and from where the engine says that its data is. `resolved` gives
 * a path's spelling without symbolic links, as far as the path exists.
 */
export function guardBounds(
  settings: Settings,
  dataRoot: string | undefined,
  resolved: (path: string) => string = (same) => same,
): GuardBounds {
  const own = [
    settings.stateDir,
    settings.guardedMarker,
    settings.audit.path,
    settings.adminSocket,
    settings.authzSocket,
    settings.dockerSocket,
    // Whoever may write into a socket's folder may put another socket there.
    path.dirname(settings.adminSocket),
    path.dirname(settings.authzSocket),
    ...pathsOf(settings.gateway),
    ...(settings.registry === undefined ? [] : pathsOfRegistry(settings.registry)),
    ...(settings.configFile === undefined ? [] : [settings.configFile]),
    ...(dataRoot === undefined ? [] : [dataRoot]),
  ];
  const named = [...always, ...own].filter((each) => each !== "/");
  return { paths: [...new Set(named.flatMap((each) => [each, resolved(each)]).flatMap(runAliases))] };
}

function pathsOf({ listen, tls }: Settings["gateway"]): string[] {
  const sockets = listen.flatMap((address) =>
    address.kind === "unix" ? [address.path, path.dirname(address.path)] : [],
  );
  return [...sockets, ...Object.values(tls ?? {})];
}

/** Whoever may write one of these may log in as anybody, and whoever reads a key makes tokens. */
function pathsOfRegistry({ tls, services, anyService, events }: NonNullable<Settings["registry"]>): string[] {
  const any = anyService?.("registry");
  const all = any === undefined ? services : [...services, any];
  const files = all.flatMap(({ signing, users: { htpasswd, vault } }) => {
    const { certificate, key, retiring = [] } = signing;
    const auth = vault?.auth;
    const secret = auth === undefined ? undefined : "tokenFile" in auth ? auth.tokenFile : undefined;
    const secretId = auth !== undefined && "secretIdFile" in auth ? auth.secretIdFile : undefined;
    return [certificate, key, htpasswd, vault?.ca, secret, secretId].concat(retiring);
  });
  return [...files, ...Object.values(tls ?? {}), events?.secretFile].filter((file) => file !== undefined);
}

/** `/var/run` is `/run` on most hosts, whichever of the two the engine will resolve. */
function runAliases(absolute: string): string[] {
  if (absolute.startsWith("/run/")) return [absolute, `/var${absolute}`];
  if (absolute.startsWith("/var/run/")) return [absolute, absolute.slice("/var".length)];
  return [absolute];
}
