import { expect, it } from "vitest";
import { node } from "../support/node.ts";
import { run } from "../support/run.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";

it.each([
  ["bash", /^complete -F _docker_id docker-id$/m],
  ["zsh", /compdef _docker-id docker-id/],
  ["fish", /^complete -c docker-id /m],
])("completion %s prints what teaches it", async (shell, expected) => {
  const { stdout, status } = await run(node, [entry, "completion", shell]);
  expect(status).toBe(0);
  expect(stdout).toMatch(expected);
  expect(stdout).toContain(entry);
  const json = JSON.parse(allowed(await run(node, [entry, "completion", shell, "--json"]))) as { script: string };
  expect(json.script.trim()).toBe(stdout.trim());
});

it("completion knows no other shell", async () => {
  failed(await run(node, [entry, "completion", "cmd"]), 2);
  failed(await run(node, [entry, "completion"]), 2);
});
