import { describe, expect, it } from "vitest";
import { rememberReads } from "../../../src/server/gate/known-reads.ts";
import { guard, request } from "../../docker/engine.ts";

/** An engine that counts what it is asked, and knows one container. */
function counting() {
  let asked = 0;
  const answer = { Id: "c".repeat(64), Name: "/web", Image: `sha256:${"1".repeat(64)}`, Config: { Labels: {} } };
  return {
    asked: () => asked,
    engine: {
      async inspect(kind: string) {
        asked += 1;
        return kind === "container" ? { ...answer, HostConfig: {}, Mounts: [] } : undefined;
      },
    },
  };
}

describe("a request that comes again", () => {
  it("is known where it says all by itself, within the same bounds", async () => {
    const read = rememberReads();
    const { engine } = counting();
    const list = request("GET /v1.41/containers/json?all=1");
    const first = await read(list, engine, guard);
    expect(read(list, engine, guard)).toBe(first);
    expect(read(list, engine, { ...guard })).toBeInstanceOf(Promise);
    expect(read({ ...list }, engine, guard)).toBeInstanceOf(Promise);
  });

  it("is read anew where the engine was asked", async () => {
    const read = rememberReads();
    const { engine, asked } = counting();
    const inspect = request("GET /v1.41/containers/web/json");
    await read(inspect, engine, guard);
    const before = asked();
    await read(inspect, engine, guard);
    expect(asked()).toBe(2 * before);
    expect(before).toBeGreaterThan(0);
  });

  it("is read anew where it was not understood, and where it has a body", async () => {
    const read = rememberReads();
    const { engine } = counting();
    const odd = request("GET /v1.41/nothing");
    expect(await read(odd, engine, guard)).toMatchObject({ unreadable: expect.any(String) });
    expect(read(odd, engine, guard)).toBeInstanceOf(Promise);
    const network = request("POST /v1.41/networks/create", { Name: "n" });
    await read(network, engine, guard);
    expect(read(network, engine, guard)).toBeInstanceOf(Promise);
  });
});
