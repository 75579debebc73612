import { bad, type Finding, good } from "../doctor/finding.ts";
import type { SigningPair } from "../registry/signing/pair.ts";
import { signToken } from "../registry/signing/sign-token.ts";
import type { SigningSettings } from "../registry/settings-types.ts";
import { type Answer, ask, type Silence } from "./ask.ts";
import type { FoundRegistry } from "./ask-registry.ts";
import { readOurPair } from "./examine-keys.ts";
import { type Pairing, quote, type Surroundings } from "./surroundings.ts";

const about = "token";
const second = 1000;

/** One token, and how it differs from docker-id's own. */
interface Variant {
  readonly issuer: string;
  readonly service: string;
  readonly form: Pick<SigningSettings, "x5c" | "kid">;
  readonly now: Date;
}

/** A change that would make a registry take a token, as a sentence goes on, and how to have it. */
interface Cure {
  readonly change: Partial<Variant>;
  readonly once: string;
  readonly advice: string;
}

/**
 * Signs a token that grants nothing and shows it to the registry. Where it is refused, tries what else the registry
 * might want, one change at a time: registries do not say why they refuse. `told` is whether a reason is known already.
 */
export async function tryToken(
  pairing: Pairing,
  pair: SigningPair,
  registry: FoundRegistry,
  told: boolean,
  around: Surroundings,
): Promise<Finding> {
  const { auth, service } = pairing;
  const { x5c, kid, issuer } = service.signing;
  const own: Variant = { issuer, service: service.name, form: { x5c, kid }, now: around.clock() };
  const answer = await show(own, pairing, pair, registry, around);
  if ("silence" in answer) return bad(about, `the registry ${answer.said} once it is shown a token`, undefined);
  if (answer.status === 200) return good(about, "the registry takes docker-id's token");
  for (const { change, once, advice } of curesOf(own, auth, registry)) {
    const changed = await show({ ...own, ...change }, pairing, pair, registry, around);
    if (!("silence" in changed) && changed.status === 200) {
      return bad(about, `the registry refuses docker-id's token, and takes it once ${once}`, advice);
    }
  }
  const said = `the registry refuses docker-id's token (${answer.status})`;
  if (told) return bad(about, `${said}, for what is said above`, "mend that first, and restart the registry");
  const advice = "restart the registry, which reads its certificates only when it starts; its log says why it refuses";
  return bad(about, `${said}, though its files fit: it runs with others`, advice);
}

function curesOf(own: Variant, auth: Pairing["auth"], { challenge, answer }: FoundRegistry): readonly Cure[] {
  const { x5c, kid } = own.form;
  const issuer = auth.issuer ?? own.issuer;
  const wanted = challenge?.service ?? auth.service ?? own.service;
  const names: Cure[] = [
    {
      change: { issuer },
      once: `its issuer is ${quote(issuer)}`,
      advice: `set registry.issuer to ${quote(issuer)}, or auth.token.issuer to ${quote(own.issuer)}`,
    },
    {
      change: { service: wanted },
      once: `it is for ${quote(wanted)}`,
      advice: `name the service ${quote(wanted)} in registry.services`,
    },
    {
      change: { issuer, service: wanted },
      once: `its issuer is ${quote(issuer)} and it is for ${quote(wanted)}`,
      advice: "use the same names on both sides",
    },
  ].filter(({ change }) =>
    Object.entries(change).every(([name, value]) => own[name as "issuer" | "service"] !== value),
  );
  const forms: Cure[] = [
    {
      change: { form: { x5c: true, kid } },
      once: "it carries the certificate (x5c)",
      advice: "set registry.token.x5c: true",
    },
    {
      change: { form: { x5c: false, kid: "libtrust" } },
      once: "it names the key as libtrust does, without x5c",
      advice: "set registry.token: {x5c: false, kid: libtrust}",
    },
    {
      change: { form: { x5c: false, kid: "rfc7638" } },
      once: "it names the key as RFC 7638 does, without x5c",
      advice: "set registry.token: {x5c: false, kid: rfc7638}",
    },
  ].filter(({ change: { form } }) => form.x5c !== x5c || form.kid !== kid) as Cure[];
  const date = Date.parse(answer.headers.date ?? "");
  const late = {
    change: { now: new Date(date + second) },
    once: "it is of the registry's own time",
    advice: "have both clocks set by NTP",
  };
  return [...names, ...forms, ...(Number.isNaN(date) ? [] : [late])];
}

async function show(
  { issuer, service, form, now }: Variant,
  pairing: Pairing,
  pair: SigningPair,
  { base }: FoundRegistry,
  around: Surroundings,
): Promise<Answer | Silence> {
  const { signing } = pairing.service;
  const same = form.x5c === signing.x5c && form.kid === signing.kid;
  const signed = await signToken(
    same ? pair : await readOurPair({ ...signing, ...form }, around),
    {
      issuer,
      service,
      subject: "docker-id",
      access: [],
      jti: Buffer.from(around.random(16)).toString("base64url"),
      lifeSeconds: 60,
    },
    now,
  );
  const headers = { authorization: `Bearer ${signed.token}` };
  return await ask({ url: new URL("v2/", base), headers, ca: around.ca }, around.clock);
}
