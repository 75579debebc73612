import * as fc from "fast-check";
import type { RawRequest } from "../support/raw.ts";

/** Names of the things that targets are made of, as someone might call them, the right one and others. */
export interface Names {
  readonly container: readonly string[];
  readonly image: readonly string[];
  readonly volume: readonly string[];
  readonly network: readonly string[];
  readonly exec: readonly string[];
}

type Kind = keyof Names;

interface Operation {
  readonly method: string;
  /** Before and after the name. */
  readonly path: readonly [string, string];
  readonly kind?: Kind;
  readonly query?: readonly string[];
}

const looks = (kind: Kind, before: string, after: string, ...query: string[]): Operation => ({
  method: "GET",
  path: [before, after],
  kind,
  query,
});
const acts = (before: string, after: string, ...query: string[]): Operation => ({
  method: "POST",
  path: [before, after],
  kind: "container",
  query,
});
const asks = (path: string, ...query: string[]): Operation => ({ method: "GET", path: [path, ""], query });

/** What is asked in many spellings: all of it looks, or fails, or can be put back. */
const operations: readonly Operation[] = [
  looks("container", "/containers/", "/json", "size=0", "size=no"),
  looks("container", "/containers/", "/logs", "stdout=1", "stdout=true", "stdout=yes", "tail=1"),
  looks("container", "/containers/", "/top", "ps_args=-ef", "ps_args=-o pid,args"),
  looks("container", "/containers/", "/changes"),
  looks("container", "/containers/", "/archive", "path=/tmp", "path=/tmp/"),
  { ...looks("container", "/containers/", "/archive", "path=/tmp/who"), method: "HEAD" },
  acts("/containers/", "/unpause"),
  acts("/containers/", "/kill?signal=CONT", "signal=URG"),
  acts("/containers/", "/rename", "name=new-one", "name=another"),
  looks("image", "/images/", "/json"),
  looks("image", "/images/", "/history"),
  looks("image", "/images/", "/get"),
  { ...acts("/images/", "/tag", "repo=new-one", "repo=another", "tag=new"), kind: "image" },
  looks("volume", "/volumes/", ""),
  looks("network", "/networks/", "", "verbose=0", "scope=local"),
  looks("exec", "/exec/", "/json"),
  asks("/containers/json", "all=1", "limit=3", "filters={}"),
  asks("/images/json", "all=1"),
  asks("/images/get", "names=one:1"),
  asks("/volumes"),
  asks("/networks"),
  asks("/networks/"),
  asks("/info"),
  asks("/version"),
  asks("/_ping"),
  asks("/system/df"),
];

const versions = [
  ...Array.from({ length: 8 }, () => ""),
  ...Array.from({ length: 8 }, () => "/v1.41"),
  ..."/v1.24 /v1.30 /v1.23 /v1.12 /v01.41 /v1.041 /v1.41.0 /v1.99 /v1 /v. /V1.41 /v1.41/v1.41 //v1.41 /v1.4%31".split(
    " ",
  ),
];

/** How a path can be spelled; most leave it as it is. */
const spellings: readonly ((path: string, at: number) => string)[] = [
  (path, at) => replaceAt(path, at, (letter) => `%${hex(letter)}`),
  (path, at) => replaceAt(path, at, (letter) => `%${hex(letter).toUpperCase()}`),
  (path, at) => replaceAt(path, at, (letter) => `%25${hex(letter)}`),
  (path, at) => replaceSlash(path, at, "%2f"),
  (path, at) => replaceSlash(path, at, "%2F"),
  (path, at) => replaceSlash(path, at, "//"),
  (path, at) => replaceSlash(path, at, "/./"),
  (path, at) => replaceSlash(path, at, "/x/../"),
  (path, at) => replaceSlash(path, at, "/x/%2e%2e/"),
  (path, at) => replaceSlash(path, at, String.raw`\ `.trim()),
  (path, at) => replaceAt(path, at, (letter) => letter.toUpperCase()),
  (path, at) => replaceAt(path, at, (letter) => `${letter}%00`),
  (path, at) => replaceAt(path, at, (letter) => `${letter};`),
  (path, at) => replaceAt(path, at, (letter) => `${letter}é`),
  (path) => `${path}/`,
  (path) => `${path}%2f`,
  (path) => `${path}/.`,
  (path) => `${path}%20`,
  (path) => `${path}#`,
  (path) => `http://docker${path}`,
  (path) => `http:${path}`,
  (path) => `unix://x@y:1${path}`,
  (path) => path.slice(1),
];

