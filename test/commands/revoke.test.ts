import { beforeAll, expect, it } from "vitest";
import { allowed, failed } from "../support/verdicts.ts";
import { onADesk, secret } from "./on-a-desk.ts";

onADesk("revoke", (desk) => {
  interface Created {
    readonly id: string;
    readonly link: string;
  }
  beforeAll(async () => {
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
  });
  const create = async (...args: string[]): Promise<Created> =>
    JSON.parse(allowed(await desk().id(["create", "--json", "--op", "read", ...args]))) as Created;
  const worth = async (id: string): Promise<string> => {
    const status = JSON.parse(allowed(await desk().id(["status", "--json"], { env: { DOCKER_ID_TOKEN: id } })));
    return (status as { id: { worth: string } }).id.worth;
  };

  it("takes back by link what carries it and what was narrowed from it, and no sibling", async () => {
    const [parent, sibling] = [await create(), await create()];
    const child = await create("--id", parent.id);
    const outcome = await desk().id(["revoke", parent.link, "--json"]);
    expect(JSON.parse(allowed(outcome))).toMatchObject({ link: parent.link });
    expect(await worth(parent.id)).toBe("revoked");
    expect(await worth(child.id)).toBe("revoked");
    expect(await worth(sibling.id)).toBe("good");
  });

  it("takes back the id itself: from stdin or as the argument", async () => {
    const [one, other] = [await create(), await create()];
    expect((await desk().id(["revoke", "-"], { input: `${one.id}\n` })).stderr).toContain(one.link);
    allowed(await desk().id(["revoke", other.id]));
    expect(await worth(one.id)).toBe("revoked");
    expect(await worth(other.id)).toBe("revoked");
  });

  it("lets an ancestor, and nobody else who is not root", async () => {
    const parent = await create();
    const [child, stranger] = [await create("--id", parent.id), await create()];
    failed(await desk().id(["revoke", child.id, "--id", stranger.id]), 3);
    failed(await desk().id(["revoke", child.link, "--id", parent.id]), 3, /root/i);
    expect(await worth(child.id)).toBe("good");
    allowed(await desk().id(["revoke", child.id, "--id", "-"], { input: parent.id }));
    expect(await worth(child.id)).toBe("revoked");
    expect(await worth(parent.id)).toBe("good");
  });

  it.each([["1.short"], ["12345.XYZ"], ["nonsense"], ["-"], ["dkid_AAAA"]])(
    "%s is neither link nor id",
    async (given) => {
      const outcome = await desk().id(["revoke", given], { input: "" });
      failed(outcome, 2);
    },
  );

  it("says what it needs", async () => {
    failed(await desk().id(["revoke"]), 2);
    const { link } = await create();
    failed(await desk().id(["revoke", link], { env: { DOCKER_ID_CONFIG_DIR: desk().workspace.path("empty") } }), 4);
    failed(await desk().id(["revoke", link], { env: { DOCKER_ID_SERVER: "/nowhere/admin.sock" } }), 4);
  });
});
