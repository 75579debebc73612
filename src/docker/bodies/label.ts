import type { Json } from "../json.ts";
import { quote } from "../powers/host.ts";
import { isReserved } from "../reserved.ts";
import { Unread } from "../unread.ts";
import { expectObject, expectText, type FieldReader } from "./shape.ts";

/**
 * Labels that a request would set, as texts. Those of the gateway are refused: who could set them could say who owns a
 * container and what its credential may do.
 */
export function readLabels(value: Json | undefined, field: string): Readonly<Record<string, string>> {
  const labels = Object.create(null) as Record<string, string>;
  if (value === undefined || value === null) return labels;
  for (const [key, label] of Object.entries(expectObject(value, field))) {
    if (isReserved(key)) throw new Unread(`the label ${quote(key)} is read by the docker-id gateway alone`);
    labels[key] = expectText(label, field);
  }
  return labels;
}

/** Labels as a field that reaches nothing, the gateway's refused. */
export const labels: FieldReader = (value, field) => {
  readLabels(value, field);
  return [];
};
