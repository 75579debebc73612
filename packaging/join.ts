import { globSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions, type Plugin } from "esbuild";
import packed from "../package.json" with { type: "json" };
import { inPlace } from "./sea/in-place.ts";

/**
 * Joins what tsc has built in dist into few files of the same names: to find and link a module takes Node a third of a
 * millisecond, and for oclif and a command they are 150. What tsc alone has built does the same, a third slower.
 */

const [src, dist] = ["src", "dist"].map((name) => fileURLToPath(new URL(`../${name}`, import.meta.url))) as [
  string,
  string,
];

/** The packages that every command of oclif's takes; the verifier's, and those that have addons, stay where npm puts them. */
const joined = new Set(["@oclif/core", "chalk", "conf"]);

/** To import a name of node:fs has Node look at all of its names, of which some load its streams. */
const builtins: Plugin = {
  name: "builtins",
  setup(setup) {
    setup.onLoad({ filter: /\/src\/.+\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: readFileSync(path, "utf8").replaceAll(
        /^import (\{[^}]*\}) from "(node:[a-z/_]+)";$/gm,
        (whole, names: string, module: string) =>
          /\btype /.test(names)
            ? whole
            : `const ${names.replaceAll(" as ", ": ")} = process.getBuiltinModule("${module}");`,
      ),
    }));
  },
};

const options = {
  outdir: dist,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
} as const satisfies BuildOptions;

// What was started from an earlier build may yet load its parts
const earlier = globSync(join(dist, "joined-*.js")).filter((file) => Date.now() - statSync(file).mtimeMs > 3_600_000);
for (const file of earlier) rmSync(file);
await build({
  ...options,
  entryPoints: [join(src, "entry.ts")],
  splitting: true,
  chunkNames: "joined-[hash]",
  external: Object.keys(packed.dependencies).filter((name) => !joined.has(name)),
  // Packages of the older kind ask for it
  banner: { js: 'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);' },
  plugins: [inPlace({ "src/run-command.ts": "run-command.ts" }), builtins],
});
// What these take is all that there is, and in one file
for (const name of ["accompany", "show-alone"]) {
  await build({ ...options, entryPoints: [join(src, `${name}.ts`)], packages: "external", plugins: [builtins] });
}
