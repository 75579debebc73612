import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAuthenticator } from "../../../src/server/gate/authenticate.ts";
import type { StateStore } from "../../../src/server/stores/guard-state.ts";
import { kid, link, makeRoom, narrow, root, type Room } from "../room.ts";

let room: Room;
let asked: number;
let store: StateStore;
beforeEach(async () => {
  room = await makeRoom({ guarded: true });
  asked = 0;
  store = {
    ...room.state.store,
    revoked: (...points) => {
      asked += 1;
      return room.state.store.revoked(...points);
    },
  };
});
afterEach(() => room.close());

const ids = ["a", "b", "c"].map((name) => narrow(root, "op=read", `link=${link(name)}`)) as [string, string, string];
const [a, b, c] = ids;

describe("what is remembered of ids", () => {
  it("is that they were not revoked, as long as the store stands still", async () => {
    const { authenticate } = createAuthenticator(store);
    for (const version of [1, 1, 1, 2, 2]) expect(await authenticate(a, kid, version)).toHaveProperty("token");
    expect(asked).toBe(2);
  });

  it("is not that they were revoked, or no ids", async () => {
    const { authenticate } = createAuthenticator(store);
    await store.revoke({ point: { link: link("a") } });
    for (const text of [a, a]) expect(await authenticate(text, kid, 1)).toHaveProperty("denied");
    expect(asked).toBe(2);
    for (const text of ["junk", "junk", `${b}A`]) expect(await authenticate(text, kid, 1)).toHaveProperty("denied");
    expect(asked).toBe(2);
  });

  it("ends with the key", async () => {
    const { authenticate } = createAuthenticator(store);
    expect(await authenticate(a, kid, 1)).toHaveProperty("token");
    expect(await authenticate(a, "5".repeat(32), 1)).toHaveProperty("denied");
  });

  it.each([
    ["in number", { ids: 2, characters: 1_000_000 }],
    ["in length", { ids: 100, characters: a.length + b.length }],
  ])("is bounded %s, and the one that was seen longest ago goes", async (_, limits) => {
    const { authenticate } = createAuthenticator(store, limits);
    for (const text of [a, b, a, c]) await authenticate(text, kid, 1);
    expect(asked).toBe(3);
    await authenticate(a, kid, 1);
    expect(asked).toBe(3);
    await authenticate(b, kid, 1);
    expect(asked).toBe(4);
  });
});
