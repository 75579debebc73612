import oracle from "macaroon";
import { attenuate } from "../src/macaroon/attenuate.ts";
import { formatIdentifier } from "../src/macaroon/identifier.ts";
import { mint } from "../src/macaroon/mint.ts";
import { parse } from "../src/macaroon/parse.ts";
import { serialize } from "../src/macaroon/serialize.ts";
import { verify } from "../src/macaroon/verify.ts";

/** One figure of a table; `value` is a word where there is no number. */
export interface Row {
  readonly name: string;
  readonly value: number | string;
  readonly unit: string;
  /** The most that it should be. */
  readonly aim?: number;
  /** The least that it should be. */
  readonly least?: number;
}

type Oracle = ReturnType<typeof oracle.newMacaroon>;

const rounds = 5;
const roundMs = 12;
const rootKey = new Uint8Array(32).map((_, at) => at * 5 + 3);
const identifier = formatIdentifier({ kid: "0123456789abcdef".repeat(2), nonce: "fedcba9876543210".repeat(2) });
const kinds = [
  "op=read",
  `container_id=${"0123456789abcdef".repeat(4)}`,
  "expires=2030-01-01T00:00:00Z",
  "link=1893456000.0123456789abcdef",
];

/** µs for what is done to tokens of 0, 5, 20 and 64 caveats at first sight, ours and then npm's macaroon's. */
export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of [0, 5, 20, 64]) {
    const caveats = Array.from({ length: count }, (_, at) => kinds[at % kinds.length] ?? "");
    const root = mint({ rootKey, identifier });
    const narrower = attenuate(root, caveats);
    const text = serialize(narrower);
    const theirRoot = oracle.newMacaroon({ rootKey, identifier });
    const theirNarrower = narrow(theirRoot.clone(), caveats);

    const compare = (verb: string, ours: () => unknown, theirs: () => unknown, aim?: { aim: number }): void => {
      const name = `${verb}, ${count} caveats`;
      rows.push({ name, value: microseconds(ours), unit: "µs", ...aim });
      rows.push({ name: `${name}: npm macaroon`, value: microseconds(theirs), unit: "µs" });
    };
    compare(
      "mint",
      () => mint({ rootKey, identifier, caveats }),
      () => narrow(oracle.newMacaroon({ rootKey, identifier }), caveats),
    );
    compare(
      "attenuate",
      () => attenuate(root, caveats),
      () => narrow(theirRoot.clone(), caveats),
    );
    compare(
      "serialize",
      () => serialize(narrower),
      () => theirNarrower.exportBinary(),
    );
    compare(
      "parse",
      () => parse(text),
      () => oracle.importMacaroon(text.slice("dkid_".length)),
    );
    compare(
      "verify",
      () => verify(narrower, rootKey),
      () => theirNarrower.verify(rootKey, () => null),
      count === 20 ? { aim: 34 } : undefined,
    );
  }
  return rows;
}

function narrow(macaroon: Oracle, caveats: readonly string[]): Oracle {
  for (const caveat of caveats) macaroon.addFirstPartyCaveat(caveat);
  return macaroon;
}

/** The median over some rounds, after one that warms up. */
function microseconds(call: () => unknown): number | string {
  try {
    call();
  } catch {
    return "throws";
  }
  const figures = Array.from({ length: rounds + 1 }, () => {
    const start = performance.now();
    let calls = 0;
    while (performance.now() - start < roundMs) {
      for (let at = 0; at < 10; at++) call();
      calls += 10;
    }
    return ((performance.now() - start) * 1000) / calls;
  });
  return figures.slice(1).toSorted((a, b) => a - b)[rounds >> 1] ?? "not measured";
}

if (import.meta.main) {
  for (const { name, value, unit, aim } of await run()) {
    const figure = typeof value === "number" ? `${value.toFixed(1)} ${unit}` : value;
    process.stdout.write(`${name.padEnd(40)} ${figure.padStart(12)}${aim === undefined ? "" : `   (aim: ≤ ${aim})`}\n`);
  }
}
