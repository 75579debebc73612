import { defineCaveat } from "./define.ts";
import { formatList, parseList, readList } from "./list.ts";
import { admitName } from "./name.ts";

/** `service`: the registry services that an id logs in to. */
export const service = defineCaveat<readonly string[]>({
  name: "service",
  summary: "only for these registries, and at no engine",
  values: "registry services",
  example: "registry.example.com",
  resource: false,
  handshake: true,
  parse: (text) => parseList(text, admitName),
  format: formatList,
  read: (typed) => readList(typed, admitName),
  refuses(services, { circumstances }) {
    if (circumstances.service === undefined) return "this id is for a registry, and this is an engine";
    return services.includes(circumstances.service) ? undefined : "this id is for another registry";
  },
});
