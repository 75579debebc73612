import type { X509Certificate } from "node:crypto";
import { bad, type Finding, good, note } from "../doctor/finding.ts";
import { readCertificates } from "../registry/signing/certificates.ts";
import { keyIdOf } from "../registry/signing/key-id.ts";
import { readPair, type SigningPair } from "../registry/signing/pair.ts";
import { describeUnfit } from "../registry/signing/sign-token.ts";
import type { SigningSettings } from "../registry/settings-types.ts";
import { type Pairing, quote, type Surroundings } from "./surroundings.ts";

const soonMs = 14 * 24 * 60 * 60 * 1000;

/** Reads the pair that docker-id signs with; rejects with Failure where it is none. */
export async function readOurPair(signing: SigningSettings, { read }: Surroundings): Promise<SigningPair> {
  const { certificate, key, x5c, kid } = signing;
  return await readPair(
    {
      certificate: await read(certificate, `the signing certificate ${certificate}`),
      key: await read(key, `the signing key ${key}`),
      certificateName: certificate,
      keyName: key,
    },
    { x5c, kid },
  );
}

/** Whether tokens can be signed with it now. */
export function examinePair(pair: SigningPair, now: Date): readonly Finding[] {
  const about = "signing pair";
  const unfit = describeUnfit(pair, now);
  const renew =
    "make another with docker-id registry keys, and let the registry's bundle hold both certificates meanwhile";
  if (unfit !== undefined) return [bad(about, unfit, renew)];
  const until = `${pair.algorithm.name}, until ${pair.validTo.toISOString()}`;
  if (pair.validTo.getTime() - now.getTime() < soonMs) return [note(about, `${until}: that is soon`, renew)];
  return [good(about, until)];
}

/** Whether the registry's bundle, or its key set, lets it know that pair. */
export async function examineTrust(pair: SigningPair, { auth, service }: Pairing, around: Surroundings) {
  const findings: Finding[] = [];
  const { bundle, jwks } = auth;
  if (bundle !== undefined) findings.push(await examineBundle(pair, around.bundle ?? bundle, service.signing, around));
  if (jwks !== undefined && bundle === undefined)
    findings.push(await examineKeySet(pair, around.bundle ?? jwks, around));
  return [...findings, examineForm(pair, { auth, service })];
}

async function examineBundle(
  { publicKey, header }: SigningPair,
  path: string,
  { certificate }: SigningSettings,
  { read }: Surroundings,
): Promise<Finding> {
  const about = "bundle";
  const what = `the registry's bundle ${path}`;
  const held = readCertificates(await read(path, what), what);
  const edwards = held.some(({ publicKey: key }) => key.asymmetricKeyType?.startsWith("ed") === true);
  if (edwards) {
    return bad(
      about,
      `${what} holds a certificate of an Edwards curve, at which registries up to 2.8 crash`,
      "take it out",
    );
  }
  const [ours] = readCertificates(await read(certificate, "the signing certificate"), "the signing certificate");
  const same = held.some(({ raw }) => raw.equals(ours.raw));
  const issued = held.some((each) => ours.checkIssued(each) && ours.verify(each.publicKey));
  if (same || issued) return good(about, same ? "it holds the signing certificate" : "it holds its authority");
  const sameKey = held.some((each) => each.publicKey.equals(publicKey));
  const advice = `add ${certificate} to it, and restart the registry`;
  if (sameKey && header.x5c === undefined) return good(about, "it holds another certificate of the signing key");
  if (sameKey)
    return note(about, "it holds another certificate of the signing key than the one that is in use", advice);
  const prints = held.map((each) => each.fingerprint256.slice(0, 17)).join(" and ");
  const said = `${what} does not hold the signing certificate (${printOf(ours)}…), but ${prints}…`;
  return bad(about, `${said}: the registry does not know the key`, advice);
}

function printOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.slice(0, 17);
}

async function examineKeySet(
  { publicKey, header }: SigningPair,
  path: string,
  { read }: Surroundings,
): Promise<Finding> {
  const about = "key set";
  const what = `the registry's key set ${path}`;
  const { keys } = readJson(await read(path, what)) as { keys?: unknown };
  if (!Array.isArray(keys))
    return bad(about, `${what} is no JSON Web Key Set`, 'write {"keys": […]} of public keys there');
  const print = await keyIdOf(publicKey, "rfc7638");
  const { x, y, n } = publicKey.export({ format: "jwk" });
  const same = (keys as unknown[]).filter((each): each is { kid?: unknown } => {
    const { x: theirX, y: theirY, n: theirN } = Object(each) as Record<string, unknown>;
    return x === theirX && y === theirY && n === theirN;
  });
  if (same.length === 0)
    return bad(
      about,
      `${what} does not hold the signing key (${print})`,
      "add its public key, and restart the registry",
    );
  if (same.some(({ kid }) => kid === header.kid)) return good(about, "it holds the signing key");
  const said = `${what} holds the signing key under the name ${quote(String(same[0]?.kid))}, and tokens name it ${quote(header.kid)}`;
  return bad(about, said, "set registry.token.kid: {text: …} to the name that it has there");
}

/** How tokens name their key, and which registries read that. */
function examineForm({ header }: SigningPair, { auth, service }: Pairing): Finding {
  const about = "key's name";
  const { kid } = service.signing;
  const x5c = header.x5c !== undefined;
  if (auth.bundle === undefined) {
    return x5c
      ? bad(
          about,
          "tokens carry the certificate (x5c), which registries refuse that have a key set alone",
          "set registry.token.x5c: false",
        )
      : good(about, "tokens name the key alone, as registries with a key set want it");
  }
  if (x5c) return good(about, "tokens carry the certificate (x5c), which registries of every version read");
  const advice = "set registry.token.x5c: true, which registries of every version read";
  if (kid === "libtrust")
    return note(about, "tokens name the key as registries up to 2.8 do (libtrust), and later ones do not", advice);
  if (kid === "rfc7638")
    return note(about, "tokens name the key as registries from 3.0 on do (RFC 7638), and earlier ones do not", advice);
  return note(
    about,
    `tokens name the key ${quote(kid.text)}, which no registry with a bundle makes of its certificates`,
    advice,
  );
}

function readJson(text: string): object {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}
