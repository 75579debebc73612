#!/usr/bin/env node
// Only syntax that Node 14 parses may stand here: an older Node has to get as far as saying that it is too old.
import { lstatSync, mkdirSync } from "fs";
import { homedir } from "os";
import { join } from "path";

const needed = 24;

/** Keeps compiled code in a folder that nobody but this user can have filled: it is loaded without another look. */
function keepCompiledCode() {
  try {
    const mine = (path) => {
      const found = lstatSync(path);
      return found.isDirectory() && found.uid === process.getuid() && (found.mode & 0o022) === 0;
    };
    const home = homedir();
    const folder = join(home, ".cache", "docker-id");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (mine(home) && mine(folder)) process.getBuiltinModule("module").enableCompileCache(join(folder, "compiled"));
  } catch (error) {
    // Starting a little slower is all that comes of it.
  }
}

if (Number(process.versions.node.split(".")[0]) < needed) {
  process.stderr.write(
    `docker-id needs Node ${needed} or later; this is ${process.versions.node}. ` +
      "Get one from https://nodejs.org, or start docker-id with one that is already there: /path/to/node docker-id …\n",
  );
  process.exitCode = 1;
} else {
  if (process.getuid !== undefined && process.env.NODE_COMPILE_CACHE === undefined) keepCompiledCode();
  import("../dist/entry.js").then((entry) => entry.enter(process.argv.slice(2)));
}
