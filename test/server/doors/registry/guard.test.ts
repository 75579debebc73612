import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { createGuard, type Try } from "../../../../src/server/doors/registry/guard.ts";
import { hashPassword } from "../../../../src/registry/hash-password.ts";
import { narrow, root } from "../../room.ts";
import { errorsOf, openStand, passwords, type Stand } from "./stand.ts";

let nowMs: number;
const guardOf = (failures = 3) => {
  nowMs = 1_000_000;
  return createGuard({ failures, windowMs: 60_000 }, { clock: () => new Date(nowMs), random: randomBytes });
};
const one = (credential: string, more: Partial<Try> = {}): Try => ({
  service: "registry",
  name: "alice",
  source: "10.0.0.1",
  credential,
  ...more,
});
const fail = (guard: ReturnType<typeof guardOf>, ...credentials: readonly string[]): void => {
  for (const credential of credentials) guard.failed(one(credential));
};

describe("the guard", () => {
  it("counts distinct credentials and no repeats", () => {
    const guard = guardOf();
    for (let times = 0; times < 100; times++) fail(guard, "a");
    expect(guard.advise(one("b"))).toEqual({ kind: "try" });
    expect(guard.advise(one("a"))).toEqual({ kind: "wrong" });
    fail(guard, "b", "c");
    expect(guard.advise(one("d"))).toEqual({ kind: "wait", retryAfterSeconds: 60 });
    // What was wrong before is still no more than wrong
    expect(guard.advise(one("a"))).toEqual({ kind: "wrong" });
  });

  it("lets go after the window, and says when", () => {
    const guard = guardOf();
    fail(guard, "a", "b", "c");
    nowMs += 59_500;
    expect(guard.advise(one("d"))).toEqual({ kind: "wait", retryAfterSeconds: 1 });
    nowMs += 500;
    expect(guard.advise(one("d"))).toEqual({ kind: "try" });
    expect(guard.advise(one("a"))).toEqual({ kind: "try" });
  });

  it("locks nobody out when the clock is set back", () => {
    const guard = guardOf();
    fail(guard, "a", "b", "c");
    nowMs -= 1;
    expect(guard.advise(one("d"))).toEqual({ kind: "try" });
  });

  it("counts for one user of one service at one address", () => {
    const guard = guardOf();
    fail(guard, "a", "b", "c");
    for (const other of [{ name: "bob" }, { service: "other" }, { source: "10.0.0.2" }]) {
      expect(guard.advise(one("d", other))).toEqual({ kind: "try" });
    }
  });

  it("never keeps from a user what was right before", () => {
    const guard = guardOf();
    guard.succeeded(one("right"));
    fail(guard, "a", "b", "c");
    expect(guard.advise(one("right"))).toEqual({ kind: "try" });
    expect(guard.tired(one("right"))).toEqual({ kind: "try" });
  });

  it("knows nothing wrong of a user who has another password by now", () => {
    const guard = guardOf();
    const fingerprint = new Uint8Array(32).fill(1);
    guard.failed(one("a", { fingerprint }));
    expect(guard.advise(one("a", { fingerprint }))).toEqual({ kind: "wrong" });
    expect(guard.advise(one("a", { fingerprint: new Uint8Array(32).fill(2) }))).toEqual({ kind: "try" });
  });

  it("bears so much from one address, whatever users are named", () => {
    const guard = guardOf();
    for (let at = 0; at < 30; at++) guard.failed(one("a", { name: `user${at}` }));
    expect(guard.tired(one("a", { name: "fresh" }))).toMatchObject({ kind: "wait" });
    expect(guard.advise(one("a", { name: "fresh" }))).toMatchObject({ kind: "wait" });
    expect(guard.tired(one("a", { source: "10.0.0.2" }))).toEqual({ kind: "try" });
  });

  it("keeps within bounds, whoever comes", () => {
    const guard = guardOf(1);
    for (let at = 0; at < 30_000; at++) guard.failed(one("a", { name: "x", source: `s${at}` }));
    expect(guard.advise(one("b", { name: "x", source: "s29999" }))).toMatchObject({ kind: "wait" });
    expect(guard.advise(one("b", { name: "x", source: "s0" }))).toEqual({ kind: "try" });
  });
});

