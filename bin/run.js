#!/usr/bin/env node
// Only syntax that Node 14 parses may stand here: an older Node has to get as far as saying that it is too old.
const needed = 24;

/** Whether nobody but this user can have put anything into the folder. */
function isOurs(fs, folder) {
  const found = fs.lstatSync(folder);
  return found.isDirectory() && found.uid === process.getuid() && (found.mode & 0o022) === 0;
}

/** Keeps compiled code for the next start; it is loaded without another look, and so from a folder of our own alone. */
function keepCompiledCode() {
  // In this way they are there at once; to import them takes 3 ms.
  const [fs, os, path, module] = ["fs", "os", "path", "module"].map((name) => process.getBuiltinModule(name));
  try {
    const home = os.homedir();
    const folder = path.join(home, ".cache", "docker-id");
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isOurs(fs, home) && isOurs(fs, folder)) module.enableCompileCache(path.join(folder, "compiled"));
  } catch {
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
  const words = process.argv.slice(2);
  const own = words[0] === "accompany-own";
  const beside = own || words[0] === "accompany";
  const show = words.join(" ") === "show" || words.join(" ") === "id show";
  // What these take is in one file each
  const started = beside
    ? import("../dist/accompany.js").then(({ accompany }) => accompany(words.slice(1), own))
    : show
      ? import("../dist/show-alone.js").then(({ showAlone }) => showAlone())
      : import("../dist/entry.js").then(({ enter }) => enter(words));
  started.catch((error) => {
    process.stderr.write(`docker-id does not start: ${error.message}\n`);
    process.exitCode = 1;
  });
}
