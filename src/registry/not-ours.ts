import type * as z from "zod";
import { Failure } from "../errors.ts";

/** The failure over a file that its schema does not take; says where, and quotes no value. */
export function notOurs(name: string, whose: string, error: z.ZodError): Failure {
  const issue = error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  return new Failure(
    "misuse",
    `${name} is not a configuration of ${whose}${where}: ${issue?.message ?? "unreadable"}.`,
  );
}
