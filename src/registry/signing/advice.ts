/** Where a pair lies that was made just now, and what goes with it. */
export interface MadePair {
  readonly key: string;
  readonly certificate: string;
  readonly expires: Date;
}

/** Where the next pair of two lies, and the one before it. */
export interface NextPair extends MadePair {
  readonly bundle: string;
  readonly before: { readonly key: string; readonly certificate: string };
}

/** A sentence for a person, and lines below it to be copied. */
export interface Advice {
  readonly sentence: string;
  readonly lines: readonly string[];
}

/** What to put where after a first pair was made, so that a registry trusts what the verifier signs. */
export function adviseOnPair({ key, certificate, expires }: MadePair): Advice[] {
  return [
    {
      sentence: `the key is for the verifier alone, the certificate for the registry too; it expires on ${toDay(expires)}`,
      lines: [],
    },
    {
      sentence: "in the registry's config.yml, which it reads when it starts:",
      lines: [
        "auth:",
        "  token:",
        "    realm: http://127.0.0.1:5101/auth # docker-id's registry door, as docker reaches it",
        "    service: registry # one of registry.services in docker-id's configuration",
        "    issuer: docker-id # registry.issuer there",
        `    rootcertbundle: ${toYaml(certificate)}`,
      ],
    },
    {
      sentence: "in the configuration of docker-id serve:",
      lines: [
        "registry:",
        "  issuer: docker-id",
        "  token:",
        `    certificate: ${toYaml(certificate)}`,
        `    key: ${toYaml(key)}`,
      ],
    },
  ];
}

/** The steps by which the next pair follows the one in use, with no moment at which a registry refuses either. */
export function adviseOnNext(next: NextPair, quote: (word: string) => string): Advice[] {
  const { key, certificate, bundle, before, expires } = next;
  return [
    {
      sentence: `first, in the registry's config.yml, then start it again, so that it trusts both pairs; the next expires on ${toDay(expires)}:`,
      lines: ["auth:", "  token:", `    rootcertbundle: ${toYaml(bundle)}`],
    },
    {
      sentence: "then put the next pair in the other's place; a verifier that runs sees it and needs no restart:",
      lines: [`mv -- ${quote(key)} ${quote(before.key)}`, `mv -- ${quote(certificate)} ${quote(before.certificate)}`],
    },
    {
      sentence:
        "last, a minute after the last token of the old pair is over, let the registry trust the new one alone, and start it again:",
      lines: [
        "auth:",
        "  token:",
        `    rootcertbundle: ${toYaml(before.certificate)}`,
        `# and then: rm -- ${quote(bundle)}`,
      ],
    },
  ];
}

function toDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** JSON's strings are YAML's too. */
function toYaml(text: string): string {
  return JSON.stringify(text);
}
