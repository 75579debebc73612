import { describe, expect, it } from "vitest";
import { printable, tellAttempt, tellStep } from "../../src/explain/tell.ts";
import type { Explanation } from "../../src/protocol/explain.ts";

const full = "a1b2c3d4e5f6".padEnd(64, "0");
const plain: Explanation = {
  action: "container.start",
  op: "write",
  handshake: false,
  stream: false,
  touches: [{ kind: "container", id: full, level: "write", names: ["web"] }],
  verdict: "allowed",
  reasons: [],
};
const tell = (more: Partial<Explanation>, follows = false): string => tellAttempt({ ...plain, ...more }, follows);
const touching = (touch: Partial<Explanation["touches"][number]>, action = "x.y", follows = false): string => {
  const told = tell({ action, touches: [{ kind: "container", id: full, level: "read", ...touch }] }, follows);
  return told.slice(told.indexOf(": ") + 2);
};

describe("an attempt in words", () => {
  it("says what it is, and what it touches", () => {
    expect(tell({})).toBe("container.start (write): changes container web (a1b2c3d4e5f6)");
    expect(tell({ action: "system.ping", op: "read", handshake: true, touches: [] })).toBe(
      "system.ping (read): a handshake",
    );
    expect(tell({ action: "system.debug", touches: [] })).toBe("system.debug (write)");
    expect(tell({ action: "container.logs", op: "read", stream: true })).toMatch(/, goes on until it is ended$/);
    expect(tell({ touches: [plain.touches, plain.touches].flat() })).toBe(tell({}));
  });

  it.each([
    [{}, "reads container a1b2c3d4e5f6"],
    [{ id: "web" }, "reads container web"],
    [{ id: "web", names: ["web"] }, "reads container web"],
    [{ kind: "image", id: `sha256:${full}`, names: ["box:latest"] }, "reads image box:latest (a1b2c3d4e5f6)"],
    [{ id: "*" }, "reads every container"],
    [{ kind: "image", id: "+", level: "write" }, "makes an image"],
    [{ kind: "volume", id: "+", level: "write", names: ["v1"] }, "makes a volume v1"],
    [{ kind: "system", id: "info" }, "reads the engine's info"],
    [{ kind: "host", id: "bind/etc", level: "read" }, "needs host:bind/etc:read"],
    [{ kind: "guard", id: "/run/docker.sock", level: "write" }, "reaches for the guard itself"],
    [
      { kind: "repository", id: "docker.io/library/box", level: "pull", names: ["box"] },
      "pulls from repository docker.io/library/box",
    ],
    [
      { kind: "repository", id: "docker.io/library/box", level: "push" },
      "gives names in repository docker.io/library/box",
    ],
  ])("%j: %s", (touch, told) => {
    expect(touching(touch)).toBe(told);
  });

  it("tells the new from what is there", () => {
    const made = { id: "+", level: "write", names: ["web"] };
    expect(touching(made, "container.create")).toBe("makes a container web");
    expect(touching(made, "container.rename")).toBe("names a container web");
    expect(touching(made, "container.start", true)).toBe("changes the new container");
    expect(touching({ id: "+" }, "container.wait", true)).toBe("reads the new container");
  });

  it("says what only the root id may, and leaves that to the reasons of a refusal", () => {
    expect(tell({ unread: "the operation is not known" })).toMatch(/not understood .* only the root id may$/);
    expect(tell({ unread: "the operation is not known", verdict: "refused" })).not.toContain("understood");
  });
});

function words(lines: readonly string[]): readonly string[] {
  return lines.join(" ").split(/\s+/);
}

describe("a request and its verdict", () => {
  const reasons = [
    { caveat: `image_id=sha256%3A${full}`, why: "the request asks for a power over the host" },
    { why: "the request asks for host:bind/:write, a power over the host that this id was not given" },
  ];
  const step = { method: "POST", target: "/containers/web/start", follows: false };
  const refused = { ...step, explanation: { ...plain, verdict: "refused", reasons } } as const;

  it("are lines", () => {
    expect(tellStep(refused, (verdict) => `<${verdict}>`, Infinity)).toEqual([
      "<refused>  POST /containers/web/start",
      "         container.start (write): changes container web (a1b2c3d4e5f6)",
      "       - image_id=sha256:a1b2c3d4e5f6…: the request asks for a power over the host",
      "       - the request asks for host:bind/:write, a power over the host that this id was not given",
    ]);
    expect(tellStep(step, (verdict) => verdict, Infinity)).toEqual([
      "unknown  POST /containers/web/start",
      "         follows on what does not exist yet: no verdict",
    ]);
  });

  it("are as wide as the terminal, and lose no word", () => {
    const wide = tellStep(refused, (verdict) => verdict, Infinity);
    const narrow = tellStep(refused, (verdict) => verdict, 40);
    for (const line of narrow) expect(line.length).toBeLessThanOrEqual(40);
    expect(words(narrow)).toEqual(words(wide));
    expect(words(tellStep(refused, (verdict) => verdict, 1))).toEqual(words(wide));
  });

  it("steer no terminal", () => {
    const odd = { ...step, target: "/x\u001b[2J\u202ey", explanation: { ...plain, action: "a\nb" } };
    const said = tellStep(odd, (verdict) => verdict, Infinity).join("|");
    expect(said).toContain("\\u001b[2J\\u202ey");
    expect(said).toContain("a\\u000ab");
    expect(printable("grün 東京")).toBe("grün 東京");
  });
});
