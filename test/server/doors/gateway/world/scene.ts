import { createHash } from "node:crypto";
import { ownerLabel } from "../../../../../src/caveats/owner.ts";
import { writeCaveat } from "../../../../../src/caveats/vocabulary.ts";
import type { EngineRequest } from "../../../../../src/docker/attempt.ts";
import { sayReasons } from "../../../../../src/server/gate/words.ts";
import { rememberReads } from "../../../../../src/server/gate/known-reads.ts";
import { judgeInWorld, rootWorld } from "../../../../../src/server/gate/world.ts";
import type { Admission } from "../../../../../src/server/gate.ts";
import { planForward } from "../../../../../src/server/doors/gateway/world/plan.ts";
import type { Forward, Plan, PlanInput } from "../../../../../src/server/doors/gateway/world/plan-types.ts";
import { circumstances, now } from "../../../../caveats/scene.ts";
import { plainHostConfig } from "../../../../docker/bodies/engine.ts";
import { guard, request } from "../../../../docker/engine.ts";
import { tokenOf } from "../../../../policy/token-of.ts";

/** Full ids of things, always the same for a name. */
export const idOf = (name: string): string => createHash("sha256").update(name).digest("hex");
export const imageOf = (name: string): string => `sha256:${idOf(name)}`;
const links = ["1", "2", "3"].map((digit) => `189345600${digit}.${digit.repeat(24)}`) as [string, string, string];
export const [first, anna] = links;
const bert = links[2];
export const annas = [`link=${first}`, `link=${anna}`, `owner=${anna}`];
export const berts = [`link=${first}`, `link=${bert}`, `owner=${bert}`];

/** The label of what was created under these links. */
export const owned = (...path: string[]): string => ownerLabel(path);
const ofAnna = (mark: string) => ({ [owned(first)]: mark, [owned(first, anna)]: mark });
const ofBert = (mark: string) => ({ [owned(first)]: mark, [owned(first, bert)]: mark });

interface Made {
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Two people's containers, one of nobody's, and two whose labels come from an image that claims to be anna's. */
export const containers: readonly Made[] = [
  { name: "a1", image: "box", labels: { ...ofAnna(imageOf("box")), "docker-id.image": "box:1" } },
  { name: "b1", image: "box", labels: { ...ofBert(imageOf("box")), team: "web" } },
  { name: "web", image: "box", labels: { team: "web" } },
  { name: "forged", image: "claims", labels: ofAnna(imageOf("box")) },
  { name: "claimed", image: "claims", labels: ofAnna("true") },
];
const volumes = [
  { name: "va", labels: ofAnna("true") },
  { name: "vb", labels: ofBert("true") },
  { name: "plain", labels: null },
];
const networks = [
  { name: "na", labels: ofAnna("na") },
  { name: "nb", labels: ofBert("nb") },
  { name: "copied", labels: ofAnna("na") },
  { name: "shared", labels: { team: "web" } },
];

/** A container as a list has it. */
function listed({ name, image, labels }: Made): object {
  return {
    Id: idOf(name),
    Names: [`/${name}`, "/linking/alias"],
    Image: imageOf(image),
    ImageID: imageOf(image),
    Command: "/bin/sleep 1000",
    Created: 1795625870,
    Ports: [],
    Labels: labels,
    State: "running",
    Status: "Up 2 seconds",
    HostConfig: { NetworkMode: "na" },
    NetworkSettings: { Networks: { na: { NetworkID: idOf("na"), IPAddress: "172.17.0.2" } } },
    Mounts: [],
  };
}

/** A network as an inspect and a list have it. */
export function network(name: string): object {
  const labels = networks.find((one) => one.name === name)?.labels;
  const members = Object.fromEntries(
    ["a1", "b1"].map((one) => [idOf(one), { Name: one, IPv4Address: "172.17.0.2/16" }]),
  );
  return { Name: name, Id: idOf(name), Driver: "bridge", ConfigOnly: false, Containers: members, Labels: labels };
}

export const lists = {
  containers: containers.map(listed),
  volumes: {
    Volumes: volumes.map(({ name, labels }) => ({ Name: name, Driver: "local", Labels: labels, Options: null })),
    Warnings: ["a warning"],
  },
  networks: networks.map(({ name }) => network(name)),
  images: ["box", "claims"].map((name) => ({
    Containers: -1,
    Id: imageOf(name),
    Labels: null,
    RepoDigests: null,
    RepoTags: [`${name}:1`],
    Size: 1982256,
  })),
};

const things: Readonly<Record<string, readonly object[]>> = {
  container: containers.map(({ name, image, labels }) => ({
    Id: idOf(name),
    Name: `/${name}`,
    Image: imageOf(image),
    Config: { Image: image, Labels: labels },
    HostConfig: plainHostConfig,
    Mounts: [],
  })),
  image: ["box", "claims"].map((name) => ({
    Id: imageOf(name),
    RepoTags: [`${name}:1`, `${name}:latest`],
    RepoDigests: [],
    Config: { Labels: name === "claims" ? { ...ofAnna(imageOf("box")), "docker-id.image": "x", vendor: "v" } : null },
  })),
  volume: lists.volumes.Volumes,
  network: lists.networks,
};

/** The engine, with how often it was asked. */
export function engineOf(gone: readonly string[] = []): PlanInput["engine"] & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async inspect(kind, name) {
      asked.push(`${kind} ${name}`);
      if (gone.includes(name)) return undefined;
      return things[kind]?.find((thing) => {
        const { Id: id, Name: own, RepoTags: tags = [] } = thing as { Id?: string; Name?: string; RepoTags?: string[] };
        const called = own?.replace(/^\//, "");
        return id === name || called === name || tags.includes(name) || tags.includes(`${name}:latest`);
      });
    },
    async list(kind, labels) {
      asked.push(`list ${kind} ${labels.join(" ")}`);
      const keys = labels.map((label) => label.split("=")[0] ?? "");
      const carries = (item: object) => {
        const { Labels: own } = item as { Labels?: Readonly<Record<string, string>> | null };
        return keys.every((key) => own?.[key] !== undefined);
      };
      if (kind === "container") return lists.containers.filter(carries);
      if (kind === "network") return lists.networks.filter(carries);
      return { Volumes: lists.volumes.Volumes.filter(carries), Warnings: null };
    },
  };
}

