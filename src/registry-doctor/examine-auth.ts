import { bad, type Finding, good } from "../doctor/finding.ts";
import type { RegistryAuth, TokenAuth } from "../registry/registry-config.ts";
import type { RegistrySettings, ServiceSettings } from "../registry/settings-types.ts";
import { quote } from "./surroundings.ts";

/** Whether a registry asks for tokens at all, and says all that it needs for that. */
export function examineAuth(auth: RegistryAuth): readonly Finding[] {
  const about = "configuration";
  const advice = "set auth.token: {realm, service, issuer, rootcertbundle} there";
  if (auth.kind === "none")
    return [bad(about, "the registry asks nobody for a token: whoever reaches it may do everything", advice)];
  if (auth.kind === "other") {
    return [bad(about, `the registry goes by auth.${auth.names.join(" and auth.")}, and not by tokens alone`, advice)];
  }
  const missing = (["realm", "service", "issuer"] as const).filter((name) => auth[name] === undefined);
  const lacking = [...missing, ...(auth.bundle === undefined && auth.jwks === undefined ? ["rootcertbundle"] : [])];
  if (lacking.length === 0) return [good(about, "the registry asks for tokens")];
  return [bad(about, `auth.token lacks ${lacking.join(", ")}, and the registry does not start without`, advice)];
}

/** The service of ours that a registry's tokens are for; where there is none of that name, the only one there is. */
export function findService(auth: TokenAuth, settings: RegistrySettings): ServiceSettings | undefined {
  const { services, anyService } = settings;
  const named = services.find(({ name }) => name === auth.service);
  if (named !== undefined || auth.service === undefined) return named;
  return anyService?.(auth.service) ?? (services.length === 1 ? services[0] : undefined);
}

/** Whether both sides call the registry and the token server by the same names. */
export function examineNames(
  auth: TokenAuth,
  settings: RegistrySettings,
  service: ServiceSettings | undefined,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (service?.name !== auth.service) {
    const known = settings.services.map(({ name }) => quote(name)).join(", ");
    const said = `the registry wants tokens for ${quote(auth.service)}, and docker-id makes some for ${known} alone`;
    const advice = `set auth.token.service to one of them, or add the registry's to registry.services`;
    findings.push(bad("service", said, advice));
  } else findings.push(good("service", `${quote(auth.service)} on both sides`));
  if (service === undefined) return findings;
  const { issuer } = service.signing;
  if (issuer === auth.issuer) return [...findings, good("issuer", `${quote(issuer)} on both sides`)];
  const said = `the registry trusts tokens of ${quote(auth.issuer)}, and docker-id's are of ${quote(issuer)}`;
  const advice = `set auth.token.issuer to ${quote(issuer)}, or docker-id's registry.issuer to ${quote(auth.issuer)}`;
  return [...findings, bad("issuer", said, advice)];
}
