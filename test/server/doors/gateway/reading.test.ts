import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createReading } from "../../../../src/server/doors/gateway/transport/reading.ts";
import type { PlanForward } from "../../../../src/server/doors/gateway/world/plan-types.ts";
import { until } from "../../../support/until.ts";
import { root } from "../../room.ts";
import { openStand, request, type Stand } from "./stand.ts";

const stands: Stand[] = [];
afterEach(async () => {
  for (const stand of stands.splice(0)) await stand.close();
});

/** Has a socket read a text; gives the buffer that it came in. */
function read(reading: ReturnType<typeof createReading>, text: string): Buffer {
  const buffer = (reading.onread.buffer as () => Buffer)();
  buffer.write(text, "latin1");
  reading.onread.callback(text.length, buffer);
  return buffer;
}

const long = (letter: string): string => letter.repeat(5000);

describe("a buffer that is read into again", () => {
  it("is another as long as a piece is kept, and the same when it is not", () => {
    const reading = createReading();
    const pieces: Buffer[] = [];
    let done = false;
    reading.take = (piece) => {
      pieces.push(piece);
      return done;
    };
    const first = read(reading, long("a"));
    expect(read(reading, long("b"))).not.toBe(first);
    done = true;
    const third = read(reading, long("c"));
    expect(read(reading, long("d"))).toBe(third);
    expect(pieces.slice(0, 3).map((piece) => piece.toString("latin1", 0, 1))).toEqual(["a", "b", "d"]);
  });

  it("does not hold what is small", () => {
    const reading = createReading();
    const pieces: Buffer[] = [];
    reading.take = (piece) => {
      pieces.push(piece);
      return false;
    };
    const first = read(reading, "one");
    expect(read(reading, "two")).toBe(first);
    expect(pieces.map(String)).toEqual(["one", "two"]);
  });
});

describe("a large answer", () => {
  it.each(["slow", "quick"])(
    "comes to a %s client as it was sent, several in a row over one connection",
    async (how) => {
      const stand = await openStand();
      stands.push(stand);
      const size = 12 * 1024 * 1024;
      let sent = 0;
      const answers = Array.from({ length: 3 }, () => randomBytes(size));
      stand.engine.answer = (socket, text) => {
        if (!text.endsWith("\r\n\r\n")) return;
        const body = answers[sent] ?? Buffer.alloc(0);
        sent += 1;
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
        socket.write(body);
      };
      const client = stand.connect();
      let heard: Buffer[] = [];
      let got = 0;
      client.socket.removeAllListeners("data");
      client.socket.on("data", (piece: Buffer) => {
        heard.push(piece);
        got += piece.length;
        if (how === "quick") return;
        client.socket.pause();
        setTimeout(() => client.socket.resume(), 1);
      });
      for (const body of answers) {
        heard = [];
        got = 0;
        client.send(request("GET /x", root));
        await new Promise<void>((resolve) => {
          const look = (): void => void (got > size && isWhole(heard, body) ? resolve() : setTimeout(look, 5));
          look();
        });
        const whole = Buffer.concat(heard);
        const from = whole.indexOf("\r\n\r\n") + 4;
        expect(Buffer.compare(whole.subarray(from), body)).toBe(0);
      }
      expect(stand.engine.heard).toHaveLength(1);
    },
  );
});

/** Has each answer read first, and said again. */
const plan: PlanForward = async ({ request: { method, target } }) => ({
  method,
  target,
  setHeaders: {},
  dropHeaders: [],
  answer: { kind: "json", rewrite: async (json) => ({ json }) },
});

describe("a piece that is not done with", () => {
  it.each([
    ["an answer", request("GET /x", root), `HTTP/1.1 200 OK\r\nContent-Length: ${120 * 6 * 1024}\r\n\r\n`],
    [
      "a stream",
      request(`POST /containers/${"a".repeat(64)}/attach`, root, ["Connection: Upgrade", "Upgrade: tcp"]),
      "HTTP/1.1 101 UPGRADED\r\n\r\n",
    ],
  ])("is not read over while it waits for a client that does not read: %s", async (_, asked, head) => {
    const stand = await openStand();
    stands.push(stand);
    const pieces = Array.from({ length: 120 }, () => randomBytes(6 * 1024));
    const body = Buffer.concat(pieces);
    let all = false;
    const answer = async (socket: Socket): Promise<void> => {
      socket.write(head);
      // One after the other, so that each is a piece of its own
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      all = true;
    };
    stand.engine.answer = (socket, text) => {
      if (text.endsWith("\r\n\r\n")) void answer(socket);
    };
    const client = stand.connect();
    const heard: Buffer[] = [];
    client.socket.removeAllListeners("data");
    client.socket.pause();
    client.send(asked);
    await until("the engine has said all", () => all);
    client.socket.on("data", (piece: Buffer) => heard.push(piece));
    client.socket.resume();
    await until("all is heard", () => isWhole(heard, body));
    const whole = Buffer.concat(heard);
    expect(Buffer.compare(whole.subarray(whole.indexOf("\r\n\r\n") + 4), body)).toBe(0);
  });

  it("is not read over while it is gathered, to be read as a whole", async () => {
    const stand = await openStand({ plan });
    stands.push(stand);
    const words = Array.from({ length: 20_000 }, () => randomBytes(30).toString("hex"));
    const text = JSON.stringify(words);
    stand.engine.answer = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n`);
      socket.write(text);
    };
    const client = stand.connect();
    client.send(request("GET /x", root));
    expect(await client.hears('"]\n')).toContain(`${text}\n`);
  });
});

/** Whether as much has come as is due; what it is, is looked at then. */
function isWhole(heard: readonly Buffer[], body: Buffer): boolean {
  const begun = Buffer.concat(heard.slice(0, 2)).indexOf("\r\n\r\n");
  const all = heard.reduce((sum, piece) => sum + piece.length, 0);
  return begun >= 0 && all >= begun + 4 + body.length;
}
