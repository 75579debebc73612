import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readYaml } from "../../src/registry/read-yaml.ts";
import { readRegistryConfig } from "../../src/registry/registry-config.ts";
import { readRegistryFile } from "../../src/registry/settings.ts";
import { readSettings } from "../../src/server/settings.ts";

describe("a file that holds secrets", () => {
  const warned: Error[] = [];
  const hear = (warning: Error): void => {
    warned.push(warning);
  };
  beforeEach(() => {
    warned.length = 0;
    process.on("warning", hear);
  });
  afterEach(() => {
    process.off("warning", hear);
  });

  // What the reader does not know it would warn of, with the line that it stands in
  const odd = ["registry:", "  issuer: !vault hunter2-hunter2", "? {token: hunter2-hunter2}", ": 1"].join("\n");
  it.each<[string, () => unknown]>([
    ["by itself", () => readYaml(odd)],
    ["as the registry's settings", () => readRegistryFile("docker-id.yml", odd, (same) => same)],
    ["as the verifier's", () => readSettings({}, { path: "docker-id.yml", text: odd }, "/")],
    ["as a registry's own", () => readRegistryConfig("config.yml", `version: 0.1\n${odd}`, {})],
    ["in a registry's environment", () => readRegistryConfig("config.yml", "version: 0.1", { REGISTRY_AUTH: odd })],
  ])("is quoted by no warning, read %s", async (_, read) => {
    let said = "";
    try {
      read();
    } catch (error) {
      said = (error as Error).message;
    }
    await turn();
    expect(warned).toEqual([]);
    expect(said).not.toContain("hunter2");
  });

  it("is quoted by no failure either, down to its cause", () => {
    const broken = "version: 0.1\nhttp: {secret: hunter2-hunter2";
    const read = () => readRegistryConfig("config.yml", broken, {});
    expect(read).toThrow("config.yml is not readable as YAML");
    try {
      read();
    } catch (error) {
      expect(error).not.toHaveProperty("cause", expect.anything());
    }
  });
});
