import { describe, expect, it } from "vitest";
import { readBeside } from "../src/read-beside.ts";

const split = (text: string) => text.split(" ").filter((word) => word !== "");

/** The program's words, which id, and the engine's flags. */
function read(text: string): { becomes: string; which?: object; host?: string } | undefined {
  const words = split(text);
  const call = readBeside(words);
  if (call === undefined) return undefined;
  const { which, first, places, dockerFlags } = call;
  return {
    becomes: [...first, ...places.map((place) => words[place])].join(" "),
    ...(Object.keys(which).length === 0 ? {} : { which }),
    ...(dockerFlags.host === undefined ? {} : { host: dockerFlags.host }),
  };
}

describe("a call becomes", () => {
  it.each<[string, object]>([
    ["run alpine", { becomes: "docker run alpine" }],
    ["id run alpine", { becomes: "docker run alpine" }],
    ["run --id X alpine cmd --id y", { becomes: "docker run alpine cmd --id y", which: { id: "X" } }],
    ["-H unix:///e id run alpine", { becomes: "docker run alpine", host: "unix:///e" }],
    ["--config /c -D -l debug run alpine", { becomes: "docker --config /c --debug --log-level debug run alpine" }],
    ["-DH tcp://e run alpine", { becomes: "docker --debug run alpine", host: "tcp://e" }],
    ["--log-level=warn --tlsverify run alpine", { becomes: "docker --log-level warn run alpine" }],
    ["docker ps -a --id X", { becomes: "docker ps -a", which: { id: "X" } }],
    ["docker -H tcp://e --id X ps", { becomes: "docker ps", which: { id: "X" }, host: "tcp://e" }],
    ["docker --id X -H tcp://e ps", { becomes: "docker ps", which: { id: "X" }, host: "tcp://e" }],
    ["docker --context c compose up", { becomes: "docker compose up" }],
    ["docker", { becomes: "docker" }],
    ["docker exec c sh --help", { becomes: "docker exec c sh --help" }],
    ["exec -- a b", { becomes: "a b" }],
    ["exec --id X -- a --id y -- z", { becomes: "a --id y -- z", which: { id: "X" } }],
    ["exec --as n -- a", { becomes: "a", which: { as: "n" } }],
    ["id exec --id=X -- docker -H e ps", { becomes: "docker -H e ps", which: { id: "X" } }],
    ["run alpine cmd --help", { becomes: "docker run alpine cmd --help" }],
  ])("%s", (given, expected) => {
    expect(read(given)).toEqual(expected);
  });
});

it.each(["show", "", "run --help", "exec --help", "help run", "explain -- docker run alpine", "id", "create run"])(
  "%j is none",
  (given) => {
    expect(read(given)).toBeUndefined();
  },
);

it.each([
  "exec",
  "exec a",
  "exec --",
  "exec --id X",
  "exec --id X a",
  "run --id",
  "-H a docker -H b ps",
  "docker --id a ps --id b",
  "docker --id a ps --as b",
])("%j is misuse", (given) => {
  expect(() => read(given)).toThrow(expect.objectContaining({ code: "misuse" }));
});
