import { beforeAll, describe, expect, it } from "vitest";
import { onStage } from "../../support/on-stage.ts";
import type { RawAnswer, RawRequest } from "../../support/raw.ts";
import { expectRefused, form, type Holder, json, post, type Scene, setScene } from "./scene.ts";

interface Container {
  readonly Id: string;
  readonly Image: string;
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

/** A request that got past a plugin which reads it in the obvious way. */
interface Way {
  readonly what: string;
  /** Who is refused it, and why. */
  readonly id: Holder;
  readonly why: RegExp;
  /** `name` is a name that nothing has yet. */
  readonly request: (scene: Scene, name: string) => RawRequest;
  /** What the engine does of it when it is asked by root; absent where this engine itself does not. */
  readonly acts?: (scene: Scene, name: string, answer: RawAnswer) => Promise<void>;
}

let names = 0;
const target = (name: string): string => `/v1.41/containers/create?name=${name}`;
const notShown = /not shown|missing/;
const long = " ".repeat(1_100_000);
const privileged = '"HostConfig":{"Privileged":true}';

/** The engine made a container with such a host config. */
function makes(config: Readonly<Record<string, unknown>>): NonNullable<Way["acts"]> {
  return async ({ look, docker }, name, answer) => {
    expect(answer.status, answer.text).toBe(201);
    const made = await look<Container>(`/containers/${name}/json`);
    expect(made?.HostConfig).toMatchObject(config);
    await docker("rm", name);
  };
}

const makesPrivileged = makes({ Privileged: true });

function posts(body: (name: string) => string, more: Partial<RawRequest> = {}): Way["request"] {
  return (_, name) => post(target(name), body(name), more);
}

const ways: Readonly<Record<string, readonly Way[]>> = {
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
  "5: paths in other spellings": [
    "/v1.41/containers/%74heirs/json",
    "/v1.41/containers%2ftheirs%2Fjson",
    "/v1.41%2fcontainers/theirs/json",
    "http://elsewhere/v1.41/containers/theirs/json",
    "http:/v1.41/containers/theirs/json",
    "unix:///containers/theirs/json",
    "/v01.41/containers/theirs/json",
    "/v1.41.0/containers/theirs/json",
    "/v1.12/containers/theirs/json",
    "/containers/theirs/%6a%73%6f%6e",
    "/containers/theirs/json?#",
  ].map((spelled) => ({
    what: spelled,
    id: "reader" as const,
    why: /not spelled|version|parameter/,
    request: () => ({ target: spelled }),
    acts: async ({ full }: Scene, _name: string, { text }: RawAnswer) => expect(text).toContain(full.theirs),
  })),
  "6: queries in other spellings": [
    {
      what: "a name twice, of which the first counts",
      id: "named",
      why: /twice/,
      request: (_, name) => post(`/v1.41/containers/create?name=${name}&name=mine-2`, { Image: "box", Cmd: ["x"] }),
      acts: makes({}),
    },
    {
      what: "a name twice, once encoded",
      id: "named",
      why: /twice/,
      request: (_, name) => post(`/v1.41/containers/create?n%61me=${name}&name=mine-2`, { Image: "box", Cmd: ["x"] }),
      acts: makes({}),
    },
    {
      what: "a semicolon",
      id: "looker",
      why: /semicolon/,
      request: () => ({ target: "/v1.41/containers/theirs/json?size=1;x" }),
      acts: async ({ full }, _, { text }) => expect(text).toContain(full.theirs),
    },
    {
      what: "a broken escape",
      id: "looker",
      why: /encoded/,
      request: () => ({ target: "/v1.41/containers/theirs/json?size=%zz" }),
      acts: async ({ full }, _, { text }) => expect(text).toContain(full.theirs),
    },
    {
      what: "a repository twice",
      id: "tagger",
      why: /twice/,
      request: (_, name) => ({ method: "POST", target: `/v1.41/images/other/tag?repo=${name}&repo=mine` }),
      acts: async ({ docker }, name) => void (await docker("rmi", name)),
    },
  ],
};

onStage("known ways past an authorization plugin", (stage) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene(stage());
  });

  for (const [kind, some] of Object.entries(ways)) {
    describe(kind, () => {
      it.each(some)("$what", async ({ id, why, request, acts }) => {
        const name = `way-${(names += 1)}`;
        expectRefused(await scene.as(id, request(scene, name)), why);
        const answer = await scene.as("root", request(scene, name));
        expect(answer.text).not.toContain("authorization denied");
        await acts?.(scene, name, answer);
      });
    });
  }

  it("5: paths that the engine sends elsewhere reach nothing", async () => {
    for (const spelled of ["//containers/theirs/json", "/containers/web/../theirs/json", "/containers/./theirs/json"]) {
      for (const id of ["reader", "root"] as const) {
        const { status, text } = await scene.as(id, { target: spelled });
        expect(status).toBe(301);
        expect(text).not.toContain(scene.full.theirs);
      }
    }
  });

  it.skip("10: an upgrade that smuggles a second request is the gateway's to stop", () => undefined);
});
