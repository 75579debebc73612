import { describe, expect, it } from "vitest";
import { readArgv } from "../src/argv.ts";
import { Failure } from "../src/errors.ts";

const words = (text: string) => text.split(" ").filter((word) => word !== "");

describe("the words that oclif sees", () => {
  it.each([
    ["", ""],
    ["show", "show"],
    ["id show", "show"],
    ["id", ""],
    ["id --show", "show"],
    ["--show", "show"],
    ["--show --json", "show --json"],
    ["--json --show", "show --json"],
    ["id --init --secret S", "init --secret S"],
    ["id --secret S --init", "init --secret S"],
    ["id --secret --create --init", "init --secret --create"],
    ["id --set X", "set X"],
    ["id --set=X", "set X"],
    ["id --create --op read --container-id c", "create --op read --container-id c"],
    ["id --id X --create --op read", "create --id X --op read"],
    ["id --root --create --for me", "create --root --for me"],
    ["id --destroy --yes", "destroy --yes"],
    ["id --help", "--help"],
    ["help id", "--help"],
    ["help", "--help"],
    ["help id create", "create --help"],
    ["help create", "create --help"],
    ["id create --help", "create --help"],
    ["create --host web1", "create --host web1"],
    ["-H unix:///x id create --host web1", "create --host web1"],
    ["id create -- --init", "create -- --init"],
    ["-- --init", "-- --init"],
    ["--json", "--json"],
  ])("%s → %s", (given, expected) => {
    expect(readArgv(words(given)).argv).toEqual(words(expected));
  });

  it("keeps a value that holds spaces, line ends and equals signs as it is", () => {
    expect(readArgv(["id", "--set=a=b\nc d"]).argv).toEqual(["set", "a=b\nc d"]);
  });
});

describe("docker's flags before it", () => {
  it.each<[string, object]>([
    ["-H unix:///x id show", { host: "unix:///x" }],
    ["-H=unix:///x id show", { host: "unix:///x" }],
    ["-Hunix:///x id show", { host: "unix:///x" }],
    ["--host unix:///x id show", { host: "unix:///x" }],
    ["--host=unix:///x id show", { host: "unix:///x" }],
    ["-DH unix:///x id show", { host: "unix:///x" }],
    ["-D id show", {}],
    ["-l debug id show", {}],
    ["--log-level=debug --debug id show", {}],
    ["--context far id show", { context: "far" }],
    ["-c far id show", { context: "far" }],
    ["--config /etc/d id show", { config: "/etc/d" }],
    ["--tls id show", { tls: true }],
    ["--tlsverify=false id show", { tlsverify: false }],
    [
      "--tlsverify --tlscacert a --tlscert=b --tlskey c id show",
      {
        tlsverify: true,
        tlscacert: "a",
        tlscert: "b",
        tlskey: "c",
      },
    ],
    ["-H unix:///x show", { host: "unix:///x" }],
  ])("%s", (given, expected) => {
    const { argv, dockerFlags } = readArgv(words(given));
    const { raw, ...flags } = dockerFlags;
    expect(argv).toEqual(["show"]);
    expect(flags).toEqual(expected);
    expect(words(given).slice(0, raw.length)).toEqual(raw);
  });

  it.each(["-H", "--host", "--context", "-H a -H b id show", "-H a --context b id show", "--tls=maybe id show"])(
    "%s is misuse",
    (given) => {
      const failure = (() => {
        try {
          return readArgv(words(given));
        } catch (error) {
          return error;
        }
      })();
      expect(failure).toBeInstanceOf(Failure);
      expect(failure).toMatchObject({ code: "misuse" });
    },
  );
});
