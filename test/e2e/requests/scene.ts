import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { newestDocker } from "../../support/dockers.ts";
import { type RawAnswer, type RawRequest, sendRaw } from "../../support/raw.ts";
import { secret, type Stage } from "../../support/stage.ts";
import { allowed } from "../../support/verdicts.ts";

/** Who asks. */
export type Holder = keyof typeof caveats;

/** What each of them was given; `root` aside, none is root. */
const caveats = {
  root: [],
  /** May look at one container. */
  reader: ["--op", "read", "--container-id", "web"],
  /** Has one container. */
  one: ["--container-id", "web"],
  /** Has one image and what is made from it. */
  image: ["--image-id", "box"],
  /** May look at everything. */
  looker: ["--op", "read"],
  /** May do everything, and is not root on the host. */
  wide: ["--op", "read,write"],
  /** May make containers of certain names, from one image. */
  named: ["--scope", "container:mine-*:write,image:box:latest:read"],
  /** May give images a name of their own, and nothing else. */
  tagger: ["--scope", "image:*:write,repository:docker.io/library/mine:push"],
  /** Has every power over the host that can be named. */
  mighty: ["--scope", "*:*:write,host:*:write"],
} as const satisfies Record<string, readonly string[]>;

/** A guarded engine with things in it that are not everyone's. */
export interface Scene {
  readonly stage: Stage;
  readonly ids: Readonly<Record<Holder, string>>;
  /** Full ids of the images `box` and `other`, and of the containers `web`, `theirs`, `lending` and `kept`. */
  readonly full: Readonly<Record<"box" | "other" | "web" | "theirs" | "lending" | "kept", string>>;
  /** A folder of the host with a file `there`, and a link `out` to a folder in {@link elsewhere}. */
  readonly folder: string;
  /** Another folder of the host, with a file `secret`. */
  readonly elsewhere: string;
  /** Sends a request under someone's id. */
  readonly as: (holder: Holder | { readonly id: string }, request: RawRequest) => Promise<RawAnswer>;
  /** What the engine says of something, asked by root; undefined where there is none. */
  readonly look: <T>(target: string) => Promise<T | undefined>;
  /** Runs docker as root; gives what it printed. */
  readonly docker: (...args: readonly string[]) => Promise<string>;
  /** Narrows the root id. */
  readonly narrow: (...words: readonly string[]) => Promise<string>;
}

/** Sets it: `lending` is a container of the image `box` that has a folder of the host, `kept` one that is privileged. */
export async function setScene(stage: Stage): Promise<Scene> {
  const { workspace, engine, id } = stage;
  const box = await engine.importImage("box");
  const other = await engine.importImage("other");
  allowed(await id(["init", "--secret", secret]));
  const root = allowed(await id(["show"]));
  const docker = async (...args: readonly string[]): Promise<string> =>
    allowed(await stage.docker(newestDocker(), root, args));

  const folder = workspace.path("folder");
  const elsewhere = workspace.path("elsewhere");
  for (const each of [folder, `${elsewhere}/below`]) mkdirSync(each, { recursive: true });
  writeFileSync(`${folder}/there`, "there");
  writeFileSync(`${elsewhere}/secret`, "secret");
  symlinkSync(`${elsewhere}/below`, `${folder}/out`);
  const plain = ["--network", "none", "--stop-signal", "KILL"];
  const web = await docker("run", "-d", "--name", "web", ...plain, "box", ...sleep("web"));
  const theirs = await docker("run", "-d", "--name", "theirs", ...plain, "other", ...sleep("theirs"));
  const bound = ["-v", `${folder}:/host`, "-v", "/run/docker/plugins:/guard"];
  const lending = await docker("run", "-d", "--name", "lending", ...plain, ...bound, "box", ...sleep("lending"));
  const kept = await docker("create", "--name", "kept", ...plain, "--privileged", "box", "true");
  await docker("volume", "create", "-o", "type=none", "-o", "o=bind", "-o", `device=${folder}`, "prepared");

  const ids: Record<string, string> = { root };
  for (const [holder, words] of Object.entries(caveats)) {
    if (holder !== "root") ids[holder] = allowed(await id(["create", ...words]));
  }
  const as: Scene["as"] = (holder, request) => {
    const shown = typeof holder === "string" ? (ids[holder] ?? "") : holder.id;
    const headers = [["X-Docker-Id", shown] as const, ...(request.headers ?? [])];
    return sendRaw(engine.socket, { ...request, headers });
  };
  return {
    stage,
    ids: ids as Scene["ids"],
    full: { box, other, web, theirs, lending, kept },
    folder,
    elsewhere,
    as,
    async look(target) {
      const answer = await as("root", { target });
      return answer.status === 200 ? (JSON.parse(answer.text) as never) : undefined;
    },
    docker,
    narrow: async (...words) => allowed(await id(["create", ...words])),
  };
}

/** The request was refused on the verifier's word, for a reason that matches. */
export function expectRefused({ status, text }: RawAnswer, why: RegExp): void {
  expect(text).toContain("authorization denied by plugin");
  expect(status).toBe(403);
  expect(text).toMatch(why);
}

/** The request was allowed, and did what the status says. */
export function expectDone({ status, text }: RawAnswer, expected: number): void {
  expect(status, text).toBe(expected);
}

function sleep(name: string): readonly string[] {
  return ["sh", "-c", `echo said by ${name}; sleep 1000`];
}

/** The header of a JSON body. */
export const json = ["Content-Type", "application/json"] as const;
/** The header of a form. */
export const form = ["Content-Type", "application/x-www-form-urlencoded"] as const;

/** A request with a JSON body. */
export function post(target: string, body: object | string, more: Partial<RawRequest> = {}): RawRequest {
  return {
    method: "POST",
    target,
    headers: [json],
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...more,
  };
}
