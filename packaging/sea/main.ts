import { basename } from "node:path";
import { enter } from "../../src/entry.ts";

// By a link of this name docker finds its credential helper.
const helper = basename(process.argv0) === "docker-credential-docker-id" ? ["docker-credential-docker-id"] : [];
// The executable's own path stands where a script's would.
enter([...helper, ...process.argv.slice(2)]).catch((error: unknown) => {
  process.stderr.write(`docker-id does not start: ${String(error)}\n`);
  process.exitCode = 1;
});
