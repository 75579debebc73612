import { cpus, totalmem } from "node:os";
import type { Row } from "./macaroon.ts";
import { medianMs } from "./spawned.ts";

/** The machine's own figures, beside which the others are to be read. */
export async function run(): Promise<Row[]> {
  const [cpu] = cpus();
  return [
    { name: "Node", value: process.versions.node, unit: "" },
    { name: "processor", value: `${cpus().length} × ${cpu?.model.trim() ?? "unknown"}`, unit: "" },
    { name: "memory", value: Math.round(totalmem() / 2 ** 30), unit: "GiB" },
    { name: "node -e 0", value: await medianMs(process.execPath, ["-e", "0"]), unit: "ms" },
  ];
}
