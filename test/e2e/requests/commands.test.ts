import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Docker, dockers, newestDocker } from "../../support/dockers.ts";
import { onStage } from "../../support/on-stage.ts";
import type { Outcome } from "../../support/run.ts";
import { type Holder, type Scene, setScene } from "./scene.ts";

/*
 * Who may run which of docker's commands: `reader` may look at the container `web` (op=read, container_id), `image` has
 * the image `box` (image_id), `looker` may look at everything (op=read), `wide` may do everything and is not root on the
 * host (op=read,write). `web`, `lending` and FRESH are containers of `box`, `theirs` is one of another image, and
 * `lending` has a folder of the host. What follows `!` fails in the end, since there is no registry and no swarm here;
 * what follows `*` is run with each docker, the rest with the newest.
 */
const table = `
* version                                         | root reader image looker wide
  info                                            | root              looker wide
* ps                                              | root              looker wide
* images                                          | root              looker wide
  image inspect box                               | root        image looker wide
  image inspect other                             | root              looker wide
  history box                                     | root        image looker wide
  inspect box                                     | root              looker wide
* inspect web                                     | root reader image looker wide
  container inspect theirs                        | root              looker wide
* logs web                                        | root reader image looker wide
  logs theirs                                     | root              looker wide
* top web                                         | root reader image looker wide
  stats --no-stream web                           | root reader image looker wide
  stats --no-stream                               | root              looker wide
  port web                                        | root reader image looker wide
  diff web                                        | root reader image looker wide
  wait kept                                       | root        image looker wide
* events --until 0s                               | root              looker wide
* exec web true                                   | root        image        wide
  exec theirs true                                | root                     wide
  exec lending true                               | root
  exec --privileged web false                     | !root
* cp web:/tmp -                                   | root reader image looker wide
  cp lending:/host/there -                        | root
* cp FILE web:/tmp                                | root        image        wide
  cp FILE lending:/host                           | root
  export -o NEWFILE web                           | root reader image looker wide
* run --rm --network none box true                | root        image        wide
  run --rm --network none other true              | root                     wide
  run --rm --network none 127.0.0.1:1/none true   | !root                    wide
  run --rm --network none -v /data box true       | root        image        wide
  run --rm --network none -v NEW:/data box true   | root                     wide
  run --rm --network none -v FOLDER:/x box true   | root
  run --rm --network host box true                | root
  run --rm --network none --cap-add ALL box false | !root
  create --network none --name NEW box true       | root        image        wide
  start FRESH                                     | root        image        wide
  restart -t 0 FRESH                              | root        image        wide
  stop -t 0 FRESH                                 | root        image        wide
  kill -s CONT web                                | root        image        wide
  update --memory 64m --memory-swap -1 FRESH      | root        image        wide
  rename FRESH NEW                                | root                     wide
  rm FRESH                                        | root        image        wide
  commit FRESH NEW                                | root                     wide
* tag box NEW                                     | root                     wide
* rmi TAG                                         | root                     wide
* pull 127.0.0.1:1/none                           | !root                    wide
  push 127.0.0.1:1/none:1                         | !root                    wide
  login -u a -p b 127.0.0.1:1                     | !root                    wide
  save -o NEWFILE box:latest                      | root        image looker wide
  save -o NEWFILE box                             | root
  load -i SAVED                                   | root                     wide
* import ROOTFS NEW                               | root
* build -t NEW CONTEXT                            | root
  volume ls                                       | root              looker wide
  volume inspect prepared                         | root              looker wide
  volume create NEW                               | root                     wide
  volume create -o type=none -o o=bind -o device=FOLDER NEW | root
  volume rm VOLUME                                | root                     wide
  volume prune -f --filter label=none             | root                     wide
  network ls                                      | root              looker wide
  network inspect none                            | root              looker wide
  network create --config-only NEW                | root                     wide
  network rm NETWORK                              | root                     wide
  system df                                       | root              looker wide
  plugin ls                                       | root              looker wide
  plugin disable none                             | !root
  swarm unlock-key                                | !root
  node ls                                         | !root             looker wide
`;

const holders = ["root", "reader", "image", "looker", "wide"] as const satisfies readonly Holder[];

interface Row {
  readonly command: string;
  readonly each: boolean;
  readonly fails: boolean;
  readonly may: readonly string[];
}

const rows: readonly Row[] = table
  .split("\n")
  .filter((line) => line.includes("|"))
  .map((line) => {
    const [command = "", may = ""] = line.slice(2).split("|");
    return {
      command: command.trim(),
      each: line.startsWith("*"),
      fails: may.includes("!"),
      may: may.replace("!", "").trim().split(/ +/),
    };
  });

onStage("docker's usual commands", (stage) => {
  let scene: Scene;
  let made = 0;

  beforeAll(async () => {
    scene = await setScene(stage());
    const { workspace } = stage();
    mkdirSync(workspace.path("context"));
    writeFileSync(workspace.path("context", "Dockerfile"), "FROM box\nRUN true\n");
    writeFileSync(workspace.path("file"), "file");
    await scene.docker("tag", "box", "127.0.0.1:1/none:1");
    await scene.docker("save", "-o", workspace.path("saved.tar"), "other:latest");
  });

  /** Words that stand for something new, made by root where it must be there already. */
  const words: Readonly<Record<string, (name: string) => Promise<string>>> = {
    NEW: async (name) => name,
    NEWFILE: async (name) => stage().workspace.path(name),
    FILE: async () => stage().workspace.path("file"),
    FOLDER: async () => scene.folder,
    SAVED: async () => stage().workspace.path("saved.tar"),
    ROOTFS: async () => stage().workspace.path("rootfs.tar"),
    CONTEXT: async () => stage().workspace.path("context"),
    FRESH: async (name) => {
      await scene.docker("create", "--network", "none", "--name", name, "--stop-signal", "KILL", "box", "sleep", "9");
      return name;
    },
    TAG: async (name) => {
      await scene.docker("tag", "box", name);
      return name;
    },
    VOLUME: (name) => scene.docker("volume", "create", name),
    NETWORK: async (name) => {
      await scene.docker("network", "create", "--config-only", name);
      return name;
    },
  };

  async function spell(command: string): Promise<readonly string[]> {
    const spelled: string[] = [];
    for (const word of command.split(" ")) {
      const [, before = "", name = "", after = ""] = /^(.*?)([A-Z]{3,})(.*)$/.exec(word) ?? [];
      const stands = words[name];
      spelled.push(stands === undefined ? word : before + (await stands(`new-${(made += 1)}`)) + after);
    }
    return spelled;
  }

  async function run(cli: Docker, holder: Holder, command: string): Promise<Outcome> {
    const env = { DOCKER_BUILDKIT: "0" };
    return stage().docker(cli, scene.ids[holder], await spell(command), { env });
  }

  for (const cli of dockers) {
    describe(`with docker ${cli.version}`, () => {
      const some = rows.filter(({ each }) => each || cli === newestDocker());
      it.each(some)("$command", async ({ command, fails, may }) => {
        for (const holder of holders) {
          const { status, stderr } = await run(cli, holder, command);
          const denied = stderr.includes("authorization denied by plugin");
          expect(denied ? "refused" : "allowed", `${holder}: ${stderr}`).toBe(
            may.includes(holder) ? "allowed" : "refused",
          );
          expect(status === 0, `${holder}: ${stderr}`).toBe(!denied && !fails);
        }
      });
    });
  }
});
