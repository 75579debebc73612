import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** The repository's root. */
export const repository = new URL("../../", import.meta.url).pathname;

/** Made by tools or by others: no part of the project. */
const foreign = new Set([".git", "node_modules", "dist", "dist-sea"]);

/** All files of a folder, relative to the repository. */
export function listFiles(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return foreign.has(entry.name) ? [] : listFiles(path);
    return entry.isFile() ? [path] : [];
  });
}

export function read(path: string): string {
  return readFileSync(join(repository, path), "utf8");
}

/** What a file imports, types too: paths relative to the repository, or names of modules. */
export function listImports(path: string): string[] {
  const statement = /^(?:import|export) (?:type )?(?:[\w$]+(?:, )?)?(?:\{[^}]*\}|\*(?: as \w+)?)? ?from "([^"]+)"/gm;
  const bare = /^import "([^"]+)"/gm;
  const dynamic = /\bimport\("([^"]+)"\)/g;
  const text = read(path);
  const modules = [statement, bare, dynamic].flatMap((form) =>
    [...text.matchAll(form)].map(([, module = ""]) => module),
  );
  return modules.map((module) => (module.startsWith(".") ? normalize(join(dirname(path), module)) : module));
}

/** The text without comments, strings and templates, in which only code is left to search. */
export function stripText(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, '""');
}
