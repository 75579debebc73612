/** What a registry's token says of one resource, in the words of the registry's protocol. */
export interface Access {
  /** `repository` or `registry`; a class such as `(plugin)` is dropped when a scope is read. */
  readonly type: string;
  /** A repository's name without the registry's host; `catalog` for the registry itself. */
  readonly name: string;
  /** `pull`, `push`, `delete`, or `*`, which stands for all and is never granted as such. */
  readonly actions: readonly string[];
}

/** One action on one resource, the unit that rules and caveats judge. */
export interface Wish {
  readonly type: string;
  readonly name: string;
  readonly action: string;
}

/** What rules say to one wish; `why` is a sentence without a final stop that names the rule, for a person. */
export interface Ruling {
  readonly granted: boolean;
  readonly why: string;
}

/** The rules of a service as they stand for one user, or for nobody, at one address. */
export type Rights = (wish: Wish) => Ruling;
