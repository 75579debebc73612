import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeAll, expect, it } from "vitest";
import { needs } from "../support/needs.ts";
import { node } from "../support/node.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";
import { onADesk, secret } from "./on-a-desk.ts";

onADesk("ids under names", (desk) => {
  let root: string;
  let reader: string;
  const id = async (...args: string[]) => await desk().id(args);
  const names = async () =>
    (JSON.parse(allowed(await id("ls", "--json"))) as { name: string }[]).map(({ name }) => name).toSorted();

  beforeAll(async () => {
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
    root = allowed(await id("show"));
    reader = allowed(await id("create", "--op", "read", "--for", "reader"));
    allowed(await desk().id(["set", "--as", "reader", "-"], { input: reader }));
  });

  it("are kept beside the default one, and listed", async () => {
    expect(allowed(await id("show"))).toBe(root);
    expect(allowed(await id("show", "--as", "reader"))).toBe(reader);
    expect(JSON.parse(allowed(await id("show", "--as", "reader", "--json")))).toMatchObject({ id: reader });
    expect(await names()).toEqual(["default", "reader"]);
    expect(allowed(await id("show", "--as", "default"))).toBe(root);
  });

  it("go before DOCKER_ID_TOKEN, since they were said", async () => {
    const outcome = await desk().id(["show", "--as", "reader"], { env: { DOCKER_ID_TOKEN: "dkid_other" } });
    expect(allowed(outcome)).toBe(reader);
  });

  it("are narrowed, decoded and explained by name", async () => {
    const made = JSON.parse(allowed(await id("create", "--as", "reader", "--expires", "1h", "--json"))) as {
      id: string;
    };
    expect(JSON.parse(allowed(await desk().id(["inspect", "-", "--json"], { input: made.id })))).toMatchObject({
      names: ["reader"],
    });
    expect(JSON.parse(allowed(await id("inspect", "--as", "reader", "--json")))).toMatchObject({ names: ["reader"] });
    failed(await id("explain", "--as", "reader", "POST", "/containers/prune"), 3);
    failed(await id("log", "--as", "reader"), 3);
    allowed(await id("log", "--as", "default"));
  });

  it("take back what was narrowed from them", async () => {
    const child = allowed(await id("create", "--as", "reader", "--expires", "1h"));
    allowed(await desk().id(["revoke", "--as", "reader", "-"], { input: child }));
    failed(await desk().id(["set", "-"], { input: child }), 3, /revoked/);
  });

  it("are told from each other and from what cannot be a name", async () => {
    failed(await id("show", "--as", "nobody"), 4, /under the name nobody/);
    failed(await id("create", "--as", "nobody", "--op", "read"), 4);
    for (const name of ["", "a b", "default~pending", "a#b", "-x", "x".repeat(41)]) {
      failed(await desk().id(["set", `--as=${name}`, "-"], { input: reader }), 2);
      failed(await id("show", `--as=${name}`), 2);
    }
    failed(await id("create", "--as", "reader", "--id", "@x", "--op", "read"), 2);
    failed(await id("create", "--as", "reader", "--secret", "@x", "--op", "read"), 2);
    failed(await id("inspect", "--as", "reader", "@x"), 2);
  });

  it("are forgotten one by one, and the default one too", async () => {
    allowed(await desk().id(["set", "--as", "second", "-"], { input: reader }));
    const outcome = await id("set", "--forget", "--as", "second");
    allowed(outcome);
    expect(outcome.stderr).toMatch(/keeps it no longer/);
    failed(await id("set", "--forget", "--as", "second"), 4);
    failed(await id("set", "--forget", "@x"), 2);
    expect(await names()).toEqual(["default", "reader"]);
    allowed(await id("set", "--forget"));
    failed(await id("show"), 4);
    allowed(await desk().id(["set", "-"], { input: root }));
  });

  const missing = needs("script");
  it.skipIf(missing !== undefined)(`are asked for where none is given, and not shown${missing ?? ""}`, async () => {
    failed(await id("set", "--as", "asked"), 2, /no id was given/);
    const command = `'${node}' '${entry}' set --as asked`;
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      env: { ...desk().env, PATH: process.env["PATH"] },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let shown = "";
    child.stdout.on("data", (chunk: Buffer) => {
      shown += chunk.toString();
      if (shown.endsWith("Id: ")) child.stdin.write(`${reader}\n`);
    });
    await once(child, "close");
    expect(shown).not.toContain(reader);
    expect(allowed(await id("show", "--as", "asked"))).toBe(reader);
  });

  it("are all forgotten once the guard is gone, for they are void", async () => {
    allowed(await id("destroy", "--yes"));
    expect(await names()).toEqual([]);
  });
});
