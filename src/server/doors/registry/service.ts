import type { Rule } from "../../../registry/rules.ts";
import type { Signer } from "../../signing/open-signer.ts";
import type { Users } from "../../users/users.ts";

/** A registry that the door makes tokens for, with all that it takes. */
export interface OpenService {
  readonly name: string;
  /** Its name, or one for all that strangers could think up. */
  readonly label: string;
  readonly hosts: readonly string[];
  readonly rules: readonly Rule[];
  readonly users: Users;
  readonly signer: Signer;
}

/** The services of a door. */
export interface Services {
  /** Undefined where there is none of that name; rejects with Failure("failed") where one cannot be opened just now. */
  find(name: string): OpenService | undefined | Promise<OpenService | undefined>;
  isOpen(name: string): boolean;
  /** Those that are open now; of those that only their being asked for has named, the last one with users. */
  open(): readonly OpenService[];
  /** The names of those that are configured and could not be opened yet. */
  unopened(): readonly string[];
}