const from = (address: string) => ({ "x-forwarded-for": address });

describe("the door under guard", () => {
  let stand: Stand;
  afterEach(async () => {
    await stand.close();
  });
  const pull = { service: "registry", scope: "repository:alice/app:pull" };
  const tryPassword = (password: string, headers: Readonly<Record<string, string>> = {}) =>
    stand.get(pull, { as: `alice:${password}`, headers });

  it("answers 429 with Retry-After to too many wrong passwords, and 401 to repeats", async () => {
    stand = await openStand({ registry: { limits: { failures: 3, window: 30 } } });
    for (const password of ["a", "a", "a", "b", "a", "c", "b"]) expect((await tryPassword(password)).status).toBe(401);
    const told = await tryPassword("d");
    expect(told.status).toBe(429);
    expect(errorsOf(told)).toEqual(["TOOMANYREQUESTS"]);
    expect(Number(told.headers["retry-after"])).toBeGreaterThan(0);
    expect((await tryPassword("a")).status).toBe(401);
    // Bob is another user, and an id is no guess at alice's password
    expect((await stand.get(pull, { as: `bob:${passwords.bob}` })).status).toBe(200);
    expect((await stand.get(pull, { as: `docker-id:${narrow(root, "op=read")}` })).status).toBe(200);
    stand.room.later(31_000);
    expect((await tryPassword(passwords.alice)).status).toBe(200);
  });

  it("lets alice in at her own address whatever happens at others, and everywhere with what was right", async () => {
    const proxies = { trusted_proxies: ["127.0.0.1"], limits: { failures: 2 } };
    stand = await openStand({ registry: proxies });
    for (const password of ["a", "b", "c"]) await tryPassword(password, from("10.0.0.66"));
    expect((await tryPassword(passwords.alice, from("10.0.0.66"))).status).toBe(429);
    expect((await tryPassword(passwords.alice, from("10.0.0.1"))).status).toBe(200);
    expect((await tryPassword(passwords.alice, from("10.0.0.66"))).status).toBe(200);
  });

  it("does not believe those who are no proxies", async () => {
    stand = await openStand({ registry: { limits: { failures: 2 } } });
    for (const [at, password] of ["a", "b"].entries())
      await tryPassword(password, { "x-forwarded-for": `10.0.0.${at}` });
    expect((await tryPassword("c", { "x-forwarded-for": "10.0.0.9" })).status).toBe(429);
  });

  it("takes the network of an IPv6 client for one client", async () => {
    stand = await openStand({ registry: { trusted_proxies: ["127.0.0.0/8"], limits: { failures: 2 } } });
    for (const password of ["a", "b"]) await tryPassword(password, { "x-forwarded-for": `2001:db8::${password}` });
    expect((await tryPassword("c", { "x-forwarded-for": "2001:db8::ffff" })).status).toBe(429);
    expect((await tryPassword("c", { "x-forwarded-for": "2001:db8:0:1::1" })).status).toBe(401);
  });

  it("answers 503 to more passwords than may wait, and goes on", async () => {
    const password = await hashPassword("scrypt", passwords.alice, new Uint8Array(16));
    const service = { users: { alice: { password } } };
    stand = await openStand({ service, registry: { limits: { hashing: 1, waiting: 0 } } });
    const told = await Promise.all(["a", "b", "c", "d", "e", "f"].map((each) => tryPassword(each)));
    const busy = told.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    for (const each of busy) {
      expect(errorsOf(each)).toEqual(["UNAVAILABLE"]);
      expect(Number(each.headers["retry-after"])).toBeGreaterThan(0);
    }
    // An id needs no hashing
    expect((await stand.get(pull, { as: `docker-id:${narrow(root, "op=read")}` })).status).toBe(200);
    expect((await tryPassword(passwords.alice)).status).toBe(200);
  });
});
