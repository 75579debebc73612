import type { UnverifiedDescription } from "./describe-id.ts";

/** What one `create` added, as far as an id says so itself: what stands up to its link. */
export interface UnverifiedLayer {
  readonly link?: string;
  /** RFC 3339: when that link says that it was made. */
  readonly made?: string;
  /** For whom. */
  readonly names: readonly string[];
  /** All of its caveats but the link. */
  readonly caveats: readonly { readonly text: string; readonly understood: boolean }[];
}

/** Parts an id's caveats into its layers, the first being the oldest. */
export function layersOf({ caveats }: UnverifiedDescription): readonly UnverifiedLayer[] {
  const layers: UnverifiedLayer[] = [];
  let open: UnverifiedDescription["caveats"][number][] = [];
  const end = (link: string | undefined) => {
    const names = open
      .filter(({ text, understood }) => understood && text.startsWith("for="))
      .map(({ text }) => text.slice("for=".length));
    const made = link === undefined ? undefined : timeOf(link);
    layers.push({ ...(link && { link }), ...(made && { made }), names, caveats: open });
    open = [];
  };
  for (const caveat of caveats) {
    if (caveat.text.startsWith("link=") && caveat.understood) end(caveat.text.slice("link=".length));
    else open.push(caveat);
  }
  if (open.length > 0) end(undefined);
  return layers;
}

/** Draws the layers, each within the one that it was narrowed from; `now` tells what is over. */
export function drawId(description: UnverifiedDescription, now: Date): readonly string[] {
  const lines = [`key ${description.kid ?? "none of docker-id's"}`];
  for (const [depth, { link, made, names, caveats }] of layersOf(description).entries()) {
    const indent = "  ".repeat(depth);
    const whom = names.length === 0 ? "" : ` for ${names.join(", ")}`;
    lines.push(`${indent}└ narrowed${made === undefined ? "" : ` ${made}`}${whom}`);
    for (const { text, understood } of caveats) {
      if (!text.startsWith("for=") || !understood) lines.push(`${indent}  │ ${text}${remark(text, understood, now)}`);
    }
    if (link !== undefined) lines.push(`${indent}  │ link=${link}`);
  }
  return lines;
}

function remark(text: string, understood: boolean, now: Date): string {
  if (!understood) return "  (not understood: it refuses everything)";
  const [, name, instant] = /^(expires|not_before)=(.+)$/.exec(text) ?? [];
  if (name === undefined || instant === undefined) return "";
  const leftMs = new Date(instant).getTime() - now.getTime();
  if (name === "expires") return leftMs <= 0 ? "  (over)" : `  (${formatSpan(leftMs)} left)`;
  return leftMs <= 0 ? "" : `  (in ${formatSpan(leftMs)})`;
}

/** In the largest unit of which there are two. */
function formatSpan(ms: number): string {
  const units = [
    ["days", 86_400_000],
    ["hours", 3_600_000],
    ["minutes", 60_000],
  ] as const;
  const unit = units.find(([, unitMs]) => ms >= 2 * unitMs);
  if (unit === undefined) return `${Math.ceil(ms / 1000)} s`;
  const [name, unitMs] = unit;
  return `${Math.floor(ms / unitMs)} ${name}`;
}

function timeOf(link: string): string | undefined {
  const time = new Date(Number(link.slice(0, link.indexOf("."))) * 1000);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString().replace(".000Z", "Z");
}
