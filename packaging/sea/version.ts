import { version } from "./package.ts";

/** In place of src/version.ts: there are no files beside a single executable. */
export function readVersion(): string {
  return version;
}
