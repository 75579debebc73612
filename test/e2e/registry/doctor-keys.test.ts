import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { openssl, type Pair } from "../../support/certificates.ts";
import { onRegistry } from "../../support/on-registry.ts";
import { makeSigningKeys } from "../../support/signing-keys.ts";
import { certifyBetween } from "../../support/signing.ts";
import { makeDoctor } from "./doctor-desk.ts";

onRegistry("registry doctor looks at keys", { withoutEngine: true }, (stage) => {
  const doctor = makeDoctor(stage);
  let other: Pair;
  beforeAll(() => {
    mkdirSync(stage().workspace.path("other"));
    other = makeSigningKeys(stage().workspace.path("other"));
  });

  it("a bundle with another certificate: token signed by untrusted key", async () => {
    const registry = await doctor.start({ bundle: other.certificate });
    const { bad, of } = await doctor.examine(registry.configFile);
    expect(bad).toEqual(["bundle", "token"]);
    expect(of("bundle")?.said).toMatch(/does not hold the signing certificate .*the registry does not know the key$/);
    expect(of("bundle")?.advice).toMatch(/^add .*token\.crt to it, and restart the registry$/);
    expect(registry.log()).toMatch(/untrusted|unknown authority|verify/i);
  });

  it("a bundle that was replaced while the registry ran", async () => {
    const bundle = stage().workspace.path("bundle.pem");
    copyFileSync(other.certificate, bundle);
    const registry = await doctor.start({ bundle });
    copyFileSync(stage().keys.certificate, bundle);
    const before = await doctor.examine(registry.configFile);
    expect(before.bad).toEqual(["token"]);
    expect(before.of("token")).toMatchObject({
      said: expect.stringMatching(/it runs with others/),
      advice: expect.stringMatching(/^restart the registry/),
    });
    await registry.stop();
    await registry.start();
    expect((await doctor.examine(registry.configFile)).well).toBe(true);
  });

  it("a bundle with both certificates, in whatever order", async () => {
    const bundle = stage().workspace.path("both.pem");
    writeFileSync(bundle, readFileSync(other.certificate, "utf8") + readFileSync(stage().keys.certificate, "utf8"));
    expect((await doctor.examine((await doctor.start({ bundle })).configFile)).well).toBe(true);
  });

  it("a bundle with a public key, with which the registry does not start", async () => {
    const bundle = stage().workspace.path("public.pem");
    openssl("x509", "-in", stage().keys.certificate, "-noout", "-pubkey", "-out", bundle);
    await expect(doctor.start({ bundle })).rejects.toThrow(/docker-registry ended/);
    const { bad, of } = await doctor.examine(stage().registry.configFile, { flags: ["--bundle", bundle] });
    expect(bad).toEqual(["bundle"]);
    expect(of("bundle")?.said).toMatch(/public\.pem holds a public key in place of a certificate/);
  });

  it("a bundle that is not there", async () => {
    const { of } = await doctor.examine(stage().registry.configFile, { flags: ["--bundle", "/nowhere.pem"] });
    expect(of("bundle")).toMatchObject({ verdict: "bad", said: expect.stringMatching(/is not there$/) });
  });

  it("a bundle with a certificate at which the registry crashes", async () => {
    const [key, bundle] = [stage().workspace.path("ed.key"), stage().workspace.path("ed.pem")];
    openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", key, "-out", bundle, "-subj", "/CN=ed");
    await expect(doctor.start({ bundle })).rejects.toThrow(/docker-registry ended/);
    const { of } = await doctor.examine(stage().registry.configFile, { flags: ["--bundle", bundle] });
    expect(of("bundle")?.said).toMatch(/Edwards curve, at which registries up to 2\.8 crash/);
  });

  it("a key that is not the certificate's", async () => {
    const config = doctor.settingsWith({ certificate: other.certificate });
    const { bad, of } = await doctor.examine(stage().registry.configFile, { config });
    expect(bad).toEqual(["signing pair"]);
    expect(of("signing pair")?.said).toMatch(/is not the key of/);
    expect(of("token")).toBeUndefined();
  });

  it("a certificate that stands behind another", async () => {
    const certificate = stage().workspace.path("behind.pem");
    writeFileSync(
      certificate,
      readFileSync(other.certificate, "utf8") + readFileSync(stage().keys.certificate, "utf8"),
    );
    const { of } = await doctor.examine(stage().registry.configFile, { config: doctor.settingsWith({ certificate }) });
    expect(of("signing pair")?.said).toMatch(/is not the key of the first in/);
    expect(of("signing pair")?.advice).toMatch(/put the certificate of this key first/);
  });

  it("a certificate that has expired", async () => {
    const pair = { ...stage().keys, certificate: stage().workspace.path("expired.pem") };
    await certifyBetween(pair, new Date("2020-01-01T00:00:00Z"), new Date("2021-01-01T00:00:00Z"));
    const registry = await doctor.start({ bundle: pair.certificate });
    const { bad, of } = await doctor.examine(registry.configFile, {
      config: doctor.settingsWith({ certificate: pair.certificate }),
    });
    expect(bad).toContain("signing pair");
    expect(of("signing pair")?.said).toMatch(/expired at 2021-01-01T00:00:00\.000Z/);
    expect(of("token")?.verdict).toBe("bad");
  });

  it("a key that is not there", async () => {
    const { of } = await doctor.examine(stage().registry.configFile, {
      config: doctor.settingsWith({ key: "/nowhere.key" }),
    });
    expect(of("signing pair")?.said).toBe("the signing key /nowhere.key is not there");
  });

  it("a name of the key that this registry does not know", async () => {
    const config = doctor.settingsWith({ x5c: false, kid: "rfc7638" });
    const { bad, of } = await doctor.examine(stage().registry.configFile, { config });
    expect(bad).toEqual(["token"]);
    expect(of("key's name")).toMatchObject({ verdict: "note", said: expect.stringMatching(/RFC 7638/) });
    expect(of("token")).toMatchObject({
      said: expect.stringMatching(/once it carries the certificate \(x5c\)$/),
      advice: "set registry.token.x5c: true",
    });
  });

  it("a name of the key that it knows", async () => {
    const { of } = await doctor.examine(stage().registry.configFile, { config: doctor.settingsWith({ x5c: false }) });
    expect([of("key's name")?.verdict, of("token")?.verdict]).toEqual(["note", "good"]);
  });
});
