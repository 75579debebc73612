import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { node } from "./support/node.ts";

const script = `import(${JSON.stringify(new URL("../src/handed-words.ts", import.meta.url).href)}).then(
  ({ readHandedWords }) => console.log(JSON.stringify(readHandedWords())),
).catch(({ code }) => console.log(code))`;

/** What is read where a shell redirects. */
function read(redirection: string): unknown {
  const said = execFileSync("sh", ["-c", `"$0" -e "$1" ${redirection}`, node, script], { encoding: "utf8" }).trim();
  return said.startsWith("[") ? JSON.parse(said) : said;
}

it.each<[string, unknown]>([
  [`8<<'EOF'\n\nEOF`, "failed"],
  ["8</dev/null", "failed"],
  ["8>&-", "failed"],
])("words that were not handed over whole are none: %j", (redirection, expected) => {
  expect(read(redirection)).toEqual(expected);
});

it("words come as they were", () => {
  const words = `printf '%s\\0' docker '' 'a b' '\n' | { "$0" -e "$1" 8<&0; }`;
  const said = execFileSync("sh", ["-c", words, node, script], { encoding: "utf8" });
  expect(JSON.parse(said)).toEqual(["docker", "", "a b", "\n"]);
});
