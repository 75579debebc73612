import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../../../support/until.ts";
import { link, mine, narrow, root, rootKey } from "../../room.ts";
import { openStand, request, type Stand } from "./stand.ts";

let stand: Stand;
beforeEach(async () => {
  stand = await openStand();
});
afterEach(() => stand.close());

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const upgraded = "HTTP/1.1 101 UPGRADED\r\n\r\n";
const guest = narrow(root, `container_id=${mine}`, `link=${link("guest")}`);
const attach = `POST /v1.41/containers/${mine}/attach?stream=1&stdout=1`;
const logs = `GET /v1.41/containers/${mine}/logs?follow=1&stdout=1`;
const tcp = ["Connection: Upgrade", "Upgrade: tcp"];

/** Begins an endless answer of each kind. */
async function begin(token: string) {
  stand.engine.answer = (socket, text) => void socket.write(text.includes("/attach") ? upgraded : chunked);
  const [raw, lines] = [stand.connect(), stand.connect()];
  raw.send(request(attach, token, tcp));
  await raw.hears("UPGRADED");
  lines.send(request(logs, token));
  await lines.hears("chunked\r\n");
  return [raw, lines];
}

const cut = async (clients: Awaited<ReturnType<typeof begin>>): Promise<void> => {
  for (const client of clients) await client.ended();
  await until("the engine's ends", () => stand.engine.heard.every(({ ended }) => ended));
  // Not as if it were whole
  expect(clients[1]?.text()).not.toContain("0\r\n\r\n");
};

async function revoke(token: string): Promise<void> {
  const { gate } = stand.room;
  await gate.revoke({ id: token }, { token: root, source: "test" });
}

describe("an endless answer", () => {
  it("is cut when its id expires", async () => {
    const expires = new Date(stand.room.now().getTime() + 900).toISOString().replace(/\.\d+/, "");
    const brief = narrow(guest, `expires=${expires}`);
    // Whole seconds: it may have passed already
    stand.room.later(new Date(expires).getTime() - stand.room.now().getTime() - 500);
    const clients = await begin(brief);
    expect(clients.map(({ socket }) => socket.readableEnded)).toEqual([false, false]);
    await cut(clients);
    expect(stand.room.now().getTime()).toBeGreaterThanOrEqual(new Date(expires).getTime());
  });

  it("is cut when its id is revoked, or what that was narrowed from", async () => {
    const narrower = narrow(guest, "op=read,write", `link=${link("narrower")}`);
    const clients = await begin(narrower);
    await revoke(narrow(root, `link=${link("another")}`));
    await revoke(guest);
    await cut(clients);
    expect(stand.room.log()).toContain("revoked");
  });

  it("is cut when the guard ends, for the root id too", async () => {
    const clients = await begin(root);
    await stand.room.gate.destroy({ token: root, source: "test" });
    await cut(clients);
    expect((await stand.room.gate.current()).kind).toBe("open");
  });

  it("goes on while others' ids are revoked", async () => {
    const clients = await begin(guest);
    await revoke(narrow(root, `link=${link("another")}`));
    await until("the store was looked at since", () => stand.room.gate.version());
    const heard = stand.engine.heard[0];
    for (const word of ["one", "two"]) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      heard?.socket.write(word);
      await clients[0]?.hears(word);
    }
    expect(await stand.room.state.current()).toMatchObject({ kind: "guarded", kid: rootKey.kid });
  });
});
