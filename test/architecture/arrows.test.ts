import { describe, expect, it } from "vitest";
import { listFiles, listImports, read, stripText } from "./source.ts";

/** Which room may import which, beside itself, errors.ts and protocol. What is not in the table may not be in src. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  http1: [],
  macaroon: [],
  docker: [],
  caveats: ["docker"],
  policy: ["caveats", "docker", "macaroon"],
  registry: ["caveats", "docker", "macaroon", "policy"],

  config: [],
  keychain: ["config"],
  "docker-cli": ["front", "shell"],
  forwarder: ["docker-cli", "host", "http1"],
  host: [],
  shell: [],
  doctor: ["front", "client", "docker-cli", "keychain", "macaroon"],
  "registry-doctor": ["doctor", "registry"],
  completion: ["front", "caveats", "client", "config", "docker", "docker-cli", "keychain"],
  client: ["docker-cli", "http1"],
  explain: ["client", "docker-cli"],
  commands: [
    "front",
    "caveats",
    "client",
    "config",
    "docker-cli",
    "doctor",
    "explain",
    "forwarder",
    "host",
    "keychain",
    "macaroon",
    "policy",
    "registry",
    "registry-doctor",
    "shell",
  ],
  "credential-helper": ["front", "caveats", "config", "docker-cli", "keychain", "macaroon"],
  // The entry and what all commands share: files beside the rooms.
  front: [
    "caveats",
    "client",
    "completion",
    "config",
    "credential-helper",
    "docker-cli",
    "forwarder",
    "host",
    "keychain",
    "macaroon",
    "shell",
  ],

  "server/log": [],
  "server/http-status": [],
  "server/metrics": ["docker"],
  "server/stores": [],
  "server/audit": ["server/log"],
  "server/engine": ["docker", "server/log"],
  "server/gate": [
    "caveats",
    "docker",
    "macaroon",
    "policy",
    "registry",
    "server/audit",
    "server/engine",
    "server/log",
    "server/metrics",
    "server/stores",
  ],
  "server/doors/admin": ["server/gate", "server/http-status", "server/log", "server/metrics"],
  "server/doors/authz": ["docker", "server/gate", "server/log"],
  "server/doors/gateway": ["docker", "http1", "server/engine", "server/gate", "server/log", "server/metrics"],
  "server/doors/sockets": ["server/gate", "server/log"],
  "server/doors/registry": [
    "macaroon",
    "registry",
    "server/gate",
    "server/http-status",
    "server/log",
    "server/metrics",
    "server/signing",
    "server/users",
  ],
  "server/signing": ["registry", "server/log"],
  "server/users": ["registry", "server/log"],
};

/** Files that put the house together, and what they may import besides. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  "src/commands/serve.ts": ["server", "server/log"],
  "src/commands/registry/serve.ts": ["server", "server/log"],
  // --offline works without a verifier.
  "src/commands/destroy.ts": ["server", "server/stores", "server/audit"],
};

const pure = new Set(["http1", "macaroon", "docker", "caveats", "policy", "registry"]);

const sources = listFiles("src").filter((path) => path.endsWith(".ts"));

/** `src/docker/table/images.ts` is in `docker`, `src/server/doors/admin/x.ts` in `server/doors/admin`. */
function roomOf(path: string): string {
  const [, first = "", ...rest] = path.split("/");
  if (path === "src/errors.ts") return "errors";
  if (rest.length === 0) return "front";
  if (first !== "server") return first;
  const [second = "", third = ""] = rest;
  if (second === "doors") return `server/doors/${third}`;
  const named = `server/${second.replace(/\.ts$/, "")}`;
  // The other files of server/ are the wiring: they may import any of its rooms.
  return Object.hasOwn(arrows, named) ? named : "server";
}

function mayImport(from: string, to: string, path: string): boolean {
  if (from === to || to === "errors" || to === "protocol") return true;
  if (exceptions[path]?.includes(to) === true) return true;
  if (from === "server") return to.startsWith("server/") || ["docker", "host", "registry"].includes(to);
  return arrows[from]?.includes(to) === true;
}

describe("the house", () => {
  it("has no room that the table does not know", () => {
    const rooms = new Set(sources.map(roomOf));
    const known = new Set([...Object.keys(arrows), "errors", "server"]);
    expect([...rooms].filter((room) => !known.has(room))).toEqual([]);
  });

  it("has no arrow that the table does not allow", () => {
    const wrong = sources.flatMap((path) =>
      listImports(path)
        .filter((target) => target.startsWith("src/") && !mayImport(roomOf(path), roomOf(target), path))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("never leaves src for something of the repository", () => {
    const wrong = sources.filter((path) =>
      listImports(path).some((target) => /^(\.\.|test|bench|packaging)\//.test(target)),
    );
    expect(wrong).toEqual([]);
  });

  it("keeps the server out of whatever starts without it", () => {
    const importers = sources.filter(
      (path) => !path.startsWith("src/server/") && listImports(path).some((target) => target.startsWith("src/server/")),
    );
    expect(importers.toSorted()).toEqual(Object.keys(exceptions).toSorted());
  });
});

describe("the pure rooms", () => {
  const files = sources.filter((path) => pure.has(roomOf(path)));
  const calm = ["node:crypto", "node:util", "node:net"];
  // What they do, they do with what they are given
  const calmLibraries = ["jose", "yaml", "zod"];

  it("import nothing that reaches outside", () => {
    const wrong = files.flatMap((path) =>
      listImports(path)
        .filter(
          (target) =>
            !target.startsWith("src/") &&
            !(roomOf(path) === "registry" ? [...calm, ...calmLibraries] : calm).includes(target),
        )
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("take from node:net only what reads an address, and from node:crypto nothing random", () => {
    const taken = files.flatMap((path) =>
      [...read(path).matchAll(/import (?:type )?\{([^}]*)\} from "node:(?:net|crypto)"/g)].flatMap(([, names = ""]) =>
        names.split(",").map((name) => name.trim().replace(/^type /, "")),
      ),
    );
    expect(taken.filter((name) => /random|generate|socket|server|connect/i.test(name))).toEqual([]);
  });

  it("know no clock, environment, chance or console", () => {
    const outside =
      /\bprocess\.|\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\b|\bMath\.random\b|\bconsole\.|\bfetch\(|\bset(?:Timeout|Interval|Immediate)\b|\bgetRandomValues\b|\brandomUUID\b/;
    const wrong = files.flatMap((path) => {
      const found = outside.exec(stripText(read(path)));
      return found === null ? [] : [`${path}: ${found[0]}`];
    });
    expect(wrong).toEqual([]);
  });
});
