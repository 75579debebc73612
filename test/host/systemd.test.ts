import { describe, expect, it } from "vitest";
import { unitText } from "../../src/host/systemd.ts";

describe("the unit", () => {
  const text = unitText(["/opt/no de/node", "/opt/100%/run.js", "serve", "--admin-group", '$a"b\\'], "/run/p/id.sock");

  it("starts before docker, and counts as started only when the plugin's socket is there", () => {
    expect(text).toContain("Before=docker.service");
    expect(text).toContain("until [ -S '/run/p/id.sock' ]");
    expect(text).toContain("WantedBy=multi-user.target docker.service");
  });

  it("quotes what systemd would expand", () => {
    expect(text).toContain('ExecStart="/opt/no de/node" "/opt/100%%/run.js" "serve" "--admin-group" "$$a\\"b\\\\"\n');
  });
});
