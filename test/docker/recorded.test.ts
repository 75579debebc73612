import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { EngineRequest } from "../../src/docker/attempt.ts";
import { nameAction } from "../../src/docker/name-action.ts";
import { readAttempt } from "../../src/docker/read-attempt.ts";
import { guard, ids, smallEngine, spell } from "./engine.ts";

interface Recorded {
  readonly title: string;
  readonly request: EngineRequest;
  readonly reads: string;
}

const recorded = readFileSync(new URL("recorded.tsv", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map(readLine);

function readLine(line: string): Recorded {
  const [docker = "", command = "", asks = "", head = "", body = "", reads = ""] = line.split("\t");
  const [method = "", target = ""] = asks.split(" ");
  const [type = "", length = ""] = head.split(" ");
  const bytes = body === "" ? undefined : Buffer.from(`${body}\n`);
  const said = bytes === undefined ? length : String(bytes.length);
  return {
    title: `${docker} ${command}: ${asks}`,
    request: {
      method,
      target: target
        .replace("CONTAINER", ids.container)
        .replace("SHORT", ids.container.slice(0, 12))
        .replace("EXEC", ids.exec),
      headers: { ...(type === "" ? {} : { "content-type": type }), ...(said === "" ? {} : { "content-length": said }) },
      ...(bytes === undefined ? {} : { body: bytes }),
    },
    reads,
  };
}

describe("what docker's usual commands ask", () => {
  it.each(recorded)("$title", async ({ request, reads }) => {
    const attempt = await readAttempt({ ...request, wholeHead: true }, smallEngine(), guard);
    expect(spell(attempt)).toBe(reads);
    expect(reads.startsWith(`${nameAction(request).action} ${nameAction(request).op}`)).toBe(true);
  });

  it("is understood through the plugin's door too, but for what a form could override there", async () => {
    const refused = new Set<string>();
    for (const { request } of recorded) {
      const attempt = await readAttempt(request, smallEngine(), guard);
      if ("unreadable" in attempt) refused.add(nameAction(request).action);
    }
    expect([...refused]).toEqual(["image.import", "image.build"]);
  });
});
