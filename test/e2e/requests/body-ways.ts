import { expect } from "vitest";
import { form, json, post } from "./scene.ts";
import { type Container, makes, makesPrivileged, posts, target, type Way } from "./ways.ts";

const notShown = /not shown|missing/;
const long = " ".repeat(1_100_000);
const privileged = '"HostConfig":{"Privileged":true}';

/** Ways past a plugin that believes what it is shown of a body, by their class. */
export const bodyWays: Readonly<Record<string, readonly Way[]>> = {
  "1: the body is not shown": [
    {
      what: "a create of more than 1 MiB",
      id: "image",
      why: notShown,
      request: posts(() => `{"Image":"box","Cmd":["x"],${long}${privileged}}`),
      acts: makesPrivileged,
    },
    {
      what: "such a create in chunks",
      id: "wide",
      why: notShown,
      request: posts(() => `{"Image":"box","Cmd":["x"],${long}${privileged}}`, { chunked: true }),
      acts: makesPrivileged,
    },
    {
      what: "a small one in chunks, which is shown",
      id: "image",
      why: /power over the host/,
      request: posts(() => `{"Image":"box","Cmd":["x"],${privileged}}`, { chunked: true }),
      acts: makesPrivileged,
    },
    {
      what: "a target that ends in /auth",
      id: "image",
      why: /not known/,
      request: (_, name) => post(`${target(name)}&as=/auth`, `{"Image":"box","Cmd":["x"],${privileged}}`),
      acts: makesPrivileged,
    },
    {
      what: "a create without any",
      id: "image",
      why: /content type|missing/,
      request: (_, name) => ({ method: "POST", target: target(name) }),
    },
    {
      what: "a body of another type",
      id: "image",
      why: /content type/,
      request: posts(() => `{"Image":"box","Cmd":["x"],${privileged}}`, { headers: [["Content-Type", "text/plain"]] }),
    },
    {
      what: "a swarm's body of another type, which the engine reads all the same",
      id: "mighty",
      why: /content type/,
      // The address does not exist, so that no swarm begins
      request: () =>
        post("/v1.41/swarm/init", '{"ListenAddr":"192.0.2.1:1"}', { headers: [["Content-Type", "text/plain"]] }),
      acts: async (_scene, _name, { text }) => expect(text).toMatch(/192\.0\.2\.1|listen|address/),
    },
  ],
  "2: a form beats the query": [
    {
      what: "a tag",
      id: "tagger",
      why: /takes no body/,
      request: (_, name) => ({
        method: "POST",
        target: "/v1.41/images/other/tag?repo=mine",
        headers: [form],
        body: `repo=${name}`,
      }),
      acts: async ({ look, docker, full }, name) => {
        expect(await look(`/images/${name}/json`)).toMatchObject({ Id: full.other });
        await docker("rmi", name);
      },
    },
    {
      what: "a tag whose form is not measured",
      id: "tagger",
      why: /not shown/,
      request: (_, name) => ({
        method: "POST",
        target: "/v1.41/images/other/tag?repo=mine",
        headers: [form, json],
        body: `repo=${name}`,
        chunked: true,
      }),
      acts: async ({ docker }, name) => void (await docker("rmi", name)),
    },
    {
      what: "a tag whose form is said to be empty, and comes in chunks",
      id: "tagger",
      why: /not shown/,
      request: (_, name) => ({
        method: "POST",
        target: "/v1.41/images/other/tag?repo=mine",
        headers: [form, ["Content-Length", "0"]],
        body: `repo=${name}`,
        chunked: true,
      }),
      acts: async ({ docker }, name) => void (await docker("rmi", name)),
    },
    {
      what: "a rename",
      id: "wide",
      why: /takes no body/,
      request: (_, name) => ({
        method: "POST",
        target: "/v1.41/containers/web/rename?name=mine-1",
        headers: [form],
        body: `name=${name}`,
      }),
      acts: async ({ docker }, name) => void (await docker("rename", name, "web")),
    },
    {
      what: "a prune",
      id: "wide",
      why: /takes no body/,
      request: () => ({
        method: "POST",
        target: `/v1.41/networks/prune?filters=${encodeURIComponent('{"label":["nobody"]}')}`,
        headers: [form],
        body: `filters=${encodeURIComponent('{"label":["nobody-else"]}')}`,
      }),
      acts: async (_scene, _name, { status }) => expect(status).toBe(200),
    },
    {
      what: "an import, whose form would make it a pull",
      id: "wide",
      why: /content type|gateway/,
      request: () => ({
        method: "POST",
        target: "/v1.41/images/create?fromSrc=-&repo=mine",
        headers: [form],
        body: "fromImage=127.0.0.1:1/none&tag=x",
      }),
      acts: async (_scene, _name, { text }) => expect(text).toContain("127.0.0.1:1"),
    },
  ],
  "3: JSON that the engine reads otherwise": [
    ...[
      ["lower case", `{"Image":"box","Cmd":["x"],"hostconfig":{"Privileged":true}}`],
      ["a long s", `{"Image":"box","Cmd":["x"],"ho\u017ftconfig":{"Privileged":true}}`],
      ["upper case further in", `{"Image":"box","Cmd":["x"],"HostConfig":{"PRIVILEGED":true}}`],
      ["another spelling beside the right one", `{"Image":"box","Cmd":["x"],${privileged},"HOSTCONFIG":{"Memory":0}}`],
    ].map(([what = "", body = ""]) => ({
      what,
      id: "image" as const,
      why: /another spelling/,
      request: posts(() => body),
      acts: makesPrivileged,
    })),
    {
      what: "the sign of kelvin",
      id: "wide",
      why: /another spelling/,
      request: posts(() => `{"Image":"box","Cmd":["x"],"HostConfig":{"Networ\u212aMode":"host"}}`),
      acts: makes({ NetworkMode: "host" }),
    },
    {
      what: "a key twice, whose objects are merged",
      id: "image",
      why: /same key twice/,
      request: posts(() => `{"Image":"box","Cmd":["x"],${privileged},"HostConfig":{"Memory":0}}`),
      acts: makesPrivileged,
    },
    {
      what: "a key twice further in",
      id: "image",
      why: /same key twice/,
      request: posts(() => `{"Image":"box","Cmd":["x"],"HostConfig":{"Privileged":false,"Privileged":true}}`),
      acts: makesPrivileged,
    },
    {
      what: "an escaped key, which is read",
      id: "image",
      why: /power over the host/,
      request: posts(() => String.raw`{"Image":"box","Cmd":["x"],"HostConfig":{"\u0050rivileged":true}}`),
      acts: makesPrivileged,
    },
    {
      what: "more than one value, of which the first counts",
      id: "image",
      why: /goes on after/,
      request: posts(() => `{"Image":"box","Cmd":["x"],${privileged}} {"Image":"box","Cmd":["x"]}`),
      acts: makesPrivileged,
    },
  ],
  "4: a host config outside of HostConfig": [
    ...(
      [
        ['"Privileged":true', { Privileged: true }],
        ['"Binds":["/:/host"]', { Binds: ["/:/host"] }],
        ['"PidMode":"host"', { PidMode: "host" }],
        ['"CapAdd":["SYS_ADMIN"]', { CapAdd: ["SYS_ADMIN"] }],
        ['"NetworkMode":"host"', { NetworkMode: "host" }],
      ] as const
    ).map(([field, config]) => ({
      what: field,
      id: "wide" as const,
      why: /not known/,
      request: posts(() => `{"Image":"box","Cmd":["x"],${field}}`),
      acts: makes(config),
    })),
    {
      what: "a start of before 1.24",
      id: "wide",
      why: /before 1\.24/,
      request: () => post("/v1.23/containers/kept/start", { Binds: ["/srv:/rewritten"] }),
      // It need not start: what it is allowed has been rewritten
      acts: async ({ look }) => {
        const kept = await look<Container>("/containers/kept/json");
        expect(kept?.HostConfig["Binds"]).toEqual(["/srv:/rewritten"]);
      },
    },
  ],
};
