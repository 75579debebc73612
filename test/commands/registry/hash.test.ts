import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { derive } from "../../../src/registry/hash-password.ts";
import { readPasswordRecord } from "../../../src/registry/password-record.ts";
import { needs } from "../../support/needs.ts";
import { node } from "../../support/node.ts";
import { openTerminal } from "../../support/terminal.ts";
import { allowed, failed } from "../../support/verdicts.ts";
import { entry } from "../../support/verifier.ts";
import { onADesk, type Desk } from "../on-a-desk.ts";

const isOf = async (hash: string, password: string) => {
  const record = readPasswordRecord(hash);
  if (record.kind === "bcrypt") throw new Error("bcrypt is not printed");
  return Buffer.from(await derive(record, password)).equals(record.made.hash);
};

onADesk("registry hash", (desk) => {
  const hash = async (input: string, ...args: string[]) => await desk().id(["registry", "hash", ...args], { input });

  it("prints a hash of what stdin has, without its line end, with or without -", async () => {
    for (const args of [[], ["-"]]) {
      const outcome = await hash("correct horse battery\n", ...args);
      expect(allowed(outcome)).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[^$]+\$[^$]+$/);
      expect(await isOf(outcome.stdout.trim(), "correct horse battery")).toBe(true);
      expect(outcome.stderr).toBe("");
    }
  });

  it("prints one of argon2 with --argon2, and JSON with --json", async () => {
    const outcome = await hash("correct horse battery", "--argon2", "--json");
    const { hash: printed } = JSON.parse(allowed(outcome)) as { hash: string };
    expect(printed).toMatch(/^\$argon2id\$v=19\$/);
    expect(await isOf(printed, "correct horse battery")).toBe(true);
  });

  it("takes the password from a file, and never from the arguments", async () => {
    const file = desk().workspace.path("password");
    writeFileSync(file, " spaces are part of it \n");
    expect(await isOf(allowed(await hash("", `@${file}`)), " spaces are part of it ")).toBe(true);
    const said = failed(await hash("", "hunter2"), 2, /shell's history/);
    expect(said).not.toContain("hunter2");
  });

  it("refuses no password and one that is too long, and says when one is weak", async () => {
    failed(await hash(""), 2, /the password is empty/);
    failed(await hash("x".repeat(1025)), 2, /longer than 1024 bytes/);
    failed(await hash("", "@/nowhere"), 2, /cannot be read/);
    const weak = await hash("secret1");
    allowed(weak);
    expect(weak.stderr).toMatch(/the password is short/);
  });

  const missing = needs("tmux");
  it.skipIf(missing !== undefined)(`asks twice on a terminal and shows neither${missing ?? ""}`, async () => {
    expect(await answerTwice(desk(), "correct horse battery", "correct horse")).toMatch(/the two were not the same/);
    const shown = await answerTwice(desk(), "correct horse battery", "correct horse battery");
    expect(shown).not.toContain("correct");
    const [printed = ""] = /\$scrypt\$\S+/.exec(shown) ?? [];
    expect(await isOf(printed, "correct horse battery")).toBe(true);
  });
});

/** Answers both questions on a terminal; gives all that it showed. */
async function answerTwice({ workspace, env }: Desk, first: string, second: string): Promise<string> {
  const command = `'${node}' '${entry}' registry hash; echo ended; exec sleep 60`;
  const terminal = await openTerminal(workspace, ["sh", "-c", command], env);
  await terminal.shows(/Password: /);
  await terminal.line(first);
  await terminal.shows(/Once more: /);
  await terminal.line(second);
  return await terminal.shows(/^ended/m);
}
