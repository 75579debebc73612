import { expect, it } from "vitest";
import { codes } from "../../src/errors.ts";
import { httpStatus } from "../../src/server/http-status.ts";

it("gives every failure a status of its own kind", () => {
  for (const code of codes) expect(httpStatus[code]).toBeGreaterThanOrEqual(400);
  expect(Object.keys(httpStatus).toSorted()).toEqual([...codes].toSorted());
});
