import type { Touch } from "../attempt.ts";
import { eachText, keyPowers, object, text, texts, textPower, whole, zero } from "./fields.ts";
import { joinNetwork, linkContainer } from "./join.ts";
import { defineShape, expectObject, type FieldReader, readShape } from "./shape.ts";

const endpointShape = defineShape({
  IPAMConfig: object(defineShape({ IPv4Address: text, IPv6Address: text, LinkLocalIPs: texts })),
  Links: eachText(linkContainer),
  Aliases: texts,
  MacAddress: text,
  DriverOpts: keyPowers("network-option"),
  GwPriority: whole,
  // The engine takes this before the name that the endpoint stands under
  NetworkID: textPower(async (id, reading) => joinNetwork(id, "write", reading)),
  EndpointID: zero,
  Gateway: zero,
  IPAddress: zero,
  IPPrefixLen: zero,
  IPv6Gateway: zero,
  GlobalIPv6Address: zero,
  GlobalIPv6PrefixLen: zero,
  DNSNames: zero,
});

/** How a container would be attached to one network. */
export const endpoint: FieldReader = object(endpointShape);

/** `NetworkingConfig`: each network that the container would be attached to, and how. */
export const networkingConfig: FieldReader = object(
  defineShape({
    EndpointsConfig: async (value, field, reading) => {
      const touches: Touch[] = [];
      for (const [name, settings] of Object.entries(expectObject(value, field))) {
        touches.push(...(await joinNetwork(name, "write", reading)));
        if (settings !== null) touches.push(...(await readShape(endpointShape, settings, `${field}{}`, reading)));
      }
      return touches;
    },
  }),
);
