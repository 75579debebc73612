import { type CaveatName, vocabulary } from "./vocabulary.ts";

/** A flag of `create` that adds a caveat; one value of it makes one caveat. */
export interface CaveatFlag {
  /** Without its dashes: `container-id`. */
  readonly flag: string;
  readonly caveat: CaveatName;
  readonly summary: string;
  /** A value as a person types it. */
  readonly example: string;
  /** Takes no value; `true` is what it writes. */
  readonly boolean: boolean;
  /** May be given several times: each adds a caveat, and all must agree. */
  readonly many: boolean;
}

/** The flags of `create`, in the vocabulary's order: all caveats but `link`, which `create` makes. */
export const caveatFlags: readonly CaveatFlag[] = (Object.keys(vocabulary) as CaveatName[])
  .filter((name) => name !== "link")
  .map((name) => ({
    flag: name.replaceAll("_", "-"),
    caveat: name,
    summary: vocabulary[name].summary,
    example: vocabulary[name].example,
    boolean: name === "confined",
    many: name !== "confined",
  }));
