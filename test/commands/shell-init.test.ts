import { describe, expect, it } from "vitest";
import { node } from "../support/node.ts";
import { needs } from "../support/needs.ts";
import { run } from "../support/run.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";

const initialize = `eval "$('${node}' '${entry}' shell-init)"`;

describe.each(["bash", "zsh"] as const)("shell-init in %s", (shell) => {
  const missing = needs(shell);
  it.skipIf(missing !== undefined)(`defines docker, and completes docker-id${missing ?? ""}`, async () => {
    const asked = shell === "bash" ? "complete -p docker-id" : "whence -w _docker-id";
    const outcome = await run(shell, [shell === "zsh" ? "-fc" : "-c", `${initialize}; type docker; ${asked}`]);
    const said = allowed(outcome);
    expect(said).toMatch(/docker is a (shell )?function/);
    expect(said).toContain(shell === "bash" ? "_docker_id docker-id" : "_docker-id: function");
    expect(outcome.stderr).toBe("");
  });

  it.skipIf(missing !== undefined)(`gives the same when it is said which shell${missing ?? ""}`, async () => {
    const flags = shell === "zsh" ? "-fc" : "-c";
    const shown = shell === "zsh" ? "functions docker" : "declare -f docker";
    const either = allowed(await run(shell, [flags, `${initialize}; ${shown}`]));
    const own = `eval "$('${node}' '${entry}' shell-init ${shell})"; ${shown}`;
    expect(allowed(await run(shell, [flags, own]))).toBe(either);
  });
});

it("shell-init says so in a shell that it is not for", async () => {
  const outcome = await run("/bin/busybox", ["sh", "-c", initialize]);
  expect(outcome.stderr).toMatch(/bash and zsh/);
  failed(await run(node, [entry, "shell-init", "csh"]), 2);
});

it("shell-init gives its script as JSON too", async () => {
  const { script } = JSON.parse(allowed(await run(node, [entry, "shell-init", "bash", "--json"]))) as {
    script: string;
  };
  expect(script).toMatch(/^function docker \{/);
});
