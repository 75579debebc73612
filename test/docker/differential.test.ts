import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RawRequest } from "../support/raw.ts";
import { anEngine } from "../support/needs.ts";
import { suite } from "../support/on-stage.ts";
import { until } from "../support/until.ts";
import { printSeed, startWatchedEngine, type Watched, type WatchedEngine } from "./differential-engine.ts";
import { type Did, fallsShort, tellFrom } from "./differential-oracle.ts";
import { type Names, rawRequests } from "./differential-targets.ts";

const runs = Number(process.env["DOCKER_ID_RUNS"] ?? 2000);

interface Listed {
  readonly Id: string;
  readonly Names: readonly string[];
}
interface Image {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
}

const form = ["Content-Type", "application/x-www-form-urlencoded"] as const;
const alike = /^$/;

/** What the engine takes each for, and how we read it: as the same, or not at all, for this reason. */
const known: readonly (readonly [string, string, RegExp, RawRequest["headers"]?, string?])[] = [
  ["container.inspect", "GET /v1.41/containers/json/json", alike],
  ["container.inspect", "GET /v1.41/containers/abc/json?size=", alike],
  ["image.inspect", "GET /v1.41/images/reg.example:5000/two/json/json", alike],
  ["image.inspect", "GET /images/reg.example%3A5000/two/json/json", alike],
  ["image.inspect", "GET /v1.24/images/get/json", alike],
  ["image.history", "GET /v1.41/images/reg.example:5000/two/json/history", alike],
  ["network.list", "GET /v1.41/networks/", alike],
  ["container.inspect", "GET /v1.41/containers/%77eb/json", /not spelled/],
  ["container.inspect", "GET /v1.41%2fcontainers%2Fweb%2fjson", /not spelled/],
  ["container.inspect", "GET http://x/containers/web/json", /not spelled/],
  ["container.inspect", "GET unix:///containers/web/json", /not spelled/],
  ["container.inspect", "GET /v1.041/containers/web/json", /version/],
  ["container.inspect", "GET /v1.12/containers/web/json", /version/],
  ["container.inspect", "GET /containers/web/json?size=1;x", /semicolon/],
  ["container.inspect", "GET /containers/web/json?size=%zz", /encoded/],
  ["container.inspect", "GET /containers/web/json?size=0&size=1", /twice/],
  ["image.get", "GET /images/get/get", /name and tag/],
  ["container.logs", "GET /containers/web/logs?stdout=1&stdout=0", /twice/],
  ["container.rename", "POST /containers/web/rename?name=new-one", alike],
  ["container.rename", "POST /containers/web/rename?name=new-one&name=another", /twice/],
  ["container.rename", "POST /containers/web/rename?name=new-one", /takes no body/, [form], "name=from-form"],
  ["container.rename", "POST /containers/web/rename", /takes no body/, [form], "name=from-form"],
  ["image.tag", "POST /images/one:1/tag?repo=new-one&tag=x", alike],
  ["image.tag", "POST /images/one:1/tag?repo=new-one", /takes no body/, [form], "repo=from-form"],
];

