import { afterEach, expect, it } from "vitest";
import { readGodoauth } from "../../../../src/registry/godoauth.ts";
import { freePort } from "../../../support/free-port.ts";
import { openStand, type Stand } from "./stand.ts";

let stand: Stand;
afterEach(async () => {
  await stand.close();
});

/** godoauth's way, with a Vault that is not there. */
async function open(): Promise<void> {
  stand = await openStand();
  const settings = readGodoauth(
    "godoauth.yml",
    {
      storage: { vault: { proto: "http", host: "127.0.0.1", port: freePort(), auth_token: "a-token" } },
      http: { addr: "127.0.0.1:0" },
      token: { issuer: "Token", certificate: stand.keys.certificate, key: stand.keys.key },
    },
    (inFile) => inFile,
  );
  await stand.reopen(settings);
}

it.each([{}, { scope: "repository:linux/app:pull" }])(
  "tires of whoever thinks up services without a password, asking for %j",
  async (asked) => {
    await open();
    const think = async (service: string): Promise<number> => (await stand.get({ service, ...asked })).status;
    for (let at = 0; at < 100; at++) expect(await think(`s${at}`)).toBe(401);
    expect(await think("s100")).toBe(429);
    // One that is open costs nothing
    expect(await think("s99")).toBe(401);
    stand.room.later(61_000);
    expect(await think("s100")).toBe(401);
  },
);
