import { writeFileSync } from "node:fs";
import { caveatFlags } from "../src/caveats/flags.ts";
import { presets } from "../src/caveats/presets.ts";
import { scopeKinds } from "../src/caveats/scopes.ts";
import { vocabulary } from "../src/caveats/vocabulary.ts";

/** Where the page stands. */
export const page = new URL("../docs/caveats.md", import.meta.url);

/** The page docs/caveats.md, made of what the vocabulary says of itself. */
export function renderCaveatsPage(): string {
  const definitions = Object.values(vocabulary);
  const named = (is: (definition: (typeof definitions)[number]) => boolean): string =>
    definitions
      .filter(is)
      .map(({ name }) => `\`${name}\``)
      .join(", ");

  return `<!-- Made by packaging/caveats-page.ts: change src/caveats, then run \`node packaging/caveats-page.ts\`. -->

# Caveats

A caveat takes something away from an id. Whoever holds an id can add caveats to it, offline, and hand the narrower id
on; nobody can take one out. All caveats of an id must agree before anything happens, and one that docker-id does not
know, or cannot read, refuses everything.

An id whose only caveats are \`link\` and \`for\` is a **root id**: it may do everything. Every other id is
**restricted**.

| caveat | what it leaves | values |
|---|---|---|
${definitions.map(({ name, summary, values }) => row(`\`${name}\``, summary, values)).join("\n")}

## As flags

\`docker-id create\` has a flag for each. One flag makes one caveat; a list within it, with commas between, names
alternatives; the same flag again adds a caveat that must agree as well.

| flag | example |
|---|---|
${caveatFlags.map(({ flag, example, boolean }) => row(`\`--${flag}\``, `\`--${flag}${boolean ? "" : ` ${quote(shorten(example))}`}\``)).join("\n")}

\`link\` has no flag: every \`create\` adds a fresh one, last.

In an id each caveat has exactly one spelling, \`name=value\` in printable ASCII. Within an alternative a comma, a colon,
a percent sign, a space and whatever is no printable ASCII stand as \`%2C\`, \`%3A\`, \`%25\`, \`%20\` and so on, a byte
of UTF-8 each; the colons of a scope and the first one of a \`peer\` stand as they are. An instant is in UTC,
\`2030-01-31T12:00:00Z\`, with three digits of a second only where there are some.

## What each is asked

${named(({ resource }) => resource)} are **resource caveats**: each refuses whatever it cannot positively grant. An id
for one container lists no images, makes no volume and reaches nothing of the host.

Ping and version, without which no client can talk to an engine, are asked of ${named(({ handshake }) => handshake)}
alone.

A request that is not understood, or that touches nothing which can be named, is for the root id alone. So is the guard
itself: docker-id's own sockets, keys and state, the engine's plugins and its configuration.

## Scopes

A scope is \`kind:id:level\`, or \`kind:level\` for any id; it is split at the first and the last colon. Kinds are
${scopeKinds.map((kind) => `\`${kind}\``).join(", ")}. \`*\` is every kind but \`host\`.

- An id is a full id or a name, as the engine resolved it; \`*\` alone is any, and what does not exist yet, and the list
  of all. A \`*\` at the end of a name stands for one character or more, and for no \`/\`.
- Levels are \`read\` and \`write\`; \`write\` includes \`read\`. Repositories also have \`pull\`, \`push\`, which
  includes it, and \`delete\`, which includes neither; for them \`read\` means \`pull\` and \`write\` all three.
- To change an image, or to make a new thing with several names, takes scopes for every one of its names, or one for its
  id.
- \`deployment:D:read\` also reads the containers, volumes and networks that the gateway labelled with the deployment D.

## At a registry

Who asks docker-id for a registry's token wishes for \`registry.pull\`, \`registry.push\` or \`registry.delete\` on a
repository, or for \`registry.catalog\`, which reads \`registry:catalog\`. Each is judged on its own, and the token
grants those that no caveat refuses. \`push\` and \`delete\` write, the others read.

- A repository is known by its name, \`team/app\`, and by it with each of the registry's hosts,
  \`registry.example.com/team/app\`. One whose name begins as a host does, \`ghcr.io/team/app\` on a mirror, is known
  with the registry's own host alone. Tags are no names here: a registry's tokens do not know them.
- ${named(({ resource, handshake }) => !resource && handshake)} are asked first: an id that one of them refuses gets no
  token at all. \`ip\` is what the token server sees, which is the engine's address where an engine pulls for somebody.
- Nothing at a registry is a container, or has an engine's labels, so that an id with ${named(
    ({ resource, name }) => resource && name !== "scope",
  )} is granted nothing there. None of the presets grants anything there either.
- An id with \`service\` or \`account\` is refused at every engine.

## Powers over the host

Only the root id is root on the host. A restricted id is refused every power over it, such as a bind of a folder, a
privileged container or a published port, but for those that a scope names:

    docker-id create --scope "*:*:write,host:bind/srv/data:write"

Such a scope counts only as the **first** restriction of an id, directly after \`link\` and \`for\`: an id that was
restricted otherwise never had the power, and does not get it by adding a scope to itself. \`create\` puts it first.
\`host:privileged:write\` and its like can be named, and whoever holds such an id is root on that host. \`confined\` refuses
every power over the host, granted or not.

## Presets

\`docker-id create --preset NAME\` adds a list of caveats that would do as well one by one.

${Object.entries(presets)
  .map(
    ([name, { summary, caveats }]) =>
      `**\`${name}\`**: ${summary}\n\n${caveats("LINK")
        .map((text) => `    ${text}\n`)
        .join("")}`,
  )
  .join("\n")}`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function shorten(example: string): string {
  return example.length > 40 ? `${example.slice(0, 19)}…` : example;
}

function quote(example: string): string {
  return /[\s*]/.test(example) ? `"${example}"` : example;
}

if (import.meta.main) writeFileSync(page, renderCaveatsPage());
