import * as fc from "fast-check";

/** A field of a create, as JSON text, and where in the body it would stand if it stood where it belongs. */
type Field = readonly [name: string, ...values: readonly string[]];

/** Fields of `HostConfig` that reach something, with values that the engine takes, and some that it may not. */
const powers: readonly Field[] = [
  ["Privileged", "true", "true", '"true"', "1", "[true]"],
  [
    "Binds",
    '["/srv:/x"]',
    '["/:/host:ro"]',
    '["/srv/../etc:/x"]',
    '["v1:/x"]',
    '["trap:/x"]',
    '["fresh:/x"]',
    '"/:/x"',
    '["/srv:/x:ro,rshared"]',
  ],
  [
    "Mounts",
    '[{"Type":"bind","Source":"/srv","Target":"/m"}]',
    '[{"type":"bind","source":"/srv","target":"/m"}]',
    '[{"Type":"bind","Source":"/srv/./../tmp","Target":"/m","ReadOnly":true}]',
    '[{"Type":"volume","Source":"v1","Target":"/m"}]',
    '[{"Type":"volume","Source":"trap","Target":"/m","ReadOnly":true}]',
    '[{"Type":"volume","Target":"/m","VolumeOptions":{"DriverConfig":{"Name":"local","Options":{"type":"none","o":"bind","device":"/srv"}}}}]',
    '[{"Type":"volume","Source":"made","Target":"/m","VolumeOptions":{"DriverConfig":{"name":"local","options":{"type":"none","o":"bind","device":"/srv"}}}}]',
    '[{"Type":"tmpfs","Target":"/m"}]',
  ],
  ["VolumesFrom", '["mighty"]', '["plain:ro"]', '["mighty:rw"]'],
  // The engine would look for any other for half a minute
  ["VolumeDriver", '"local"', '""'],
  ["PidMode", '"host"', '"container:mighty"', '"container:plain"', '"HOST"'],
  ["IpcMode", '"host"', '"container:sharing"', '"shareable"', '"private"'],
  ["UTSMode", '"host"'],
  ["UsernsMode", '"host"'],
  ["CgroupnsMode", '"private"'],
  ["NetworkMode", '"host"', '"none"', '"container:mighty"', '"n1"', '"default"'],
  ["CapAdd", '["SYS_ADMIN"]', '["all"]', '["cap_net_admin"]', '["CHOWN"]', '"SYS_ADMIN"'],
  [
    "Devices",
    '[{"PathOnHost":"/dev/null","PathInContainer":"/dev/x","CgroupPermissions":"rwm"}]',
    '[{"pathonhost":"/dev/null"}]',
  ],
  ["DeviceCgroupRules", '["c *:* rwm"]'],
  ["DeviceRequests", '[{"Count":-1,"Capabilities":[["gpu"]]}]'],
  ["SecurityOpt", '["seccomp=unconfined"]', '["no-new-privileges"]', '["label=disable"]', '["systempaths=unconfined"]'],
  ["MaskedPaths", "[]", '["/proc/kcore"]'],
  ["ReadonlyPaths", "[]"],
  ["CgroupParent", '"/x"'],
  ["Sysctls", '{"net.ipv4.ip_forward":"1"}'],
  ["Runtime", '"runc"', '"other"'],
  ["OomScoreAdj", "-500", "1e2", "0"],
  ["OomKillDisable", "true"],
  ["GroupAdd", '["0"]'],
  ["LogConfig", '{"Type":"syslog"}', '{"Type":"json-file","Config":{"max-size":"1m"}}', '{"type":"none"}'],
  ["PortBindings", '{"80/tcp":[{"HostPort":"8080"}]}', '{"80":[{"hostport":"81"}]}', '{"80/tcp":[{}]}'],
  ["PublishAllPorts", "true"],
  ["RestartPolicy", '{"Name":"always"}', '{"name":"always"}', '{"Name":"no"}'],
  ["StorageOpt", '{"size":"1G"}'],
  ["Links", '["plain:p"]'],
  ["Tmpfs", '{"/t":"size=1m"}', '{"/t":"bind"}'],
  ["Memory", "67108864", "6.7108864e7"],
];

/** Fields that reach nothing, and some that are no fields. */
const others: readonly Field[] = [
  ["Hostname", '"h"', "null"],
  ["Cmd", '["x"]', '"x"', "null"],
  ["Env", '["A=B"]', "{}"],
  ["Volumes", '{"/data":{}}', '{"/srv:/x":{}}'],
  ["Labels", '{"a":"b"}', '{"docker-id.owner.x":"true"}'],
  [
    "NetworkingConfig",
    '{"EndpointsConfig":{"host":{}}}',
    '{"EndpointsConfig":{"n1":null}}',
    '{"endpointsconfig":{"n1":{}}}',
    '{"EndpointsConfig":{"none":{"NetworkID":"host"}}}',
  ],
  ["Runtime", '"other"'],
  ["Image", '"two:1"', '"TINY:1"', "null"],
  ["Surprise", "1"],
];

