import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

/**
 * Joins all that the programs of `run`, `exec` and a shell's docker wait for into the one file dist/accompany.js, and what
 * `show` takes into another: Node takes a fifth of their start to find and link two dozen. What tsc alone has built does
 * the same, a little later.
 */

const dist = fileURLToPath(new URL("../dist", import.meta.url));

/** To import a name of node:fs has Node look at all of its names, of which some load its streams. */
const builtins: Plugin = {
  name: "builtins",
  setup(setup) {
    setup.onLoad({ filter: /\/dist\/.+\.js$/ }, ({ path }) => ({
      loader: "js",
      contents: readFileSync(path, "utf8").replaceAll(
        /^import (\{[^}]*\}) from "(node:[a-z/_]+)";$/gm,
        (_import, names: string, module: string) =>
          `const ${names.replaceAll(" as ", ": ")} = process.getBuiltinModule("${module}");`,
      ),
    }));
  },
};

await build({
  entryPoints: ["accompany", "show-alone"].map((name) => `${dist}/${name}.js`),
  outdir: dist,
  allowOverwrite: true,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  packages: "external",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  plugins: [builtins],
  logLevel: "warning",
});
