import * as Flags from "@oclif/core/flags";
import { asFlag, BaseCommand } from "../base-command.ts";
import { readAudit } from "../client/admin.ts";
import { coloursOf } from "../colour.ts";
import type { AuditLine } from "../protocol/admin.ts";

const lateMs = 60_000;

/** `docker-id log`: what was decided, readable. */
export default class Log extends BaseCommand {
  static override summary = "print the verifier's decisions, oldest first";
  static override description = "Needs the root id. With --json each line is as the verifier wrote it.";
  static override examples = ["<%= config.bin %> log --refused", "<%= config.bin %> log --registry --follow"];
  static override flags = {
    id: Flags.string({ helpValue: "-|@FILE", summary: "the root id, in place of the default one" }),
    as: asFlag(),
    refused: Flags.boolean({ summary: "only what was refused" }),
    registry: Flags.boolean({ summary: "only the registry's door: tokens, and what registries say was done" }),
    follow: Flags.boolean({ char: "f", summary: "go on with what is decided from now on" }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Log);
    const id = await this.requireId(flags.id, flags.as);
    const colours = coloursOf(process.stdout, process.env);
    const paint = { allowed: colours.green, refused: colours.red, seen: colours.cyan };
    for await (const { line, raw } of readAudit(this.verifier, id.text, {
      refused: flags.refused,
      follow: flags.follow,
    })) {
      if (flags.registry && line.door !== "registry") continue;
      const written = this.jsonEnabled() ? raw : formatLine(line, (verdict) => paint[verdict](verdict));
      if (!process.stdout.write(`${written}\n`)) await new Promise((resolve) => process.stdout.once("drain", resolve));
    }
  }
}

/** One decision on one line, as a person reads it. */
export function formatLine(line: AuditLine, paint: (verdict: AuditLine["verdict"]) => string): string {
  const { time, door, action, verdict, touches, links, names, root, address, reasons, count } = line;
  const { service, account, tag, digest } = line;
  const last = links?.at(-1);
  const who = root ? ["root"] : [];
  if (account !== undefined) who.push(printable(account));
  const named = names?.at(-1);
  if (named !== undefined) who.push(printable(named));
  if (last !== undefined) who.push(`link ${printable(last)}`);
  const words = [
    time,
    paint(verdict),
    `${door} ${printable(action)}`,
    ...(service === undefined ? [] : [`at ${printable(service)}`]),
    ...foldGuard(touches ?? []).map(printable),
    ...(tag === undefined ? [] : [`tag ${printable(tag)}`]),
    ...(digest === undefined ? [] : [printable(digest)]),
    ...(isLate(line) ? [`done ${printable(line.event_time ?? "")}`] : []),
    ...(who.length === 0 ? [] : [`by ${who.join(" ")}`]),
    ...(address === undefined ? [] : [`from ${printable(address)}`]),
    ...(count === undefined ? [] : [`and ${count} more of that source`]),
  ];
  const why = reasons === undefined || reasons.length === 0 ? "" : `: ${reasons.map(printable).join("; ")}`;
  return `${words.join(" ")}${why}`;
}

/** Who reaches for one place of the guard's from above reaches for dozens. */
function foldGuard(touches: readonly string[]): readonly string[] {
  const others = touches.filter((touch) => !touch.startsWith("guard:"));
  const places = touches.length - others.length;
  return places < 2 ? touches : [...others, `the guard itself (${places} places)`];
}

/** A registry tells of what it could not tell before, and that is not when it was done. */
function isLate({ time, event_time: done }: AuditLine): boolean {
  return done !== undefined && !(Math.abs(Date.parse(time) - Date.parse(done)) < lateMs);
}

/** What strangers sent must not steer the terminal, nor turn its words around. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
