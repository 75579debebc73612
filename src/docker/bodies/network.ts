import type { Touch } from "../attempt.ts";
import type { BodyReader } from "../body-reader.ts";
import { namedPower } from "../powers/host.ts";
import { flag, keyPowers, list, object, text, textMap, textPower } from "./fields.ts";
import { labels, readLabels } from "./label.ts";
import { readNewName } from "./name.ts";
import { endpoint } from "./networking.ts";
import { type More, readsBody } from "./read-body.ts";
import { defineShape, expectText, type FieldReader, readShape, unreadField } from "./shape.ts";

const swarm: Touch = { kind: "swarm", id: "*", level: "write" };

// The host gets a route to it: a subnet of one's own choice takes addresses away from it
const subnet: FieldReader = textPower((range) => [namedPower("subnet", range)]);

const pool = object(defineShape({ Subnet: subnet, IPRange: text, Gateway: text, AuxiliaryAddresses: textMap }));

const ipam = object(
  defineShape({
    Driver: textPower((driver) => (driver === "default" ? [] : [namedPower("ipam-driver", driver)])),
    Config: list(pool),
    Options: keyPowers("ipam-option"),
  }),
);

const lent = defineShape({ Options: keyPowers("network-option"), IPAM: ipam });

// The new network gets the options and addresses that were given to the other, as if it had asked for them
const configuration: FieldReader = textPower(async (name, reading) => {
  const { touch, inspect } = await reading.resolver.network(name, "read");
  const { Options = null, IPAM = null } = inspect;
  return [touch, ...(await readShape(lent, { Options, IPAM }, "ConfigFrom", reading))];
});

const create = defineShape({
  Name: text,
  CheckDuplicate: flag,
  Driver: textPower((driver) => {
    if (driver === "overlay") return [swarm];
    return driver === "bridge" ? [] : [namedPower("network-driver", driver)];
  }),
  Scope: textPower((scope) => (scope === "local" ? [] : [swarm])),
  EnableIPv4: flag,
  EnableIPv6: flag,
  IPAM: ipam,
  Internal: flag,
  Attachable: flag,
  Ingress: (value, field) => {
    if (typeof value !== "boolean") throw unreadField(field, "true or false");
    return value ? [swarm] : [];
  },
  ConfigOnly: flag,
  ConfigFrom: object(defineShape({ Network: configuration })),
  Options: keyPowers("network-option"),
  Labels: labels,
});

/** `POST /networks/create`: the new network, any that has its name already, and what its driver would do to the host. */
export const readNetworkCreate: BodyReader = readsBody(create, async (body, { resolver }) => {
  const name = readNewName(expectText(body["Name"] ?? "", "Name"), "network");
  // Some engines let two networks have one name, and then either may be meant by it
  const found = await resolver.find("network", name, "write");
  const made: Touch = {
    kind: "network",
    id: "+",
    level: "write",
    names: [name],
    labels: readLabels(body["Labels"], "Labels"),
  };
  return found === undefined ? [made] : [made, found.touch];
});

const attached: More = async (body, { resolver }) => [
  (await resolver.container(expectText(body["Container"], "Container"), "write")).touch,
];

/** `POST /networks/{id}/connect`: the container beside the network of the target, and how it is attached. */
export const readNetworkConnect: BodyReader = readsBody(
  defineShape({ Container: text, EndpointConfig: endpoint }),
  attached,
);

/** `POST /networks/{id}/disconnect`: the container beside the network of the target. */
export const readNetworkDisconnect: BodyReader = readsBody(defineShape({ Container: text, Force: flag }), attached);
