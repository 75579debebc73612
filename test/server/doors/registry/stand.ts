import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { request as requestSecurely } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { hashSync } from "bcrypt";
import { decodeJwt, type JWTPayload } from "jose";
import { stringify } from "yaml";
import { readRegistryFile, type RegistrySettings, type ServiceSettings } from "../../../../src/registry/settings.ts";
import { openRegistry, type RegistryDoor } from "../../../../src/server/open-registry.ts";
import type { Pair } from "../../../support/certificates.ts";
import { makeSigningKeys } from "../../../support/signing-keys.ts";
import { makeRoom, type Room } from "../../room.ts";

/** A registry's door on ports of its own, and all that is behind it. */
export interface Stand {
  readonly room: Room;
  readonly folder: string;
  readonly keys: Pair;
  readonly door: RegistryDoor;
  readonly settings: RegistrySettings;
  readonly port: number;
  /** Makes the door anew, as after a restart; the settings may be others. */
  readonly reopen: (changed?: Partial<RegistrySettings>) => Promise<void>;
  /** The settings with other words of each service. */
  readonly withService: (changed: Partial<ServiceSettings>) => Pick<RegistrySettings, "services">;
  readonly get: (query: Query, options?: Asking) => Promise<Told>;
  readonly post: (form: Query | string, options?: Asking) => Promise<Told>;
  readonly ask: (method: string, target: string, options?: Asking) => Promise<Told>;
  readonly close: () => Promise<void>;
}

export type Query = readonly (readonly [string, string])[] | Readonly<Record<string, string>>;

export interface Asking {
  /** `name:password`, for Basic. */
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Which of the door's addresses. */
  readonly at?: number;
  readonly ca?: string | Buffer;
}

/** What the door answered. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Of the token, where there is one. */
  readonly claims: JWTPayload & { readonly access?: readonly Granted[] };
  readonly json: Readonly<Record<string, unknown>> & {
    readonly errors?: readonly { readonly code: string; readonly message: string }[];
  };
}

interface Granted {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

export const passwords = { alice: "wonder:land", bob: "the builder" } as const;

const rules = [
  { match: { account: "", name: "public/**" }, actions: ["pull"] },
  { match: { name: "public/**" }, actions: ["pull"] },
  { match: { account: "alice", name: "${account}/**" }, actions: ["*"] },
  { match: { account: "bob", name: "alice/app" }, actions: ["pull"] },
];

export interface StandOptions {
  readonly guarded?: boolean;
  /** More of `registry:`. */
  readonly registry?: object;
  /** More of the service. */
  readonly service?: object;
  readonly room?: Parameters<typeof makeRoom>[0];
}

/** Opens one, with the users alice and bob of the service `registry`. */
export async function openStand(options: StandOptions = {}): Promise<Stand> {
  const folder = mkdtempSync(path.join(tmpdir(), "docker-id-registry-"));
  const room = await makeRoom({ guarded: options.guarded ?? true, ...options.room });
  const keys = makeSigningKeys(folder);
  const users = Object.fromEntries(
    Object.entries(passwords).map(([name, password]) => [name, { password: hashSync(password, 4) }]),
  );
  const document = {
    registry: {
      listen: ["http://127.0.0.1:0"],
      token: { certificate: keys.certificate, key: keys.key },
      services: [{ name: "registry", hosts: ["127.0.0.1:5100"], users, rules, ...options.service }],
      ...options.registry,
    },
  };
  writeFileSync(path.join(folder, "config.yml"), stringify(document));
  const settings = readRegistryFile("config.yml", stringify(document), (inFile) => path.resolve(folder, inFile));
  if (settings === undefined) throw new Error("the settings speak of no registry");
  const { gate, metrics, parts } = room;
  const open = (changed: Partial<RegistrySettings> = {}): Promise<RegistryDoor> =>
    openRegistry(
      { ...settings, ...changed },
      {
        gate: gate.registry,
        metrics,
        clock: parts.clock,
        random: randomBytes,
        log: parts.log,
        stateDir: path.join(room.folder, "state"),
        lookEveryMs: 50,
      },
    );
  let door = await open().catch(async (error: unknown) => {
    await room.close();
    rmSync(folder, { recursive: true });
    throw error;
  });
  const ask = (method: string, target: string, asking: Asking = {}): Promise<Told> => {
    const address = door.addresses[asking.at ?? 0];
    if (address === undefined) throw new Error("the door has no such address");
    return exchange(address.scheme, address.port, method, target, asking);
  };
  return {
    room,
    folder,
    keys,
    settings,
    get door() {
      return door;
    },
    get port() {
      return door.addresses[0]?.port ?? 0;
    },
    async reopen(changed) {
      await door.close(0);
      door = await open(changed);
    },
    withService: (changed) => ({ services: settings.services.map((each) => Object.assign({}, each, changed)) }),
    ask,
    get: (query, asking) => ask("GET", `/auth?${spell(query)}`, asking),
    post: (form, asking) =>
      ask("POST", "/auth", {
        body: typeof form === "string" ? form : spell(form),
        ...asking,
        headers: { "content-type": "application/x-www-form-urlencoded", ...asking?.headers },
      }),
    async close() {
      await door.close(0);
      await room.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function spell(query: Query): string {
  return new URLSearchParams(Array.isArray(query) ? query : Object.entries(query)).toString();
}

function exchange(scheme: string, port: number, method: string, target: string, asking: Asking): Promise<Told> {
  return new Promise((resolve, reject) => {
    const { as, body, ca } = asking;
    const headers = {
      ...(as === undefined ? {} : { authorization: `Basic ${Buffer.from(as).toString("base64")}` }),
      ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
      ...asking.headers,
    };
    const options = { host: "127.0.0.1", port, method, path: target, headers, agent: false as const };
    const asked =
      scheme === "https"
        ? requestSecurely({ ...options, servername: "localhost", ...(ca === undefined ? {} : { ca }) })
        : request(options);
    asked.on("error", reject);
    asked.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve(toTold(response.statusCode ?? 0, response.headers, text));
      });
    });
    asked.end(body);
  });
}

function toTold(status: number, headers: Told["headers"], text: string): Told {
  let json: Told["json"] = {};
  try {
    json = JSON.parse(text) as Told["json"];
  } catch {
    // Metrics are no JSON
  }
  const token = json["access_token"];
  return { status, headers, text, json, claims: typeof token === "string" ? decodeJwt(token) : {} };
}

/** Sends bytes as they are, and reads until the door ends the connection. */
export function sendBytes(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(port, "127.0.0.1");
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      heard += chunk;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(heard));
    for (const part of parts) socket.write(part);
  });
}

/** The body of every refusal. */
export const errorsOf = (told: Told): readonly string[] => (told.json.errors ?? []).map(({ code }) => code);
