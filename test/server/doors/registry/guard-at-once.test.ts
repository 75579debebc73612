import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { mintRefresh } from "../../../../src/registry/refresh-token.ts";
import { createGuard, type Try } from "../../../../src/server/doors/registry/guard.ts";
import { createHolders, type Shown } from "../../../../src/server/doors/registry/holder.ts";
import type { OpenService } from "../../../../src/server/doors/registry/service.ts";

const failures = 3;
const makeGuard = () =>
  createGuard({ failures, windowMs: 60_000 }, { clock: () => new Date(1_000_000), random: randomBytes });
const one = (credential: string, more: Partial<Try> = {}): Try => ({
  service: "registry",
  name: "alice",
  source: "10.0.0.1",
  credential,
  ...more,
});

const identify = async () => Promise.resolve({ token: {} as never });

describe("tries that are under way", () => {
  it("count as long as they are", () => {
    const guard = makeGuard();
    const ends = ["a", "b", "c"].map((each) => guard.begin(one(each)));
    expect(guard.advise(one("d"))).toEqual({ kind: "wait", retryAfterSeconds: 1 });
    expect(guard.advise(one("d", { name: "bob" }))).toEqual({ kind: "try" });
    ends[0]?.();
    expect(guard.advise(one("d"))).toEqual({ kind: "try" });
  });

  it("count beside those that were wrong", () => {
    const guard = makeGuard();
    guard.failed(one("a"));
    guard.failed(one("b"));
    const end = guard.begin(one("c"));
    expect(guard.advise(one("d"))).toMatchObject({ kind: "wait" });
    expect(guard.advise(one("c"))).toEqual({ kind: "try" });
    end();
    expect(guard.advise(one("d"))).toEqual({ kind: "try" });
  });

  it("count once for the same credential, and until the last of them ends", () => {
    const guard = makeGuard();
    const ends = Array.from({ length: 10 }, () => guard.begin(one("right")));
    guard.failed(one("a"));
    expect(guard.advise(one("b"))).toEqual({ kind: "try" });
    guard.failed(one("b"));
    for (const end of ends.slice(1)) end();
    expect(guard.advise(one("c"))).toMatchObject({ kind: "wait" });
    ends[0]?.();
    expect(guard.advise(one("c"))).toEqual({ kind: "try" });
  });

  it("are no more than so many from one address, whatever users they name", () => {
    const guard = makeGuard();
    for (let at = 0; at < 30; at++) guard.begin(one("a", { name: `user${at}` }));
    expect(guard.tired(one("a", { name: "fresh" }))).toMatchObject({ kind: "wait" });
    expect(guard.tired(one("a", { name: "fresh", source: "10.0.0.2" }))).toEqual({ kind: "try" });
  });

  it("do not count for what was right before", () => {
    const guard = makeGuard();
    guard.succeeded(one("right"));
    guard.begin(one("right"));
    for (const each of ["a", "b"]) guard.failed(one(each));
    expect(guard.advise(one("c"))).toEqual({ kind: "try" });
  });
});

it("remembers fewer users and addresses where each may have more wrong", () => {
  const guard = createGuard({ failures: 1000, windowMs: 60_000 }, { clock: () => new Date(0), random: randomBytes });
  guard.failed(one("a", { source: "first" }));
  expect(guard.advise(one("a", { source: "first" }))).toEqual({ kind: "wrong" });
  for (let at = 0; at < 500; at++) guard.failed(one("a", { source: `s${at}` }));
  expect(guard.advise(one("a", { source: "first" }))).toEqual({ kind: "try" });
});

describe("the door", () => {
  const fingerprint = new Uint8Array(32).fill(1);
  const doorKey = new Uint8Array(32).fill(7);
  const from = { address: "10.0.0.1", source: "10.0.0.1" };

  /** Whose only user has the password `right`, and is found once all who ask have asked. */
  function makeDoor() {
    const { promise: found, resolve: letFind } = Promise.withResolvers<void>();
    const tried: string[] = [];
    const passwordIs = async (password: string): Promise<boolean> => {
      tried.push(password);
      await Promise.resolve();
      return password === "right";
    };
    const users = {
      find: async (name: string) => {
        await found;
        return name === "alice" ? { name, fingerprint, labels: {}, passwordIs } : undefined;
      },
      dummy: async () => {},
      close() {},
    };
    const service = { name: "registry", label: "registry", hosts: [], rules: [], users } as unknown as OpenService;
    const guard = makeGuard();
    const { hold } = createHolders({ gate: { identify }, guard, doorKey, report: () => undefined });
    return { letFind, tried, guard, hold: async (shown: Shown) => hold(service, shown, from) };
  }

  it("tries no more passwords that come at once than ones that come in turn", async () => {
    const { letFind, tried, hold } = makeDoor();
    const passwords = [...Array.from({ length: 50 }, (_, at) => `guess${at}`), "right"];
    const all = passwords.map((password) => hold({ kind: "password", name: "alice", password }));
    letFind();
    const statuses = (await Promise.all(all)).map((held) => ("refusal" in held ? held.refusal.status : 200));
    expect(tried).toHaveLength(failures);
    expect(statuses.filter((status) => status === 401)).toHaveLength(failures);
    expect(statuses.at(-1)).toBe(429);
  });

  it("goes on to take a refresh token that it took before, whatever others get wrong there", async () => {
    const { letFind, guard, hold } = makeDoor();
    letFind();
    const user = { service: "registry", account: "alice", fingerprint };
    const text = mintRefresh(doorKey, user, new Date(1_000_000), randomBytes);
    expect(await hold({ kind: "refresh", text })).toHaveProperty("holder");
    for (let at = 0; at < 30; at++) guard.failed(one("a", { name: `user${at}` }));
    expect(await hold({ kind: "password", name: "alice", password: "right" })).toMatchObject({
      refusal: { status: 429 },
    });
    expect(await hold({ kind: "refresh", text })).toHaveProperty("holder");
  });
});
