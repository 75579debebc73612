import { enter } from "../../src/entry.ts";

// The executable's own path stands where a script's would.
enter(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`docker-id does not start: ${String(error)}\n`);
  process.exitCode = 1;
});
