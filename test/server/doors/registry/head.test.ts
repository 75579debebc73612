import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { narrow, root } from "../../room.ts";
import { openStand, sendBytes, type Stand } from "./stand.ts";

describe("a head of many lines", () => {
  let stand: Stand;
  beforeEach(async () => {
    stand = await openStand({ registry: { trusted_proxies: ["127.0.0.0/8"] } });
  });
  afterEach(async () => {
    await stand.close();
  });

  /** As by way of a proxy, which tells of the client after all that the client said. */
  async function ask(lines: number): Promise<string> {
    const id = narrow(root, "ip=127.0.0.0/8");
    const head = [
      "GET /auth?service=registry&scope=repository:team/app:pull HTTP/1.1",
      "host: door",
      "connection: close",
      `authorization: Basic ${Buffer.from(`x:${id}`).toString("base64")}`,
      ...Array.from({ length: lines }, (_, at) => `x-${at}: a`),
      "x-forwarded-for: 203.0.113.9",
    ];
    return sendBytes(stand.port, `${head.join("\r\n")}\r\n\r\n`);
  }

  it("is refused, so that none of it is left out", async () => {
    expect(await ask(150)).toMatch(/^HTTP\/1\.1 401 [^]*bound to other addresses/);
    for (const lines of [200, 1000, 2500]) expect(await ask(lines)).toMatch(/^HTTP\/1\.1 431 [^]*SIZE_INVALID/);
  });
});
