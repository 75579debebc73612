import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatLine } from "../../../../../src/commands/log.ts";
import { createIssued, type Issued } from "../../../../../src/server/doors/registry/events/issued.ts";
import { link, makeRoom, type Room } from "../../../room.ts";
import { event, makeDesk } from "./post.ts";

const time = new Date("2030-01-01T00:00:00Z");

describe("in the audit", () => {
  let room: Room;
  let issued: Issued;
  beforeEach(async () => {
    room = await makeRoom({ guarded: true });
    issued = createIssued({ clock: () => time });
  });
  afterEach(() => room.close());

  const post = async (...events: object[]) => {
    const { post: send } = makeDesk({ record: (line) => room.gate.registry.record(line), issued, bodyBytes: 65_536 });
    return (await send({ events })).status;
  };

  it("an event stands beside the id whose token allowed it", async () => {
    issued.record({
      subject: `alice:${link("b")}`,
      service: "registry",
      access: [{ type: "repository", name: "alice/app", actions: ["push"] }],
      jti: "token-1",
      links: [link("a"), link("b")],
      names: ["ann"],
      expires: new Date("2030-01-01T00:02:00Z"),
    });
    expect(await post(event({ actor: { name: `alice:${link("b")}` } }))).toBe(200);
    const [line] = await room.lines();
    expect(line).toMatchObject({
      door: "registry",
      action: "registry.push",
      verdict: "seen",
      touches: ["repository:alice/app:push"],
      links: [link("a"), link("b")],
      names: ["ann"],
      address: "127.0.0.1",
      service: "registry",
      account: "alice",
      jti: "token-1",
      tag: "v1",
      digest: "sha256:aa",
      request: "req-1",
      event_time: "2030-01-01T00:00:10.500Z",
    });
    expect(line && formatLine(line, (verdict) => verdict).replace(line.time, "NOW")).toBe(
      `NOW seen registry registry.push at registry repository:alice/app:push tag v1 sha256:aa done 2030-01-01T00:00:10.500Z by alice ann link ${link("b")} from 127.0.0.1`,
    );
  });

  it("a mount says where from, and a delete's two events are two lines", async () => {
    const mount = { repository: "alice/app", fromRepository: "base", digest: "sha256:bb" };
    const deleted = { repository: "alice/app", digest: "sha256:cc" };
    const status = await post(
      event({ id: "1", action: "mount", target: mount }),
      event({ id: "2", action: "delete", target: deleted }),
      event({ id: "3", action: "delete", target: deleted }),
    );
    expect(status).toBe(200);
    const lines = await room.lines();
    expect(lines.map(({ action }) => action)).toEqual(["registry.mount", "registry.delete", "registry.delete"]);
    expect(lines[0]?.touches).toEqual(["repository:alice/app:push", "repository:base:pull"]);
  });

  it("no text that is posted steers a terminal or makes a line of its own", async () => {
    const odd = '\u001B[2J\r\n\u009B2J\u202E{"time":"x","door":"admin","action":"id.revoke","verdict":"allowed"}\n';
    const everywhere = event({
      id: odd,
      action: odd,
      timestamp: odd,
      target: { repository: odd, fromRepository: odd, digest: odd, tag: odd },
      request: { id: odd, addr: odd, host: odd },
      actor: { name: `${odd}:${odd}` },
    });
    expect(await post(everywhere, event({ actor: { name: "dkid_hunter2" } }))).toBe(200);
    const text = readFileSync(path.join(room.folder, "audit.jsonl"), "latin1");
    expect(text.split("\n")).toHaveLength(3);
    expect(text).toMatch(/^[\x20-\x7E\n]*$/);
    expect(text).not.toContain("hunter2");
    for (const line of await room.lines())
      expect(formatLine(line, (verdict) => verdict)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
