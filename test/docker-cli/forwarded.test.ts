import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findEndpoint, type Endpoint } from "../../src/docker-cli/endpoint.ts";
import { formatForwarded, readForwarded, recordPath } from "../../src/docker-cli/forwarded.ts";

let folder: string;
let socket: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-id-"));
  socket = join(folder, "docker.sock");
});
afterAll(() => rmSync(folder, { recursive: true }));

const far: Endpoint = {
  name: "tcp://engine:2376",
  address: { transport: "tcp", hostname: "engine", port: 2376, path: "" },
  tls: { ca: "/c/ca.pem", verify: true },
  context: "far",
  local: false,
};

function leave(text: string, mode = 0o600): void {
  rmSync(recordPath(socket), { force: true });
  writeFileSync(recordPath(socket), text);
  chmodSync(recordPath(socket), mode);
}

describe("word beside a socket", () => {
  it("says which engine is meant, and docker-id goes by it", () => {
    leave(formatForwarded(far));
    expect(findEndpoint({ raw: [] }, { DOCKER_HOST: `unix://${socket}` })).toEqual({ ...far, through: socket });
    expect(findEndpoint({ raw: [], host: `unix://${socket}` }, {})).toEqual({ ...far, through: socket });
  });

  it.each([
    ["nothing", undefined],
    ["no JSON", "{"],
    ["no engine", "{}"],
    ["null", "null"],
    ["strange TLS", '{"host":"tcp://e","tls":{"verify":"no"}}'],
  ])("that holds %s is none", (_what, text) => {
    if (text === undefined) rmSync(recordPath(socket), { force: true });
    else leave(text);
    expect(readForwarded(socket)).toBeUndefined();
    expect(findEndpoint({ raw: [] }, { DOCKER_HOST: `unix://${socket}` }).name).toBe(`unix://${socket}`);
  });

  it("that others could have written is none", () => {
    leave(formatForwarded(far), 0o666);
    expect(readForwarded(socket)).toBeUndefined();
    leave(formatForwarded(far), 0o620);
    expect(readForwarded(socket)).toBeUndefined();
  });
});
