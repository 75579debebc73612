import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { link, narrow, root } from "../../room.ts";
import { openStand, request, type Client, type Stand } from "./stand.ts";

let stand: Stand;
let client: Client;
let said: number;
beforeEach(async () => {
  stand = await openStand();
  client = stand.connect();
  said = 0;
});
afterEach(() => stand.close());

const guest = narrow(root, "op=read", `link=${link("guest")}`);
const ping = (token: string): string => request("GET /v1.41/_ping", token);
const passed = (): number => stand.engine.heard.reduce((sum, { text }) => sum + text.split("/_ping ").length - 1, 0);

/** Sends the very same bytes once more over the very same connection; gives the status. */
async function again(bytes: string): Promise<number> {
  said += 1;
  client.send(bytes);
  const text = await client.hears(new RegExp(String.raw`(?:HTTP/1\.1 \d{3}[^]*){${said}}\r\n\r\n.`));
  return Number([...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].at(-1)?.[1]);
}

/** The same over a connection of its own. */
const anew = async (bytes: string): Promise<number> =>
  Number(/^HTTP\/1\.1 (\d{3})/.exec(await stand.say(bytes.replace("Host:", "Connection: close\r\nHost:")))?.[1]);

describe("a request that comes again, byte by byte", () => {
  it("is decided on and written down each time", async () => {
    for (let round = 0; round < 3; round++) expect(await again(ping(guest))).toBe(200);
    expect(passed()).toBe(3);
    expect((await stand.room.lines()).filter(({ action }) => action === "system.ping")).toHaveLength(3);
  });

  it.each([
    ["its id is revoked", async () => stand.room.gate.revoke({ id: guest }, { token: root, source: "test" })],
    ["the guard has ended", async () => stand.room.gate.destroy({ token: root, source: "test" })],
  ])("is refused once %s", async (_, change) => {
    expect([await again(ping(guest)), await again(ping(guest)), await anew(ping(guest))]).toEqual([200, 200, 200]);
    await change();
    expect([await again(ping(guest)), await anew(ping(guest))]).toEqual([403, 403]);
    expect(passed()).toBe(3);
  });

  it("is refused once its id has expired", async () => {
    const hour = new Date(stand.room.now().getTime() + 3_600_000).toISOString().replace(/\.\d+/, "");
    const brief = ping(narrow(guest, `expires=${hour}`));
    expect([await again(brief), await again(brief)]).toEqual([200, 200]);
    stand.room.later(3_600_000);
    expect([await again(brief), await anew(brief)]).toEqual([403, 403]);
    expect(passed()).toBe(2);
  });

  it("passes on no more than a pass that was not used before", async () => {
    for (let round = 0; round < 3; round++) await again(ping(guest));
    const passes = stand.engine.heard.flatMap(({ text }) => text.match(/^X-Docker-Id-Pass: \S+/gim) ?? []);
    expect(new Set(passes).size).toBe(3);
  });
});
