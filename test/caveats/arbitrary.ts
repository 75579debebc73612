import * as fc from "fast-check";
import { kinds, type Attempt, type Circumstances, type Touch } from "../../src/docker/attempt.ts";
import { ownerLabel } from "../../src/caveats/owner.ts";
import { writeCaveat } from "../../src/caveats/vocabulary.ts";
import { alpine, circumstances, dbId, debian, now, webId } from "./scene.ts";

// Everything is drawn from small pools, so that tokens and attempts meet often
export const links = ["1", "2", "3"].map((digit) => `189345600${digit}.${digit.repeat(24)}`);
const ids = ["*", "+", webId, dbId, alpine, debian, "web", "data", "prod/app", "privileged", "bind/srv/data"];
const names = ["web", "db", "prod/app:1", "prod/app@sha256:00", "mine/app:1"];
const levels = ["read", "write", "pull", "push", "delete"] as const;
const labels: readonly Readonly<Record<string, string>>[] = [
  {},
  { team: "web" },
  { team: "db" },
  { [ownerLabel(links.slice(0, 1))]: "true" },
];

const some = <const T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const listOf = (...values: readonly string[]): fc.Arbitrary<string> =>
  fc.uniqueArray(some(...values), { minLength: 1, maxLength: 3 }).map((list) => list.join(","));

const scopeOf = fc
  .tuple(
    some("*", "container", "image", "volume", "host", "host"),
    some("", "*:", ...ids.slice(2).map((id) => `${id}:`), "prod/*:"),
    some("read", "write"),
  )
  .map(([kind, id, level]) => `${kind}:${id}${level}`);

/** What people might type for each caveat. */
export const typedCaveats: Readonly<Record<string, fc.Arbitrary<string>>> = {
  op: listOf("read", "write"),
  image_id: listOf(alpine, debian),
  container_id: listOf(webId, dbId),
  ip: listOf("192.0.2.0/24", "192.0.2.7", "2001:db8::/32", "::/0"),
  expires: some("60", "24h", "2030-01-31T12:00:01Z"),
  not_before: some("60", "2030-01-31T12:00:00Z", "2020-01-01T00:00:00Z"),
  scope: fc.uniqueArray(scopeOf, { minLength: 1, maxLength: 4 }).map((list) => list.join(",")),
  action: listOf("container.*", "container.start", "image.list"),
  owner: some(...links),
  label: listOf("team", "team=web", "team=db"),
  confined: some("true"),
  host: listOf("laptop", "lap*", "build"),
  peer: listOf("cn:build-7", `sha256:${"0f".repeat(32)}`),
  socket: some("a1", "a1/b2", "c3"),
  service: listOf("registry", "other"),
  account: listOf("alice", "bob"),
  link: some(...links),
  for: some("alice", "the build, 100%"),
};

/** Any caveat, as it stands in a token. */
export const caveats: fc.Arbitrary<string> = fc.oneof(
  ...Object.entries(typedCaveats).map(([name, words]) => words.map((typed) => writeCaveat(name, typed, now))),
);

const touches: fc.Arbitrary<Touch> = fc.record(
  {
    kind: fc.oneof(
      { weight: 3, arbitrary: some("container", "image", "host") },
      { weight: 1, arbitrary: some(...kinds) },
    ),
    id: some(...ids),
    level: fc.oneof({ weight: 3, arbitrary: some("read", "write") }, { weight: 1, arbitrary: some(...levels) }),
    names: fc.subarray(names),
    labels: some(...labels),
    image: some(alpine, debian),
    deployment: some("web", "shop"),
  },
  { requiredKeys: ["kind", "id", "level"] },
);

/** Any attempt, sensible or not. */
export const attempts: fc.Arbitrary<Attempt> = fc.record({
  action: some("container.start", "container.list", "image.list"),
  op: some("read", "write"),
  handshake: fc.boolean().chain((handshake) => (handshake ? fc.boolean() : fc.constant(false))),
  stream: fc.boolean(),
  touches: fc.array(touches, { maxLength: 2 }),
});

/** Any surroundings. */
export const surroundings: fc.Arbitrary<Circumstances> = fc
  .record(
    {
      door: some("authz", "gateway", "socket", "registry"),
      address: some("192.0.2.7", "::ffff:192.0.2.9", "2001:db8::1"),
      peer: some({ sha256: "0f".repeat(32), cn: "build-7" }, { sha256: "00".repeat(32), cn: "x" }),
      socket: some("a1", "a1/b2", "c3"),
      service: some("registry"),
      account: some("alice"),
      ownership: fc.boolean(),
    },
    { requiredKeys: ["door", "ownership"] },
  )
  .map((known) => circumstances(known as Partial<Circumstances>));
