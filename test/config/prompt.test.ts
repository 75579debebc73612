import { spawn } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { onADesk, secret } from "../commands/on-a-desk.ts";
import { node } from "../support/node.ts";
import { needs } from "../support/needs.ts";
import { allowed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";

const missing = needs("script");

onADesk(`asking a person${missing === undefined ? "" : ` (${missing})`}`, (desk) => {
  /** Runs docker-id under a terminal where someone answers each question once it stands there; gives what it showed. */
  const converse = async (
    args: readonly string[],
    answers: readonly (readonly [question: string, answer: string])[],
  ) => {
    const command = `'${node}' '${entry}' ${args.join(" ")}`;
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      env: { ...desk().env, PATH: process.env["PATH"] },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let shown = "";
    let left = answers;
    child.stdout.on("data", (chunk: Buffer) => {
      shown = stripVTControlCharacters(shown + chunk.toString());
      const [next, ...rest] = left;
      if (next === undefined || !shown.endsWith(next[0])) return;
      left = rest;
      child.stdin.write(`${next[1]}\n`);
    });
    await once(child, "close");
    return shown;
  };
  const state = async () => (JSON.parse(allowed(await desk().id(["status", "--json"]))) as { state: string }).state;

  it.skipIf(missing !== undefined)("asks for the secret twice, and shows neither", async () => {
    const different = await converse(
      ["init"],
      [
        ["Secret: ", secret],
        ["Once more: ", "something else"],
      ],
    );
    expect(different).toMatch(/Secret: [\s\S]*Once more: [\s\S]*not the same/);
    expect(await state()).toBe("open");
    const same = await converse(
      ["init"],
      [
        ["Secret: ", secret],
        ["Once more: ", secret],
      ],
    );
    expect(same).toMatch(/is guarded now/);
    expect(same).not.toContain(secret);
    expect(await state()).toBe("guarded");
  });

  it.skipIf(missing !== undefined)("hides what is typed for -, an id or a secret", async () => {
    const narrowed = await converse(["create", "--secret", "-", "--op", "read"], [["Secret: ", secret]]);
    expect(narrowed).toMatch(/dkid_/);
    expect(narrowed).not.toContain(secret);
    const id = /dkid_[\w-]+/.exec(narrowed)?.[0] ?? "";
    const decoded = await converse(["inspect", "-"], [["Id: ", id]]);
    expect(decoded).toMatch(/op=read/);
    expect(decoded).not.toContain(id);
  });

  it.skipIf(missing !== undefined)("asks whether to destroy, and takes only a yes", async () => {
    expect(await converse(["destroy"], [["[y/N] ", "n"]])).toMatch(/\[y\/N\][\s\S]*nothing was changed/);
    expect(await state()).toBe("guarded");
    expect(await converse(["destroy"], [["[y/N] ", "y"]])).toMatch(/obeys everyone again/);
    expect(await state()).toBe("open");
  });
});
