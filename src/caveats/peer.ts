import { Failure } from "../errors.ts";
import { defineCaveat } from "./define.ts";
import { distinct, splitTyped } from "./list.ts";
import { admitName } from "./name.ts";
import { decode, decodeTyped, encode } from "./spelling.ts";

/** A TLS client, by its certificate's SHA-256 in hex or by the common name that its authority vouches for. */
interface Peer {
  readonly by: "sha256" | "cn";
  readonly value: string;
}

/** `peer`: the TLS clients that may use an id. */
export const peer = defineCaveat<readonly Peer[]>({
  name: "peer",
  summary: "only for these TLS clients",
  values: "`sha256:` and a certificate's digest, `cn:` and its common name",
  example: "cn:build-7",
  resource: false,
  handshake: true,
  parse: (text) => distinct(text.split(",")).map((part) => readPeer(part, decode, (digest) => digest)),
  format: (peers) => peers.map(spell).join(","),
  read(typed) {
    const peers = splitTyped(typed).map((part) => readPeer(part, decodeTyped, plainDigest));
    return [...new Map(peers.map((one) => [spell(one), one])).values()];
  },
  refuses(peers, { circumstances }) {
    const shown = circumstances.peer;
    if (shown === undefined) return "this id is bound to a TLS client's certificate, and the request came with none";
    const digest = plainDigest(shown.sha256);
    if (peers.some(({ by, value }) => value === (by === "cn" ? shown.cn : digest))) return undefined;
    return "this id is bound to another TLS client's certificate";
  },
});

function spell({ by, value }: Peer): string {
  return `${by}:${encode(value)}`;
}

function readPeer(text: string, decodeName: (name: string) => string, decodeDigest: (digest: string) => string): Peer {
  const colon = text.indexOf(":");
  const [by, rest] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
  if (by === "cn") return { by, value: admitName(decodeName(rest)) };
  const digest = decodeDigest(rest);
  if (by === "sha256" && /^[0-9a-f]{64}$/.test(digest)) return { by, value: digest };
  throw new Failure("misuse", "a TLS client is written as sha256: and 64 hex digits, or as cn: and a name");
}

// OpenSSL and Node write a fingerprint as AA:BB:CC
function plainDigest(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}