/** How a key can be spelled, in JSON. */
const keys: readonly ((name: string) => string)[] = [
  ...Array.from({ length: 6 }, () => (name: string) => name),
  (name) => name.toLowerCase(),
  (name) => name.toUpperCase(),
  (name) => name.replace(/s/i, "\u017f"),
  (name) => name.replace(/k/i, "\u212a"),
  (name) => name.replace(/^./, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  (name) => `${name} `,
  (name) => `${name}\\u0000`,
];

/** Where a field can stand. */
const places = ["host", "host", "host", "top", "top", "second host", "host in host", "config"] as const;

/** What can be done to a whole text. */
const texts: readonly ((text: string) => string)[] = [
  ...Array.from({ length: 12 }, () => (text: string) => text),
  (text) => `${text} {"HostConfig":{"Privileged":true}}`,
  (text) => `${text}\u0000`,
  (text) => `\ufeff${text}`,
  (text) => `\n\t ${text}\r\n`,
  (text) => `[${text}]`,
  (text) => text.replaceAll('"', "'"),
  (text) => text.replace("{", "{/**/"),
  (text) => text.replace(/\}$/, ",}"),
  (text) => `null ${text}`,
  (text) => text.slice(0, -1),
];

/** Bodies of creates in all their spellings, of containers that nobody starts. */
export const createBodies: fc.Arbitrary<string> = fc
  .record({
    fields: fc.array(
      fc.record({
        field: fc.constantFrom(...powers, ...powers, ...others),
        value: fc.nat(),
        key: fc.constantFrom(...keys),
        place: fc.constantFrom(...places),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    hostKey: fc.constantFrom(...keys, ...keys.slice(0, 6)),
    image: fc.constantFrom("tiny:1", "tiny:1", "tiny:1", "two"),
    first: fc.boolean(),
    whole: fc.constantFrom(...texts),
    odd: fc.boolean(),
  })
  .map(({ fields, hostKey, image, first, whole, odd }) => {
    const at = (place: (typeof places)[number]): string[] =>
      fields
        .filter((field) => (odd ? field.place : isAbove(field.field) ? "top" : "host") === place)
        .map(({ field: [name, ...values], value, key }) => {
          return `"${odd ? key(name) : name}":${values[value % values.length]}`;
        });
    const nested = at("host in host");
    const host = [...at("host"), ...(nested.length > 0 ? [`"HostConfig":{${nested.join(",")}}`] : [])];
    const hosts = [host, at("second host")].filter((each) => each.length > 0);
    const parts = [
      `"Image":"${image}"`,
      `"Cmd":["x"]`,
      ...at("top"),
      ...hosts.map((each) => `"${odd ? hostKey("HostConfig") : "HostConfig"}":{${each.join(",")}}`),
      ...(at("config").length > 0 ? [`"Config":{${at("config").join(",")}}`] : []),
    ];
    const text = `{${(first ? parts : parts.toReversed()).join(",")}}`;
    return odd ? whole(text) : text;
  });

function isAbove(field: Field): boolean {
  return others.includes(field);
}

/** Bodies of volume creates: `Name` is put in by whoever sends them. */
export const volumeBodies: fc.Arbitrary<string> = fc
  .record({
    driver: fc.constantFrom("", '"Driver":"local",', '"driver":"local",', '"Driver":"",'),
    key: fc.constantFrom("DriverOpts", "DriverOpts", "DriverOpts", "driveropts", "Driveropt\u017f"),
    options: fc.uniqueArray(
      fc.constantFrom(
        '"type":"none"',
        '"type":"tmpfs"',
        '"o":"bind"',
        '"o":"bind,ro"',
        '"o":"ro,bind,rw"',
        '"o":"size=1m"',
        '"o":"rbind,shared"',
        '"device":"/srv"',
        '"device":"/srv/../tmp"',
        '"device":"tmpfs"',
        '"device":"srv"',
        '"TYPE":"none"',
        '"other":"x"',
        '"size":"1G"',
      ),
      { selector: (option) => option.split(":")[0], maxLength: 4 },
    ),
    labels: fc.constantFrom("", ',"Labels":{"a":"b"}', ',"labels":{"docker-id.owner":"x"}'),
    whole: fc.constantFrom(...texts),
  })
  .map(({ driver, key, options, labels, whole }) =>
    whole(`{${driver}"Name":"NAME","${key}":{${options.join(",")}}${labels}}`),
  );

/** Bodies of exec creates. */
export const execBodies: fc.Arbitrary<string> = fc
  .record({
    privileged: fc.constantFrom(...keys.map((key) => `"${key("Privileged")}":true`), '"Privileged":1', '"Cmd":["y"]'),
    again: fc.constantFrom("", ',"Privileged":false', ',"Privileged":true', ',"User":"0"'),
    whole: fc.constantFrom(...texts),
  })
  .map(({ privileged, again, whole }) => whole(`{"Cmd":["x"],${privileged}${again}}`));
