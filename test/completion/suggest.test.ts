import { describe, expect, it } from "vitest";
import { suggest } from "../../src/completion/suggest.ts";
import type { Commands } from "../../src/completion/spec.ts";
import { suggestValues } from "../../src/completion/values.ts";

const commands: Commands = {
  create: {
    id: "create",
    summary: "make one",
    flags: {
      op: { name: "op", type: "option", multiple: true },
      preset: { name: "preset", type: "option", options: ["ci", "deploy"] },
      root: { name: "root", type: "boolean", summary: "all" },
      yes: { name: "yes", char: "y", type: "boolean" },
      resolve: { name: "resolve", type: "boolean", allowNo: true },
      config: { name: "config", char: "c", type: "option", helpValue: "FILE" },
      id: { name: "id", type: "option", aliases: ["from"], helpValue: "-|@FILE" },
      scope: { name: "scope", type: "option" },
      "container-id": { name: "container-id", type: "option" },
      secretive: { name: "secretive", type: "boolean", hidden: true },
    },
    args: { method: { name: "method" }, second: { name: "second", options: ["x", "y"] } },
  },
  "registry:add": { id: "registry:add", flags: {}, args: {} },
  hidden: { id: "hidden", hidden: true, flags: {}, args: {} },
};
const asked = {
  containers: async () => [{ value: "web" }, { value: "db" }],
  images: async () => [],
  names: async () => ["ci"],
};

async function values(line: string): Promise<string[]> {
  const found = await suggest(commands, line.split(" "), (name, typed) => suggestValues(name, typed, asked));
  return found.candidates.map(({ value }) => value);
}

describe("completing", () => {
  it.each<[string, string[]]>([
    ["", ["create", "registry", "help"]],
    ["cr", ["create"]],
    ["frobnicate ", []],
    ["registry ", ["add"]],
    ["registry a", ["add"]],
    ["create --o", ["--op"]],
    ["create --op ", ["read", "write", "read,write"]],
    ["create --op=w", ["--op=write"]],
    ["create --frobnicate=w", []],
    ["create --r", ["--root", "--resolve"]],
    ["create --root --r", ["--resolve"]],
    ["create --op read --o", ["--op"]],
    ["create --no-r", ["--no-resolve"]],
    ["create --no-resolve --r", ["--root"]],
    ["create --sec", []],
    ["create --preset d", ["deploy"]],
    ["create --from ", ["-", "@"]],
    ["create --container-id ", ["web", "db"]],
    ["create --container-id web,d", ["web,db"]],
    ["create --scope image:", ["image:read", "image:write", "image:*:"]],
    [
      "create --scope image:read,repository:a:",
      ["image:read,repository:a:pull", "image:read,repository:a:push", "image:read,repository:a:delete"],
    ],
    ["create P", ["POST", "PUT"]],
    ["create GET ", ["x", "y"]],
    ["create --op read -y GET ", ["x", "y"]],
    ["create -c a GET ", ["x", "y"]],
    ["create -ca GET ", ["x", "y"]],
    ["create --op=read GET ", ["x", "y"]],
    ["create GET x ", []],
  ])("%j", async (line, expected) => {
    expect(await values(line)).toEqual(expected);
  });

  it("leaves files and what follows -- to the shell", async () => {
    for (const line of ["create --config ", "create -c ", "create -- "]) {
      expect(await suggest(commands, line.split(" "), async () => undefined)).toEqual({ candidates: [], files: true });
    }
  });

  it("offers files after an @, folders to go on in", async () => {
    const folder = new URL("..", import.meta.url).pathname;
    expect(await values(`create --id @${folder}com`)).toEqual([`@${folder}commands/`, `@${folder}completion/`]);
    expect(await values(`create --id @${folder}nothing`)).toEqual([]);
    expect(await values(`create --id @${folder}tsconfig`)).toEqual([`@${folder}tsconfig.json`]);
    expect(await values("create --id @/does/not/exist/")).toEqual([]);
  });

  it("knows the actions and their families", async () => {
    const { candidates } = (await suggestValues("action", "", asked)) ?? { candidates: [] };
    const found = candidates.map(({ value }) => value);
    expect(found).toContain("container.*");
    expect(found).toContain("container.start");
    expect(found).toContain("registry.*");
    expect(found).toContain("registry.pull");
    expect(new Set(found).size).toBe(found.length);
  });
});
