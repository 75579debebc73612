import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { inPlace } from "./in-place.ts";
import { injectBlob } from "./inject.ts";

/**
 * Builds dist-sea/docker-id, or the file that is named: docker-id and the Node that runs this in one, from one bundle
 * with the keychain's addon and bcrypt's. oclif.manifest.json has to be up to date.
 */

const here = import.meta.dirname;
const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Files of src in whose place one of this folder stands. */
const replaced: Readonly<Record<string, string>> = {
  "src/run-command.ts": "run-command.ts",
  "src/version.ts": "version.ts",
  "src/manifest.ts": "manifest.ts",
  "src/keychain/load-keytar.ts": "load-keytar.ts",
  "src/server/users/load-bcrypt.ts": "load-bcrypt.ts",
};

async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(here, "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    // A single executable can import nothing at run time, not even what is Node's own
    supported: { "dynamic-import": false },
    define: {
      "import.meta.url": '"file:///docker-id"',
      "import.meta.dirname": '"/"',
      "import.meta.filename": '"/docker-id"',
    },
    plugins: [inPlace(replaced)],
    logLevel: "warning",
  });
}

/** An addon that its package brings along, for the machine that this runs on. */
function prebuilt(name: string, file: string): string {
  return join(repository, "node_modules", name, "prebuilds", `${process.platform}-${process.arch}`, file);
}

function bcryptFile(): string {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? "bcrypt.musl.node" : "bcrypt.glibc.node";
}

async function main(out: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "docker-id-sea-"));
  try {
    const [script, blob, settings] = ["docker-id.cjs", "blob", "sea.json"].map((name) => join(work, name)) as [
      string,
      string,
      string,
    ];
    await bundle(script);
    const config = {
      main: script,
      output: blob,
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
      assets: { "keytar.node": prebuilt("keytar", "keytar.node"), "bcrypt.node": prebuilt("bcrypt", bcryptFile()) },
    };
    writeFileSync(settings, JSON.stringify(config));
    execFileSync(process.execPath, ["--experimental-sea-config", settings], { stdio: ["ignore", "ignore", "inherit"] });
    mkdirSync(dirname(out), { recursive: true });
    const fresh = `${out}.${basename(work)}`;
    writeFileSync(fresh, injectBlob(readFileSync(process.execPath), readFileSync(blob)));
    chmodSync(fresh, 0o755);
    renameSync(fresh, out);
    process.stdout.write(`${out}\n`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

await main(resolve(process.argv[2] ?? join(repository, "dist-sea/docker-id")));
