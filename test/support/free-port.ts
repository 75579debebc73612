import { execFileSync } from "node:child_process";
import { node } from "./node.ts";

/** A port of this machine's that nobody listens on now. */
export function freePort(): number {
  const script =
    'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})';
  return Number(execFileSync(node, ["-e", script], { encoding: "utf8" }));
}
