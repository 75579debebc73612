import { existsSync } from "node:fs";

const bundled = new URL("../../node_modules/.bin/node", import.meta.url).pathname;

/** A Node that is new enough for the product, whatever the PATH has. */
export const node =
  Number(process.versions.node.split(".")[0]) >= 24 || !existsSync(bundled) ? process.execPath : bundled;
