import { rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { mint } from "../../../src/macaroon/mint.ts";
import { serialize } from "../../../src/macaroon/serialize.ts";
import { link, narrow, root } from "../room.ts";
import {
  closeRooms,
  ask,
  doorKey,
  everything,
  granted,
  ofRefresh,
  pulls,
  refresh,
  refreshLink,
  refreshOf,
  room,
  unauthorized,
  unavailable,
} from "./registry-asks.ts";

closeRooms();

describe("a refresh token of the door's own key", () => {
  it("is granted what its caveats and the user's rights leave by now", async () => {
    const made = await room();
    expect(await made.gate.registry.identify(refresh, doorKey)).toMatchObject({ token: { links: [refreshLink] } });
    expect(await granted(made, ofRefresh(refresh), "repository:x:*")).toEqual(["repository:x:pull,push,delete"]);
    expect(await granted(made, ofRefresh(refresh, pulls), "repository:x:*")).toEqual(["repository:x:pull"]);
    const narrower = narrow(refresh, "op=read", "expires=2999-01-01T00:00:00Z");
    expect(await ask(made, ofRefresh(narrower), "repository:x:*")).toMatchObject({
      granted: [{ actions: ["pull"] }],
      expires: new Date("2999-01-01T00:00:00Z"),
      subject: "alice",
    });
    expect((await made.lines()).at(-1)).toMatchObject({ account: "alice", links: [refreshLink], root: false });
  });

  it("is for its service and user alone", async () => {
    const made = await room();
    expect(await ask(made, ofRefresh(refresh, everything, "bob"), "")).toMatchObject(unauthorized(/account=alice/));
    expect(await ask(made, ofRefresh(refresh), "", { service: "other" })).toMatchObject(unauthorized(/service=hub/));
  });

  it.each<[string, string]>([
    ["without a service", refreshOf("account=alice")],
    ["without a user", refreshOf("service=hub")],
    ["without either, which would be a root id", refreshOf()],
    ["made with the engine's key", narrow(root, "service=hub", "account=alice")],
    [
      "made with another door's key",
      serialize(
        mint({
          rootKey: new Uint8Array(32),
          identifier: `docker-id:1:${doorKey.kid}:${"cd".repeat(16)}`,
          caveats: ["service=hub", "account=alice"],
        }),
      ),
    ],
    [
      "of another form",
      serialize(mint({ rootKey: doorKey.key, identifier: "alice", caveats: ["service=hub", "account=alice"] })),
    ],
    ["altered", `${refresh.slice(0, -4)}AAAA`],
  ])("is refused %s", async (_, text) => {
    const made = await room();
    expect(await made.gate.registry.identify(text, doorKey)).toHaveProperty("denied");
    expect(await ask(made, ofRefresh(text), "repository:x:pull")).toMatchObject(unauthorized(/./));
  });

  it("is taken back by its link, from the same store", async () => {
    const made = await room();
    const narrower = narrow(refresh, "op=read", `link=${link("narrower")}`);
    await made.gate.revoke({ link: refreshLink }, { token: root, source: "test" });
    for (const text of [refresh, narrower]) {
      expect(await made.gate.registry.identify(text, doorKey)).toEqual({
        denied: expect.stringMatching(/revoked/) as string,
      });
      expect(await ask(made, ofRefresh(text), "repository:x:pull")).toMatchObject(unauthorized(/revoked/));
    }
  });

  it("falls by the digest of what it was narrowed from", async () => {
    const made = await room();
    const found = await made.gate.registry.identify(refresh, doorKey);
    const signature = "token" in found ? found.token.digests.at(-1) : undefined;
    await made.state.store.revoke({ point: { signature: signature as Uint8Array } });
    expect(await ask(made, ofRefresh(narrow(refresh, "op=read")), "")).toMatchObject(unauthorized(/revoked/));
  });

  it("opens no other door", async () => {
    const made = await room();
    expect(await made.ask(refresh)).toMatchObject({ verdict: "refused" });
    const asRoot = made.gate.revoke({ link: link("x") }, { token: refresh, source: "test" });
    expect(await asRoot).toMatchObject({ denied: "invalid_id" });
  });

  it("cannot be asked about while the state cannot be read: it may have been taken back", async () => {
    const made = await room();
    rmSync(path.join(made.folder, "state"), { recursive: true });
    expect(await ask(made, ofRefresh(refresh), "")).toMatchObject(unavailable(/cannot read its own state/));
  });
});
