import { beforeAll, expect, it } from "vitest";
import { newestDocker } from "../support/dockers.ts";
import { onStage } from "../support/on-stage.ts";
import { secret } from "../support/stage.ts";
import { allowed, failed, refused } from "../support/verdicts.ts";

/** The options of someone who holds that id alone. */
const under = (id: string) => ({ env: { DOCKER_ID_TOKEN: id } });

onStage("revoking", (stage) => {
  const create = async (...words: string[]) => allowed(await stage().id(["create", ...words]));
  const images = (id: string) => stage().docker(newestDocker(), id, ["images"]);
  const linkOf = async (id: string) => {
    const links = [...allowed(await stage().id(["inspect", id])).matchAll(/link=(\d+\.\w+)/g)];
    return links.at(-1)?.[1] ?? "";
  };

  beforeAll(async () => {
    allowed(await stage().id(["init", "--secret", secret]));
  });

  it("takes back an id by its link, with everything narrowed from it, before and after", async () => {
    const parent = await create("--op", "read");
    const child = await create("--id", parent, "--expires", "1h");
    const sibling = await create("--op", "read");
    for (const id of [parent, child, sibling]) allowed(await images(id));
    allowed(await stage().id(["revoke", await linkOf(parent)]));
    refused(await images(parent), /taken back|revoked/);
    refused(await images(child), /taken back|revoked/);
    refused(await images(await create("--id", parent, "--for", "later")), /taken back|revoked/);
    allowed(await images(sibling));
  });

  it("takes back a child alone by the id itself", async () => {
    const parent = await create("--op", "read");
    const child = await create("--id", parent, "--expires", "1h");
    const sibling = await create("--id", parent, "--expires", "1h");
    allowed(await stage().id(["revoke", "-"], { input: child }));
    refused(await images(child));
    for (const id of [parent, sibling]) allowed(await images(id));
  });

  it("may be done by the holder of an ancestor, and by nobody else", async () => {
    const parent = await create("--op", "read");
    const child = await create("--id", parent, "--expires", "1h");
    const grandchild = await create("--id", child, "--for", "a friend");
    const stranger = await create("--op", "read");
    for (const other of [stranger, grandchild]) {
      failed(await stage().id(["revoke", child], under(other)), 3);
      failed(await stage().id(["revoke", await linkOf(child)], under(other)), 3);
    }
    allowed(await images(child));
    allowed(await stage().id(["revoke", child], under(parent)));
    refused(await images(child));
    refused(await images(grandchild));
    for (const id of [parent, stranger]) allowed(await images(id));
  });

  it("holds after the verifier was killed, and after the engine was restarted", async () => {
    const parent = await create("--op", "read");
    const other = await create("--op", "read");
    allowed(await stage().id(["revoke", parent]));
    await stage().verifier.kill9();
    await stage().verifier.start();
    refused(await images(parent));
    allowed(await images(other));
    await stage().engine.restart();
    refused(await images(parent));
    allowed(await images(other));
  });

  it("does not tell a link that nobody has, or a foreign id, from misuse by silence", async () => {
    const outcome = await stage().id(["revoke", "not-a-link"]);
    expect(outcome.status).not.toBe(0);
    expect(outcome.stderr).toMatch(/\S/);
  });
});
