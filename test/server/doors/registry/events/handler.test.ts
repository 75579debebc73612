import { assert, asyncProperty, dictionary, jsonValue, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventsHandler } from "../../../../../src/server/doors/registry/events/handler.ts";
import { event, makeDesk, secret } from "./post.ts";

describe("a registry's notifications", () => {
  it("are written down, with what is known of who and where", async () => {
    const desk = makeDesk();
    const answer = await desk.post({ events: [event()] });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(desk.written).toEqual([
      {
        action: "push",
        time: new Date("2030-01-01T00:00:10.5Z"),
        repository: "alice/app",
        digest: "sha256:aa",
        tag: "v1",
        account: "alice",
        address: "127.0.0.1",
        requestId: "req-1",
      },
    ]);
  });

  it("are taken as plain JSON too, whatever their fields and actions", async () => {
    const desk = makeDesk();
    const odd = [
      event({ id: "1", action: "prune", more: { deep: [1] } }),
      event({ id: "2", action: 7, target: [], actor: null, request: "x", timestamp: {} }),
      event({ id: "3", action: "\u001B[2J", target: { repository: "\n" } }),
      {},
    ];
    const answer = await desk.post({ events: odd, version: 9 }, { "content-type": "application/json; charset=utf-8" });
    expect(answer.status).toBe(200);
    expect(desk.written.map(({ action }) => action)).toEqual(["prune", "unknown", "\u001B[2J", "unknown"]);
    expect(desk.written[1]).toEqual({ action: "unknown" });
  });

  it("are written once, however often they are told", async () => {
    const desk = makeDesk();
    const answers = await Promise.all([1, 2, 3].map(() => desk.post({ events: [event(), event({ id: "other" })] })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await desk.post({ events: [event()] })).status).toBe(200);
    expect(desk.written).toHaveLength(2);
  });

  it("are asked for again when one could not be written, and then only that one is", async () => {
    const written: (string | undefined)[] = [];
    let broken = true;
    const desk = makeDesk({
      record: async ({ tag }) => {
        if (tag === "v2" && broken) throw new Error("no space");
        written.push(tag);
      },
    });
    const two = { events: [event(), event({ id: "2", target: { tag: "v2" } })] };
    expect((await desk.post(two)).status).toBe(503);
    broken = false;
    expect((await desk.post(two)).status).toBe(200);
    expect(written).toEqual(["v1", "v2"]);
    expect(desk.said.join("")).toContain("no space");
  });

  it.each(["", "Bearer", "Bearer ", `Basic ${secret}`, `Bearer ${secret}x`, "Bearer notify-secre", secret])(
    "are refused and counted with the header %j",
    async (authorization) => {
      const desk = makeDesk();
      const answer = await desk.post({ events: [event()] }, { authorization });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ errors: [{ code: "UNAUTHORIZED" }] });
      expect([desk.written, desk.counted.length]).toEqual([[], 1]);
      expect(desk.counted[0]).toMatch(/^127\.0\.0\.1: /);
    },
  );

  it("are refused before their body is read when the secret is wrong", async () => {
    const unread = new ReadableStream({
      pull() {
        throw new Error("it was read");
      },
    });
    expect((await makeDesk().post(unread, { authorization: "Bearer no" })).status).toBe(401);
  });

  it.each([["text/plain"], ["application/json+x"], [""]])("are refused as %j", async (type) => {
    expect((await makeDesk().post({ events: [] }, { "content-type": type })).status).toBe(415);
  });

  it("are refused when they are packed", async () => {
    expect((await makeDesk().post({ events: [] }, { "content-encoding": "gzip" })).status).toBe(415);
  });

  it.each([
    ["", 400],
    ["too large", 400],
    ["{", 400],
    ["null", 400],
    ["[]", 400],
    ["{}", 400],
    ['{"events":{}}', 400],
    ['{"events":[1]}', 400],
    ['{"events":[[]]}', 400],
    [`{"events":[${"{},".repeat(1000)}{}]}`, 413],
    [`{"events":[]}${" ".repeat(4096)}`, 413],
  ] as const)("are refused when they are %.20j…", async (body, status) => {
    const desk = makeDesk();
    const answer = await desk.post(body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ errors: [{ message: expect.any(String) }] });
    expect(desk.written).toEqual([]);
  });

  it("are not read any further than they may be long, whatever length they say they have", async () => {
    let given = 0;
    const endless = new ReadableStream({
      pull(controller) {
        given += 1024;
        controller.enqueue(new Uint8Array(1024).fill(32));
      },
    });
    expect((await makeDesk().post(endless)).status).toBe(413);
    expect(given).toBeLessThan(16 * 1024);
  });

  it("survive anything that is JSON", async () => {
    const desk = makeDesk({ bodyBytes: 1024 * 1024 });
    await assert(
      asyncProperty(jsonValue(), dictionary(string(), jsonValue()), async (value, fields) => {
        expect([200, 400]).toContain((await desk.post(JSON.stringify(value))).status);
        expect((await desk.post({ events: [{ ...event(), ...fields, target: value, actor: value }] })).status).toBe(
          200,
        );
      }),
    );
  });
});

it.each(["", " ", "two words", "ünsafe"])("a secret such as %j is no secret", (odd) => {
  const options = { record: async () => {}, bodyBytes: 1, issued: { match: () => [] }, refused: () => {} };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  expect(() => createEventsHandler({ ...options, secret: odd, log })).toThrow(/one word/);
});
