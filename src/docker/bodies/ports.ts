import type { Touch } from "../attempt.ts";
import { hostPower, quote } from "../powers/host.ts";
import { Unread } from "../unread.ts";
import { object, text } from "./fields.ts";
import { defineShape, expectList, expectObject, expectText, type FieldReader } from "./shape.ts";

const keys = /^[0-9]{1,5}(?:-[0-9]{1,5})?(?:\/(tcp|udp|sctp))?$/;
const ranges = /^([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?$/;
const longest = 64;
const binding = object(defineShape({ HostIp: text, HostPort: text }));

/** `PortBindings`: each port of the host that would be published, whatever the address. */
export const portBindings: FieldReader = async (value, field, reading) => {
  const touches: Touch[] = [];
  for (const [key, bindings] of Object.entries(expectObject(value, field))) {
    const protocol = readProtocol(key);
    for (const item of bindings === null ? [] : expectList(bindings, field)) {
      await binding(item, field, reading);
      const { HostPort: port } = expectObject(item, field);
      touches.push(...portPowers(expectText(port ?? "", field), protocol));
    }
  }
  return touches;
};

/**
 * Powers over the ports of a range, `8080` or `8000-8010`: `port/8080`, `port/53/udp`; `port/0` is any port
 * that the engine likes.
 */
export function portPowers(range: string, protocol: string): readonly Touch[] {
  const suffix = protocol === "tcp" ? "" : `/${protocol}`;
  if (range === "" || range === "0") return [hostPower(`port/0${suffix}`)];
  const found = ranges.exec(range);
  const first = Number(found?.[1]);
  const last = Number(found?.[2] ?? found?.[1]);
  const sane = first <= last && last <= 65_535 && last - first < longest;
  if (!sane) throw new Unread(`${quote(range)} is no port of the host`);
  return Array.from({ length: last - first + 1 }, (_, index) => hostPower(`port/${first + index}${suffix}`));
}

function readProtocol(key: string): string {
  const found = keys.exec(key);
  if (found === null) throw new Unread(`${quote(key)} is no port of a container`);
  return found[1] ?? "tcp";
}
