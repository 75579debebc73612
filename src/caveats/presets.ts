/** A list of caveats under a name, which would do as well one by one. */
interface Preset {
  /** A lower-case fragment. */
  readonly summary: string;
  /**
   * The caveats in the order in which to add them; `link` is a fresh one, for presets that are bound to what is created
   * under it.
   */
  readonly caveats: (link: string) => readonly string[];
}

const system = ["system.ping", "system.version", "system.info", "system.events"];
const look = ["container.list", "container.inspect", "container.logs", "container.stats", "container.top"];
const lookAtRest = ["image.list", "image.inspect", "network.list", "network.inspect", "volume.list", "volume.inspect"];
// Configurations, join tokens and unlock keys are reads of credentials, and export, archive and save of file systems
const lookFurther = ["system.df", "container.changes", "container.wait", "image.history", "exec.inspect"];
const lookAtSwarm = ["node.list", "node.inspect", "service.list", "service.inspect", "service.logs"];
const lookAtTasks = ["task.list", "task.inspect", "task.logs"];
const run = ["container.create", "container.start", "container.stop", "container.restart", "container.kill"];
const replace = ["container.wait", "container.rename", "container.remove", "volume.create"];
// The engine pulls, and whoever asks the registry for its token is docker under the same id
const pull = ["image.pull", "registry.pull"];
const connect = ["network.create", "network.connect", "network.disconnect", "network.remove"];

/** What `create --preset` takes; look names up with `Object.hasOwn`. */
export const presets: Readonly<Record<"read-only" | "monitor" | "ci" | "deploy" | "pull", Preset>> = {
  "read-only": {
    summary: "reads that carry no file system and no credential out; an inspect does show a container's environment",
    caveats: () => ["op=read", only(...system, ...look, ...lookAtRest, ...lookFurther, ...lookAtSwarm, ...lookAtTasks)],
  },
  monitor: {
    summary: "what Traefik, Prometheus, Dozzle and dashboards ask for",
    caveats: () => ["op=read", only(...system, ...look, ...lookAtRest)],
  },
  ci: {
    summary: "makes and manages what is its own, without any power over the host; needs the gateway",
    caveats: (link) => [
      `link=${link}`,
      `owner=${link}`,
      "confined=true",
      // What docker-compose asks besides: the gateway tells it nothing of the host, and of events its own
      only("container.*", "exec.*", "network.*", "volume.*", "image.inspect", "system.info", "system.events"),
    ],
  },
  deploy: {
    summary: "pulls images and replaces containers, with their networks and new volumes; neither exec nor copy",
    caveats: () => [only(...system, ...look, ...lookAtRest, ...run, ...replace, ...pull, ...connect)],
  },
  pull: {
    summary: "pulls images, at the registry too, and lists them",
    caveats: () => [only(...pull, "image.list", "image.inspect")],
  },
};

function only(...actions: readonly string[]): string {
  return `action=${actions.join(",")}`;
}
