import { Agent } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { exchange, type Question } from "../../../../src/server/users/vault/exchange.ts";
import { playRecorded, recorded } from "./recorded.ts";

describe("one exchange with recorded answers of Vault's API", () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  afterEach(() => agent.destroy());

  it.each([
    ["GET", 2],
    ["POST", 1],
  ] as const)("is a %s that is asked again only where that changes nothing", async (method, times) => {
    let resets = 0;
    const vault = await playRecorded(({ path }) => {
      if (path !== "/v1/reset") return recorded.self;
      resets += 1;
      throw new Error("the connection is reset");
    });
    const ask = async (path: string, more: Partial<Question> = {}) => {
      const url = new URL(path, vault.address);
      const signal = AbortSignal.timeout(5000);
      return await exchange({ method, url, headers: {}, agent, signal, ...more });
    };
    expect(await ask("/v1/first")).toMatchObject({ status: 200 });
    // On the connection that is kept
    await expect(ask("/v1/reset")).rejects.toThrow(/cannot be asked/);
    expect(resets).toBe(times);
    await vault.close();
  });
});