/** How a parameter can be spelled. */
const parameterSpellings: readonly ((parameter: string) => string)[] = [
  (parameter) => parameter,
  (parameter) => parameter,
  (parameter) => parameter,
  (parameter) => parameter.replace(/^./, (letter) => `%${hex(letter)}`),
  (parameter) => parameter.replace(/.$/, (letter) => `%${hex(letter)}`),
  (parameter) => parameter.replace("=", "%3d"),
  (parameter) => parameter.replace("=", "=%zz"),
  (parameter) => parameter.replace("=", "=%00"),
  (parameter) => parameter.replace("=", "=+"),
  (parameter) => parameter.replace(/=.*$/, ""),
  (parameter) => parameter.replace(/=.*$/, "="),
  (parameter) => parameter.replace(/^./, (letter) => letter.toUpperCase()),
  (parameter) => `${parameter};${parameter.replace(/=.*$/, "=other")}`,
  (parameter) => `${parameter}&${parameter.replace(/=.*$/, "=other")}`,
  (parameter) => `${parameter}&x=1`,
  (parameter) => `x=1&${parameter}`,
  (parameter) => `=&${parameter}`,
  (parameter) => `?${parameter}`,
  (parameter) => `${parameter}#`,
];

const form = "application/x-www-form-urlencoded";
const types: readonly (readonly string[])[] = [
  [],
  [],
  [form],
  ["application/json"],
  ["text/plain"],
  [form, "application/json"],
  ["application/json", form],
  [`${form}; charset=utf-8`],
  [form.toUpperCase()],
];
const bodies = ["", "name=from-form", "repo=from-form&tag=x", "{}", "null", '{"name":"x"}', "stdin=1&path=/etc"];

/** Requests in all their spellings. */
export function rawRequests(names: Names): fc.Arbitrary<RawRequest> {
  const part = fc.record({
    operation: fc.constantFrom(...operations),
    version: fc.constantFrom(...versions),
    name: fc.nat(),
    spelled: fc.array(fc.tuple(fc.constantFrom(...spellings), fc.nat()), { maxLength: 2 }),
    parameters: fc.array(fc.tuple(fc.nat(), fc.constantFrom(...parameterSpellings)), { maxLength: 3 }),
    plain: fc.boolean(),
    method: fc.constantFrom(...Array.from({ length: 12 }, () => undefined), "GET", "HEAD", "POST", "get", "OPTIONS"),
    type: fc.constantFrom(...types),
    body: fc.constantFrom(...Array.from({ length: 6 }, () => undefined), ...bodies),
    chunked: fc.boolean(),
  });
  return part.map(({ operation, version, name, spelled, parameters, plain, method, type, body, chunked }) => {
    const { kind, query = [] } = operation;
    const called = kind === undefined ? "" : names[kind][name % names[kind].length];
    const path = `${version}${operation.path[0]}${called}${operation.path[1]}`;
    const said = parameters.flatMap(([at, spell]) => {
      const parameter = query[at % Math.max(query.length, 1)];
      return parameter === undefined ? [] : [plain ? parameter : spell(parameter)];
    });
    const mark = path.includes("?") ? "&" : "?";
    const target = plain ? path : spelled.reduce((before, [spell, at]) => spell(before, at), path);
    const request = {
      method: method ?? operation.method,
      target: (said.length === 0 ? target : `${target}${mark}${said.join("&")}`).replaceAll(" ", "+"),
      headers: type.map((each) => ["Content-Type", each] as const),
    };
    return body === undefined ? request : Object.assign(request, { body, chunked });
  });
}

function replaceAt(path: string, at: number, by: (letter: string) => string): string {
  const index = at % path.length;
  return path.slice(0, index) + by(path.charAt(index)) + path.slice(index + 1);
}

function replaceSlash(path: string, at: number, by: string): string {
  const slashes = [...path.matchAll(/\//g)].map(({ index }) => index);
  const index = slashes[at % Math.max(slashes.length, 1)];
  return index === undefined ? path : path.slice(0, index) + by + path.slice(index + 1);
}

function hex(letter: string): string {
  return letter.charCodeAt(0).toString(16).padStart(2, "0");
}
