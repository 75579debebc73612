import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ownerLabel } from "../../../src/caveats/owner.ts";
import type { Admission } from "../../../src/server/gate.ts";
import { get, link, makeRoom, mine, narrow, other, root, type Room } from "../room.ts";

describe("the gate, at a door that narrows", () => {
  let room: Room;
  beforeEach(async () => {
    room = await makeRoom({ guarded: true });
  });
  afterEach(() => room.close());

  const ask = (token: string, target: string): Promise<Admission> =>
    room.ask(token, target, { door: "gateway", circumstances: { ownership: true } });
  const one = narrow(root, `container_id=${mine}`);

  it("gives what it read, and what the id sees", async () => {
    const { verdict, world } = await ask(one, "/containers/mine/json");
    expect(verdict).toBe("allowed");
    expect(world).toMatchObject({ narrowed: false, owners: [], filters: { whole: false } });
    expect(world?.read?.operation).toBe("GET /containers/{id}/json");
    expect(world?.sees({ kind: "container", id: mine, level: "read" })).toBe(true);
    expect(world?.sees({ kind: "container", id: other, level: "read" })).toBe(false);
  });

  it("admits a list that is to be narrowed, and writes that down", async () => {
    expect((await ask(one, "/containers/json")).world).toMatchObject({ narrowed: true });
    expect(await room.lines()).toMatchObject([
      { door: "gateway", action: "container.list", verdict: "allowed", reasons: ["narrowed to what the id sees"] },
    ]);
    expect(await room.ask(one, "/containers/json")).toMatchObject({ verdict: "refused" });
  });

  it("tells the door what was not found, and the audit why it was refused", async () => {
    const refused = await ask(one, `/containers/${other}/json`);
    expect(refused).toMatchObject({ verdict: "refused", notFound: { unseen: { kind: "container", name: other } } });
    expect(refused).not.toHaveProperty("world");
    expect(await ask(one, "/containers/nobody/json")).toMatchObject({ notFound: { unseen: { name: "nobody" } } });
    expect((await room.lines()).map(({ verdict }) => verdict)).toEqual(["refused", "refused"]);
    const atPlugin = await room.ask(one, `/containers/${other}/json`);
    expect(atPlugin).toMatchObject({ verdict: "refused" });
    expect(atPlugin).not.toHaveProperty("notFound");
  });

  it("gives the root id the world as it is, and the labels of what it creates", async () => {
    const linked = narrow(root, `link=${link("a")}`, `link=${link("b")}`);
    const { world } = await ask(linked, "/anything");
    expect(world).not.toHaveProperty("read");
    expect(world?.sees({ kind: "guard", id: "x", level: "write" })).toBe(true);
    expect(world?.owners).toEqual([ownerLabel([link("a")]), ownerLabel([link("a"), link("b")])]);
    expect(await room.ask(root)).not.toHaveProperty("world");
  });

  it("has no world for whoever shows no id", async () => {
    const asked = { door: "gateway", request: get("/info"), token: undefined } as const;
    expect(await room.ask(undefined, "/info", asked)).toMatchObject({ verdict: "refused" });
    expect(await room.ask(undefined, "/info", asked)).not.toHaveProperty("world");
  });
});
