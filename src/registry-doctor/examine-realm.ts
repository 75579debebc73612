import { compactVerify, decodeJwt } from "jose";
import { bad, type Finding, good, note } from "../doctor/finding.ts";
import type { SigningPair } from "../registry/signing/pair.ts";
import type { DoorAddress } from "../registry/settings-types.ts";
import { type Answer, ask, type Silence } from "./ask.ts";
import { isLoopback } from "./ask-registry.ts";
import { quote, type Surroundings } from "./surroundings.ts";

const about = "realm";

/** What of the realm is known beforehand; what is of docker-id's settings may not be. */
export interface Realm {
  readonly realm: string;
  readonly service: string;
  readonly issuer?: string;
  readonly listen: readonly DoorAddress[];
  /** An id that is good for nothing at any other service. */
  readonly id?: string;
}

/** Whether what the realm names can be reached, and makes our tokens; and what it answered. */
export async function examineRealm(
  known: Realm,
  pair: SigningPair | undefined,
  around: Surroundings,
): Promise<{ readonly findings: readonly Finding[]; readonly answer?: Answer }> {
  const { realm, service, listen, id } = known;
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return {
      findings: [
        bad(about, `the realm ${quote(realm)} is no http address`, "set auth.token.realm to that of docker-id's /auth"),
      ],
    };
  }
  const findings: Finding[] = [];
  if (url.protocol === "http:" && !isLoopback(url.host)) {
    findings.push(note(about, `clients send ids and passwords to ${url.host} in the clear`, "let the realm be https"));
  }
  const asked = new URL(url);
  asked.searchParams.set("service", service);
  const basic = id === undefined ? {} : { authorization: `Basic ${btoa(`docker-id:${id}`)}` };
  const answer = await ask({ url: asked, headers: basic, ca: around.ca }, around.clock);
  if ("silence" in answer) return { findings: [...findings, tellSilence(realm, answer, listen)] };
  return { findings: [...findings, await tellAnswer(known, answer, pair)], answer };
}

function tellSilence(realm: string, { silence, said }: Silence, listen: Realm["listen"]): Finding {
  const places = listen.map(
    ({ scheme, host, port }) => `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`,
  );
  const at = places.length === 0 ? "" : `; its settings say ${places.join(", ")}`;
  const advice =
    silence === "tls"
      ? "have its certificate signed by an authority that clients trust; --ca FILE says which one is trusted here"
      : `start docker-id serve, or set auth.token.realm to where it listens${at}`;
  return bad(about, `${realm} ${said}`, advice);
}

async function tellAnswer(
  { realm, service, issuer, id }: Realm,
  { status, headers, text }: Answer,
  pair: SigningPair | undefined,
): Promise<Finding> {
  const { token } = readJson(text);
  if (status === 200 && typeof token === "string") return await tellToken(realm, token, pair, issuer);
  if (status === 400) {
    const said = `${realm} makes no tokens for the service ${quote(service)}`;
    return bad(about, said, "it is another token server, or was started with other settings: restart docker-id serve");
  }
  if (status === 404 || status === 405) {
    return bad(about, `${realm} answers ${status}: no tokens are to be had there`, "docker-id makes them at /auth");
  }
  if (status === 401) return tellRefusal(realm, headers, id);
  if (status === 429) return note(about, `${realm} has heard too many wrong passwords, and does not say more now`);
  return bad(about, `${realm} answers ${status}, and not with a token`, "see the log of what listens there");
}

/** Somebody without a name is told little, but by whom. */
function tellRefusal(realm: string, headers: Answer["headers"], id: string | undefined): Finding {
  if (headers["www-authenticate"] !== 'Basic realm="docker-id"') {
    return bad(about, `${realm} is a token server of another kind`, "set auth.token.realm to docker-id's /auth");
  }
  if (id === undefined) return good(about, `${realm} is a docker-id's; with --id it shows which key it signs with`);
  return bad(about, `${realm} is a docker-id's, and does not take that id`, "docker-id explain says what it is worth");
}

/** Its token shows whose key it has. */
async function tellToken(
  realm: string,
  token: string,
  pair: SigningPair | undefined,
  issuer: string | undefined,
): Promise<Finding> {
  if (pair === undefined) return note(about, `${realm} makes tokens, and it cannot be told with which key`);
  try {
    await compactVerify(token, pair.publicKey);
    const { iss } = decodeJwt(token);
    if (issuer === undefined || iss === issuer) return good(about, `${realm} makes tokens with the signing key`);
    return bad(
      about,
      `${realm} makes tokens of ${quote(iss)}, and the settings say ${quote(issuer)}`,
      "restart docker-id serve",
    );
  } catch {
    const advice =
      "set auth.token.realm to docker-id's /auth, or restart docker-id serve, which has other settings than these";
    return bad(about, `${realm} makes tokens with another key than the one in docker-id's settings`, advice);
  }
}

function readJson(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
