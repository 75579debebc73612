import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { examineSocket } from "../../src/doctor/sockets.ts";
import { needs } from "../support/needs.ts";

describe("a socket", () => {
  let dir: string;
  let path: string;
  const server = createServer();
  const me = process.getuid?.() ?? 0;
  const verdict = () => examineSocket("door", path, [me]).map((finding) => finding.verdict);

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "docker-id-"));
    mkdirSync(join(dir, "run"), { mode: 0o755 });
    path = join(dir, "run", "door.sock");
    server.listen(path);
    await once(server, "listening");
    chmodSync(path, 0o660);
  });
  afterEach(async () => {
    server.close();
    await once(server, "close");
    rmSync(dir, { recursive: true });
  });

  it("is good when only its owner and its group may open it", () => {
    expect(examineSocket("door", path, [me])).toEqual([{ about: "door", verdict: "good", said: `${path}, mode 0660` }]);
  });

  it.each([0o666, 0o662, 0o664])("is bad when everyone may, mode %o", (mode) => {
    chmodSync(path, mode);
    expect(examineSocket("door", path, [me])).toMatchObject([
      { verdict: "bad", advice: expect.stringContaining("chmod o= ") },
    ]);
  });

  it("is bad where others could put another in its place", () => {
    chmodSync(join(dir, "run"), 0o777);
    expect(examineSocket("door", path, [me])).toMatchObject([
      { verdict: "bad", advice: `chmod go-w ${join(dir, "run")}` },
    ]);
    chmodSync(join(dir, "run"), 0o1777);
    expect(verdict()).toEqual(["good"]);
  });

  const missing = needs("root");
  it.skipIf(missing !== undefined)(`is bad when it, or its folder, is another user's${missing ?? ""}`, () => {
    chownSync(path, 12_345, 0);
    expect(verdict()).toEqual(["bad"]);
    chownSync(path, 0, 0);
    chownSync(join(dir, "run"), 12_345, 0);
    expect(verdict()).toEqual(["bad"]);
  });

  it("is bad when something else stands there, and worth a note when nothing does", () => {
    const file = join(dir, "file");
    writeFileSync(file, "");
    expect(examineSocket("door", file, [])).toMatchObject([{ verdict: "bad" }]);
    expect(examineSocket("door", join(dir, "none"), [])).toMatchObject([{ verdict: "note" }]);
  });
});
