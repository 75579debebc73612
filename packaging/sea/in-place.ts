import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";

const here = import.meta.dirname;
const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Has files of this folder stand in the place of some of src, and every command in commands.ts. */
export function inPlace(replaced: Readonly<Record<string, string>>): Plugin {
  return {
    name: "in-place",
    setup(setup) {
      setup.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const relative = path.slice(repository.length);
        if (relative === "packaging/sea/commands.ts") {
          return { contents: listCommands(), loader: "ts", resolveDir: here };
        }
        const file = replaced[relative];
        if (file === undefined) return undefined;
        return { contents: readFileSync(join(here, file), "utf8"), loader: "ts", resolveDir: here };
      });
    },
  };
}

/** A module that has each command by its id. */
function listCommands(): string {
  const files = readdirSync(join(repository, "src/commands"), { recursive: true, encoding: "utf8" });
  const lines = files
    .filter((file) => file.endsWith(".ts"))
    .toSorted()
    .map((file) => {
      const id = file.replace(/\.ts$/, "").replaceAll("/", ":");
      return `  ${JSON.stringify(id)}: () => import(${JSON.stringify(`../../src/commands/${file}`)}),`;
    });
  return `export const commands = {\n${lines.join("\n")}\n};\n`;
}
