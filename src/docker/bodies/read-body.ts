import type { Touch } from "../attempt.ts";
import type { BodyInput, BodyReader } from "../body-reader.ts";
import type { JsonObject } from "../json.ts";
import { powersOfJoined, withoutRepeats } from "../powers/inspect.ts";
import { Unread } from "../unread.ts";
import { beginReading, readShape, type Reading, type Shape } from "./shape.ts";

/** What else a request touches, when its body has been read and all that it says has the types of its shape. */
export type More = (body: JsonObject, reading: Reading, input: BodyInput) => Promise<readonly Touch[]>;

/** Makes the reader of a body that must be there and be of this shape. */
export function readsBody(shape: Shape, more?: More): BodyReader {
  return async (input) => {
    if (input.body === undefined) throw new Unread("the request has no body");
    const { body } = input;
    return readTouches(input, async (reading) => [
      ...(await readShape(shape, body, "", reading)),
      ...((await more?.(body, reading, input)) ?? []),
    ]);
  };
}

/** Runs one reading of a request, and adds what the containers lend that it turns out to join. */
export async function readTouches(
  { resolver, guard }: Pick<BodyInput, "resolver" | "guard">,
  read: (reading: Reading) => Promise<readonly Touch[]>,
): Promise<readonly Touch[]> {
  const reading = beginReading(resolver, guard);
  const touches = await read(reading);
  return withoutRepeats([...touches, ...(await powersOfJoined(reading))]);
}