suite("targets and queries, as the engine and as we read them", anEngine, () => {
  let watched: WatchedEngine;
  let names: Names;
  const containers: Record<string, string> = {};
  const tally = { sent: 0, acted: 0, readAlike: 0 };

  beforeAll(async () => {
    watched = await startWatchedEngine({ paths: ["/etc/docker"] });
    const { engine, docker, json } = watched;
    const one = await engine.importImage("one:1");
    const two = await engine.importImage("reg.example:5000/two/json");
    await docker("tag", "one:1", "get");
    for (const name of ["web", "json", "abc"]) {
      const mark = `said-by-${name}.`;
      const script = `echo ${mark} > /tmp/${mark}; ln -s /tmp/${mark} /tmp/who; echo ${mark}; sleep 1000; : ${mark}`;
      const words = ["--network", "none", "--stop-signal", "KILL", "--name", name, "one:1", "sh", "-c", script];
      containers[name] = await docker("run", "-d", ...words);
      await until(`${name} has spoken`, async () => (await docker("logs", name)) !== "");
    }
    const idle = ["--network", "none", "--name", "idle", "reg.example:5000/two/json", "true"];
    containers["idle"] = await docker("create", ...idle);
    for (const volume of ["v1", "v2"]) await docker("volume", "create", volume);
    const networks = [];
    for (const network of ["n1", "n2"]) networks.push(await docker("network", "create", "--config-only", network));
    const execs = [];
    for (const name of ["web", "json"]) execs.push(await execIn(name));
    names = {
      container: [
        ...Object.keys(containers).flatMap((name) => [name, name, name]),
        ...Object.values(containers).flatMap(spelled),
        ..."Web /web web/ %2fweb web/../json ../web none create a".split(" "),
      ],
      image: [
        ..."one:1 one get get:latest docker.io/library/one:1 library/one:1 index.docker.io/library/one:1".split(" "),
        ..."reg.example:5000/two/json reg.example:5000/two/json:latest reg.example:5000/two json none".split(" "),
        ...[one, two].flatMap((id) => [id, id.slice(0, 19), `one:1@${id}`, `one@${id}`]),
        ...[one, two].flatMap((id) => spelled(id.slice(7))),
      ],
      volume: ["v1", "v1", "v2", "V1", "none", "v1/", "json"],
      network: ["n1", "n1", "n2", ...networks.flatMap(spelled), "host", "none", "N1"],
      exec: [...execs, ...execs.flatMap(spelled), "web"],
    };
    async function execIn(name: string): Promise<string> {
      const body = JSON.stringify({ Cmd: ["true"] });
      const headers = [["Content-Type", "application/json"]] as const;
      const { answer } = await watched.watch({ method: "POST", target: `/containers/${name}/exec`, headers, body });
      return (JSON.parse(answer.text) as Listed).Id;
    }
    await json("/info");
  });
  afterAll(async () => {
    process.stdout.write(`targets: ${JSON.stringify(tally)}\n`);
    await watched?.close();
  });

  async function compare(request: RawRequest): Promise<Did | undefined> {
    const seen = await watched.watch(request);
    tally.sent += 1;
    const did = tellFrom(seen.answer, { containers }) ?? (await changed(seen));
    if (did === undefined) return undefined;
    tally.acted += 1;
    expect(fallsShort(did, seen.read), spell(request)).toBeUndefined();
    if (seen.read.some((attempt) => "touches" in attempt)) tally.readAlike += 1;
    return did;
  }

  /** What a rename or a tag did, which do not say so, and puts it back. */
  async function changed({ answer, read }: Watched): Promise<Did | undefined> {
    if (answer.status === 204) {
      for (const { Id: id, Names: called } of await watched.json<Listed[]>("/containers/json?all=1")) {
        const before = Object.keys(containers).find((name) => containers[name] === id);
        const [now = ""] = called.map((name) => name.slice(1));
        if (before === undefined || now === before) continue;
        await watched.docker("rename", id, before);
        expectBound(read, "container", now);
        return { actions: ["container.rename"], kind: "container", id };
      }
    }
    if (answer.status === 201) {
      for (const { Id: id, RepoTags: tags } of await watched.json<Image[]>("/images/json")) {
        const made = (tags ?? []).find(
          (tag) => !/^(?:one:1|get:latest|reg\.example:5000\/two\/json:latest)$/.test(tag),
        );
        if (made === undefined) continue;
        await watched.docker("rmi", made);
        expectBound(read, "repository", made);
        return { actions: ["image.tag"], kind: "image", id };
      }
    }
    return undefined;
  }

  it.each(known.map(([action, line, reading, headers, body]) => ({ action, line, reading, headers, body })))(
    "$line is $action to the engine",
    async ({ action, line, reading, headers = [], body }) => {
      const [method = "", target = ""] = line.split(" ");
      const request = { method, target, headers, ...(body === undefined ? {} : { body }) };
      const seen = await watched.watch(request);
      const did = tellFrom(seen.answer, { containers }) ?? (await changed(seen));
      expect(did?.actions).toContain(action);
      expect(fallsShort(did as Did, seen.read)).toBeUndefined();
      const [read] = seen.read;
      expect(read !== undefined && "unreadable" in read ? read.unreadable : "").toMatch(reading);
    },
  );

  it(`the engine acts on what was read, or it was not read (${runs} requests)`, { timeout: 600_000 }, async () => {
    const seed = printSeed("targets");
    await fc.assert(
      fc.asyncProperty(rawRequests(names), async (request) => void (await compare(request))),
      { seed, numRuns: runs },
    );
    // Were most of them nonsense, nothing would be shown
    expect(tally.acted).toBeGreaterThan(tally.sent / 10);
    expect(tally.readAlike).toBeGreaterThan(tally.sent / 20);
  });
});

function spell({ method, target, headers = [], body = "", chunked = false }: RawRequest): string {
  return JSON.stringify({ method, target, headers, body, chunked });
}

function spelled(id: string): string[] {
  return [id, id.slice(0, 12), id.slice(0, 2), id.slice(0, 63), id.toUpperCase()];
}

function expectBound(read: Watched["read"], kind: string, name: string): void {
  for (const attempt of read) {
    if (!("touches" in attempt)) continue;
    const bound = attempt.touches.filter((touch) => touch.kind === kind && touch.names?.includes(name));
    expect(bound, `${kind} ${name} was bound, and not read`).not.toEqual([]);
  }
}
