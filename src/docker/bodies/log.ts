import type { Touch } from "../attempt.ts";
import { namedPower } from "../powers/host.ts";
import { object, text, textMap } from "./fields.ts";
import { defineShape, expectObject, expectText, type FieldReader } from "./shape.ts";

// They write into the engine's own files, or nowhere
const plainDrivers = new Set(["", "json-file", "local", "none"]);
const plainOptions = new Set([
  "max-size",
  "max-file",
  "compress",
  "labels",
  "labels-regex",
  "env",
  "env-regex",
  "tag",
  "mode",
  "max-buffer-size",
]);

/** Where output is logged, in an object that names the driver and its options so: a driver that reaches out is a power. */
export function logReader(driverField: string, optionsField: string, plain: readonly string[] = []): FieldReader {
  const read = object(defineShape({ [driverField]: text, [optionsField]: textMap }));
  return async (value, field, reading): Promise<readonly Touch[]> => {
    await read(value, field, reading);
    const said = expectObject(value, field);
    const driver = expectText(said[driverField] ?? "", field);
    if (plain.includes(driver)) return [];
    const options = Object.keys(said[optionsField] ?? {}).filter((option) => !plainOptions.has(option));
    const touches = options.map((option) => namedPower("log-option", option));
    return plainDrivers.has(driver) ? touches : [namedPower("log-driver", driver), ...touches];
  };
}
