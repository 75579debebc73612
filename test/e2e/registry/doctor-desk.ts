import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { type Registry, type RegistryOptions, startRegistry } from "../../support/registry.ts";
import type { RegistryStage } from "../../support/registry-stage.ts";

export interface Finding {
  readonly about: string;
  readonly verdict: "good" | "note" | "bad";
  readonly said: string;
  readonly advice?: string;
}

/** What of a registry's configuration a test changes. */
interface Config {
  http: { addr: string };
  auth: { token: { realm: string } };
}

export interface Examining {
  /** docker-id's settings; the stage's own unless given. */
  readonly config?: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Registries that fit the stage's token server or do not, and `docker-id registry doctor` to look at them. */
export function makeDoctor(stage: () => RegistryStage) {
  let count = 0;
  return {
    /** Starts a registry with something else than what fits. */
    async start(changed: Partial<NonNullable<RegistryOptions["auth"]>>, events?: RegistryOptions["events"]) {
      const { workspace, door, keys } = stage();
      const fitting = { realm: `${door}/auth`, service: "registry", issuer: "docker-id", bundle: keys.certificate };
      const auth = { ...fitting, ...changed };
      return await startRegistry(workspace, { name: `registry-${(count += 1)}`, auth, ...(events && { events }) });
    },

    /** docker-id's settings with something else in `registry.token`, in a file beside the real one. */
    settingsWith(token: object): string {
      const file = stage().configFile.replace(/[^/]+$/, `changed-${(count += 1)}.yml`);
      const { registry } = JSON.parse(readFileSync(stage().configFile, "utf8")) as { registry: { token: object } };
      writeFileSync(file, JSON.stringify({ registry: { ...registry, token: { ...registry.token, ...token } } }));
      return file;
    },

    /** A copy of a registry's configuration that it does not run with. */
    changeConfig(registry: Registry, change: (config: Config) => void): string {
      const file = stage().workspace.path(`changed-${(count += 1)}.yml`);
      const config = JSON.parse(readFileSync(registry.configFile, "utf8")) as Config;
      change(config);
      writeFileSync(file, JSON.stringify(config));
      return file;
    },

    /** What is found: which of it is bad, and each by what it is about. */
    async examine(theirs: string, { config = stage().configFile, flags = [], env = {} }: Examining = {}) {
      const args = ["registry", "doctor", "--json", "--registry-config", theirs, "--config", config, ...flags];
      const outcome = await stage().id(args, { env });
      expect(outcome.stderr).not.toMatch(/ {4}at /);
      const { well, findings } = JSON.parse(outcome.stdout) as { well: boolean; findings: readonly Finding[] };
      expect(findings, outcome.stdout).toBeDefined();
      expect(outcome.status).toBe(well ? 0 : 1);
      for (const { verdict, advice } of findings) if (verdict === "bad") expect(advice).toMatch(/\w/);
      const of = (about: string) => findings.find((finding) => finding.about === about);
      const bad = findings.filter(({ verdict }) => verdict === "bad").map(({ about }) => about);
      return { well, bad, of, findings };
    },
  };
}
