import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { programFlags } from "../../src/docker-cli/docker-flags.ts";
import { takeId } from "../../src/docker-cli/take-id.ts";
import { dockers } from "../support/dockers.ts";

/** The id is taken, and what is left is docker's. */
function taken(line: string, left: string, asksEngine = true): void {
  it(`docker ${line}`, () => {
    expect(takeId(line.split(" "))).toMatchObject({ id: "ID", words: left.split(" "), asksEngine });
  });
}

/** Nothing of it is ours. */
function leftAlone(line: string): void {
  it(`docker ${line}`, () => {
    const { id, words } = takeId(line.split(" "));
    expect(id).toBeUndefined();
    expect(words).toEqual(line.split(" "));
  });
}

describe("--id of a docker command is taken", () => {
  taken("run --rm -i --id ID -t ubuntu bash", "run --rm -i -t ubuntu bash");
  taken("run --id=ID ubuntu bash --id x", "run ubuntu bash --id x");
  taken("run -v /a:/b --id ID -p=80:80 -e A --name web ubuntu", "run -v /a:/b -p=80:80 -e A --name web ubuntu");
  taken("run -itv /a:/b --id ID ubuntu", "run -itv /a:/b ubuntu");
  taken("run -itv/a:/b --id ID ubuntu", "run -itv/a:/b ubuntu");
  taken("run -it=true --id ID ubuntu", "run -it=true ubuntu");
  taken("run --rm=true --future=x --id ID ubuntu", "run --rm=true --future=x ubuntu");
  taken("--id ID ps", "ps");
  taken("-H tcp://a:1 --id ID -D ps -a", "-H tcp://a:1 -D ps -a");
  taken("ps -a --id ID --filter name=x", "ps -a --filter name=x");
  taken("logs web --id ID", "logs web");
  taken("exec -it -u root --id ID web sh -c id", "exec -it -u root web sh -c id");
  taken("container exec --id ID web sh", "container exec web sh");
  taken("container --id ID ls", "container ls");
  taken("compose -f a.yml -p b --id ID up -d", "compose -f a.yml -p b up -d");
  taken("compose up --id ID -d web", "compose up -d web");
  taken("compose run -T --id ID web sh --id x", "compose run -T web sh --id x");
  taken("service create --id ID --replicas 2 nginx nginx --id x", "service create --replicas 2 nginx nginx --id x");
  taken("buildx build --id ID .", "buildx build .");
  taken("--id ID unheard-of plugin --id x", "unheard-of plugin --id x", false);
  taken("--id ID context ls", "context ls", false);
  taken("__complete run --id ID -t u", "__complete run -t u");
});

it("tells where docker's words stood, and takes --as too", () => {
  expect(takeId("run --rm --as reader alpine sh --as x".split(" "))).toEqual({
    as: "reader",
    words: ["run", "--rm", "alpine", "sh", "--as", "x"],
    places: [0, 1, 4, 5, 6, 7],
    asksEngine: true,
  });
});

describe("what is a program's or another plugin's is left alone", () => {
  leftAlone("run alpine cmd --id x");
  leftAlone("run --rm alpine --id x");
  leftAlone("run -v /a:/b alpine --id x");
  leftAlone("run --name web alpine --id=x");
  leftAlone("run -- alpine --id x");
  leftAlone("run --future value --id x alpine");
  leftAlone("exec web cmd --id x");
  leftAlone("exec -e A=1 web cmd --id=x");
  leftAlone("container run alpine cmd --id x");
  leftAlone("create alpine --id x");
  leftAlone("compose exec web cmd --id x");
  leftAlone("compose -f a run --rm web cmd --id x");
  leftAlone("service create nginx --id x");
  leftAlone("top web -o pid --id x");
  leftAlone("id create --id x --op read");
  leftAlone("unheard-of --id x");
  leftAlone("rm -- --id x");
  leftAlone("run -e --id alpine");
  leftAlone("run --name --id alpine");
  leftAlone("--config --id ps");
});

describe("an --id that cannot be meant", () => {
  for (const line of [
    "ps --id",
    "run --id",
    "run --id= alpine",
    "--id A ps --id B",
    "run --id A --id=B alpine",
    "ps --as",
    "run --id A --as b alpine",
  ]) {
    it(`docker ${line}`, () => {
      expect(() => takeId(line.split(" "))).toThrow(expect.objectContaining({ code: "misuse" }));
    });
  }
});

it("never loses, adds or reorders a word", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "run",
      "exec",
      "ps",
      "compose",
      "-v",
      "-it",
      "--rm",
      "--name",
      "--",
      "--id=ID",
      "alpine",
      "-",
      "",
      "-==",
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      let call;
      try {
        call = takeId(words);
      } catch {
        return;
      }
      const ours = words.length - call.words.length;
      expect(call.id === undefined).toBe(ours === 0);
      const at = words.findIndex((one, index) => one !== call.words[index]);
      const rest = ours === 0 ? words : [...words.slice(0, at), ...words.slice(at + ours)];
      expect(rest).toEqual(call.words);
    }),
  );
});

/** What `--help` says of flags: `-e, --env list`. */
function flagsOf(docker: string, command: string): (readonly [string, "boolean" | "valued"])[] {
  const help = execFileSync(docker, [...command.split(" "), "--help"], { encoding: "utf8" });
  return [...help.matchAll(/^ {2,6}(?:-(\w), )?--([\w-]+)(?: (\w[\w-]*))?(?: {2,}|$)/gm)].flatMap(
    ([, short, long, value]) => {
      const arity = value === undefined ? ("boolean" as const) : ("valued" as const);
      return [long, short].flatMap((name) => (name === undefined ? [] : [[name, arity] as const]));
    },
  );
}

for (const { path, version } of dockers) {
  for (const command of ["run", "create", "exec", "service create"]) {
    it(`knows each flag of docker ${command}, ${version}`, () => {
      const found = flagsOf(path, command);
      expect(found.length).toBeGreaterThan(8);
      expect(found.filter(([name, arity]) => programFlags(name) !== arity)).toEqual([]);
    });
  }
}