/** What the gate would make of a request at the gateway. */
export async function admit(
  caveats: readonly string[],
  asked: EngineRequest,
  engine: PlanInput["engine"] = engineOf(),
): Promise<Admission> {
  const token = tokenOf(...caveats);
  if (token.root) return { verdict: "allowed", token, world: rootWorld(token) };
  const { attempt, decision, world, notFound } = await judgeInWorld(
    token,
    { ...asked, wholeHead: true },
    {
      read: rememberReads(),
      engine,
      bounds: guard,
      circumstances: () => circumstances({ door: "gateway", ownership: true }),
    },
  );
  if (decision.verdict === "refused") {
    return { ...decision, token, attempt, message: sayReasons(decision.reasons), ...(notFound && { notFound }) };
  }
  return { ...decision, token, ...(world && { world }) };
}

/** What becomes of a request: `GET /x` and perhaps a body. */
export async function plan(caveats: readonly string[], ...asked: Parameters<typeof request>): Promise<Plan> {
  const engine = engineOf();
  const sent = request(...asked);
  return planForward({ request: sent, admission: await admit(caveats, sent, engine), engine });
}

/** The same, for a request that goes on. */
export async function forwarded(...question: Parameters<typeof plan>): Promise<Forward> {
  const made = await plan(...question);
  if ("status" in made) throw new Error(`${question[1]}: ${made.status} ${JSON.stringify(made.json)}`);
  return made;
}

/** The body that goes on. */
export async function sentBody(...question: Parameters<typeof plan>): Promise<Record<string, unknown>> {
  const { body } = await forwarded(...question);
  if (!(body instanceof Uint8Array)) throw new Error("no body goes on");
  return JSON.parse(Buffer.from(body).toString("utf8")) as Record<string, unknown>;
}

/** What the client gets for the engine's answer. */
export async function answered(caveats: readonly string[], line: string, answer: unknown): Promise<unknown> {
  const { answer: made } = await forwarded(caveats, line);
  if (made === "whole") return answer;
  if (made.kind === "lines") throw new Error("the answer is lines");
  const rewritten = await made.rewrite(answer);
  return "json" in rewritten ? rewritten.json : rewritten;
}

/** A caveat as a person types it. */
export const caveat = (name: string, value: string): string => writeCaveat(name, value, now);
