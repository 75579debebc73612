import { bad, type Bad } from "../../../../http1/bad.ts";
import { createBodyReader } from "../../../../http1/body-reader.ts";
import type { Body } from "../../../../http1/framing.ts";
import type { Wire } from "./wire.ts";

/** Bytes that may be held in memory for all clients together. */
export interface Budget {
  /** False when there is no more. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Makes a budget of so many bytes. */
export function createBudget(bytes: number): Budget {
  let left = bytes;
  return {
    take(wanted) {
      if (wanted > left) return false;
      left -= wanted;
      return true;
    },
    give(back) {
      left += back;
    },
  };
}

/** A body that was read to its end; its bytes stay in the budget until they are given back. */
export type Whole = { readonly kind: "whole"; readonly bytes: Buffer } | { readonly kind: "gone" } | Busy | Bad;

/** There is no room to read it just now. */
export interface Busy {
  readonly kind: "busy";
}

export interface ReadLimits {
  readonly budget: Budget;
  readonly mostBytes: number;
  readonly timeMs: number;
}

/** Reads a body to its end, before anything is decided on it. Bytes after it are a fault. */
export async function readWhole(wire: Wire, body: Body, limits: ReadLimits): Promise<Whole> {
  const { budget, mostBytes, timeMs } = limits;
  const tooLarge = bad("the body is too large for one that is read", 413);
  if (body.kind === "length" && body.bytes > mostBytes) return tooLarge;
  const reader = createBodyReader(body);
  const parts: Buffer[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  const whole = await new Promise<Whole>((resolve) => {
    const finish = (result: Whole): void => {
      wire.hold(undefined);
      resolve(result);
    };
    timer = setTimeout(() => finish(bad("the body did not come in time")), timeMs);
    wire.hold({
      data(piece) {
        const found = reader.feed(piece);
        if (found.kind === "bad") return finish(found);
        const bytes = found.data.reduce((sum, part) => sum + part.length, 0);
        if (size + bytes > mostBytes) return finish(tooLarge);
        if (!budget.take(bytes)) return finish({ kind: "busy" });
        size += bytes;
        parts.push(...found.data);
        if (found.used < piece.length) return finish(bad("more came than the request and its body"));
        if (found.done) finish({ kind: "whole", bytes: Buffer.concat(parts) });
      },
      end: () => finish({ kind: "gone" }),
      close: () => finish({ kind: "gone" }),
      drain: () => undefined,
    });
  });
  clearTimeout(timer);
  if (whole.kind !== "whole") budget.give(size);
  return whole;
}
