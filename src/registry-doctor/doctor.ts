import { examine, type Finding, note } from "../doctor/finding.ts";
import type { RegistrySettings } from "../registry/settings-types.ts";
import type { SigningPair } from "../registry/signing/pair.ts";
import { examineAuth, examineNames, findService } from "./examine-auth.ts";
import { examineEvents } from "./examine-events.ts";
import { examinePair, examineTrust, readOurPair } from "./examine-keys.ts";
import { examineRealm } from "./examine-realm.ts";
import { examineClocks, examineRegistry } from "./examine-registry.ts";
import type { Surroundings } from "./surroundings.ts";
import { tryToken } from "./try-token.ts";

/**
 * Whether a registry and the token server that it trusts fit together: their settings, files and addresses, and a token
 * that is signed for nothing and tried. Without docker-id's settings only what the registry's own say.
 */
export async function examineAll(
  settings: RegistrySettings | undefined,
  around: Surroundings,
): Promise<readonly Finding[]> {
  const { auth } = around.config;
  const configuration = examineAuth(auth);
  if (auth.kind !== "token") return configuration;
  const service = settings === undefined ? undefined : findService(auth, settings);
  const names =
    settings === undefined
      ? [
          note(
            "docker-id",
            "without its settings no names and keys can be compared",
            "--config FILE, as docker-id serve has it",
          ),
        ]
      : examineNames(auth, settings, service);
  const pairing = service === undefined ? undefined : { auth, service };

  let pair: SigningPair | undefined;
  const keys = await examine("signing pair", async () => {
    if (service === undefined) return [];
    pair = await readOurPair(service.signing, around);
    return examinePair(pair, around.clock());
  });
  const usable = pair;
  const trust =
    usable === undefined || pairing === undefined
      ? []
      : await examine("bundle", () => examineTrust(usable, pairing, around));
  const known = {
    realm: auth.realm ?? "",
    service: service?.name ?? auth.service ?? "",
    listen: settings?.listen ?? [],
    ...(service === undefined || around.idFor === undefined ? {} : { id: around.idFor(service.name) }),
    ...(service === undefined ? {} : { issuer: service.signing.issuer }),
  };
  const realm = await examineRealm(known, usable, around);
  const registry = await examineRegistry(auth, around);
  const events =
    settings === undefined ? [] : await examine("notifications", () => examineEvents(auth.realm, settings, around));
  const before = [...configuration, ...names, ...keys, ...trust];
  const token = await examine("token", async () => {
    const { found } = registry;
    if (usable === undefined || pairing === undefined || found === undefined) return [];
    if (found.challenge?.scheme !== "bearer") return [];
    const told = before.some(({ verdict }) => verdict === "bad");
    return [await tryToken(pairing, usable, found, told, around)];
  });
  return [
    ...before,
    ...realm.findings,
    ...registry.findings,
    ...examineClocks(registry.found?.answer, realm.answer),
    ...events,
    ...token,
  ];
}
