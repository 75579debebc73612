import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { listFiles, read, repository } from "./source.ts";

const topLevel = new Set(
  (
    "package.json package-lock.json tsconfig.json src bin test oclif.manifest.json README.md " +
    "LICENSE CHANGELOG.md docs bench packaging " +
    // Made by npm and the build.
    "node_modules dist dist-sea"
  ).split(" "),
);

it("has nothing at the top but what belongs there", () => {
  const found = readdirSync(repository).filter((name) => !name.startsWith(".") && !name.endsWith(".tgz"));
  expect(found.filter((name) => !topLevel.has(name))).toEqual([]);
});

it("has no source file of more than 250 lines", () => {
  const files = ["src", "bin", "bench", "packaging", "test/support"].flatMap(listFiles);
  const long = files
    .filter((path) => /\.(ts|js|sh)$/.test(path))
    .map((path) => ({ path, lines: read(path).split("\n").length - 1 }))
    .filter(({ lines }) => lines > 250);
  expect(long).toEqual([]);
});

it("names files in kebab-case", () => {
  const code = ["src", "bench", "packaging", "test"].flatMap(listFiles).filter((path) => path.endsWith(".ts"));
  expect(code.filter((path) => !/\/[a-z0-9]+(-[a-z0-9]+)*(\.test|\.config|\.d)?\.ts$/.test(path))).toEqual([]);
});

it("mentions no machine that it was made on, and no registry", () => {
  const folders = ["main", "shared", "\\.library"].map((name) => `/work/${name}`);
  const hosts = ["registry\\.npmjs\\.", "registry\\.yarnpkg\\.", "\\bnpm\\.pkg\\.github\\.", "proxy\\.golang\\."];
  const unwanted = new RegExp([...folders, ...hosts].join("|"));
  const text = listFiles(".").filter(
    (path) => !/\.(tgz|tar|bin|png)$/.test(path) && path !== "test/architecture/layout.test.ts",
  );
  expect(text.filter((path) => unwanted.test(read(path)))).toEqual([]);
});

it("has no file of an engine's own description in it", () => {
  expect(listFiles(".").filter((path) => /v1\.\d\d\.ya?ml$/.test(path))).toEqual([]);
});

it("has a test at the mirrored path of each command", () => {
  const commands = listFiles("src/commands").map((path) => path.replace("src/", "test/").replace(/\.ts$/, ".test.ts"));
  const tests = new Set(listFiles("test"));
  expect(commands.filter((path) => !tests.has(path))).toEqual([]);
});
