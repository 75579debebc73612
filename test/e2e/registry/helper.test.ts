import { dirname } from "node:path";
import { expect, it } from "vitest";
import { onRegistry } from "../../support/on-registry.ts";
import { eachDocker } from "../../support/on-stage.ts";
import { node } from "../../support/node.ts";
import { run } from "../../support/run.ts";
import { entry } from "../../support/verifier.ts";
import { allowed, failed } from "../../support/verdicts.ts";

onRegistry("docker asks docker-id for a registry's credentials", {}, (stage) => {
  eachDocker((cli) => {
    it("and pushes and pulls under the engine's default id, with no login, there alone", async () => {
      const { registry, open, engine, env, id } = stage();
      const path = [dirname(entry), dirname(node), process.env["PATH"] ?? ""].join(":");
      const docker = (...args: string[]) => run(cli.path, args, { env: { ...env, PATH: path } });
      const image = `${registry.host}/helped/by-${cli.major}:v1`;
      await engine.importImage(image);
      failed(await docker("push", image), 1, /denied|unauthorized/);
      expect(allowed(await id(["registry", "use", registry.host], { env: { PATH: path } }))).toContain("registry");
      allowed(await docker("push", image));
      allowed(await docker("rmi", image));
      allowed(await docker("pull", image));
      const said = allowed(await id(["log", "--registry"]));
      expect(said).toMatch(new RegExp(`registry\\.token.*helped/by-${cli.major}.*link`));

      // Another registry is given nothing
      const elsewhere = image.replace(registry.host, open.host);
      allowed(await docker("tag", image, elsewhere));
      allowed(await docker("push", elsewhere));
      const helper = `${dirname(entry)}/docker-credential-docker-id`;
      const ask = (host: string) => run(helper, ["get"], { env: { ...env, PATH: path }, input: host });
      expect(allowed(await ask(registry.host))).toContain("dkid_");
      expect(await ask(open.host)).toMatchObject({ status: 1, stdout: "credentials not found in native keychain\n" });

      allowed(await id(["registry", "use", registry.host, "--remove"], { env: { PATH: path } }));
      failed(await docker("push", image), 1, /denied|unauthorized/);
    });
  });
});
