import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { AuditLine } from "../../../src/protocol/admin.ts";
import { onRegistry } from "../../support/on-registry.ts";
import { writeLayout } from "../../support/oci-layout.ts";
import { asLogin } from "../../support/registry-person.ts";
import { getToken } from "../../support/token-door.ts";
import { until } from "../../support/until.ts";
import { allowed } from "../../support/verdicts.ts";

onRegistry("what a registry tells", { withoutEngine: true, also: ["skopeo"] }, (stage) => {
  const host = () => stage().registry.host;
  const lines = async (): Promise<AuditLine[]> =>
    allowed(await stage().id(["log", "--registry", "--json"]))
      .split("\n")
      .map((line) => JSON.parse(line) as AuditLine);
  const seen = async (repository: string) =>
    (await lines()).filter(
      ({ verdict, touches }) =>
        verdict === "seen" && touches?.some((touch) => touch.includes(`:${repository}:`)) === true,
    );
  const tokenFor = async (id: string, ...scope: string[]) => {
    const { body } = await getToken(stage().door, { login: asLogin(id), scope });
    return { authorization: `Bearer ${body.token ?? ""}` };
  };

  let id: string;
  beforeAll(async () => {
    const layout = await writeLayout(stage().workspace, "image");
    id = await stage().narrow("--scope", "repository:told/*:write", "--for", "a builder");
    const to = `docker://${host()}/told/app:v1`;
    allowed(
      await stage()
        .person("sam")
        .skopeo("copy", [`oci:${layout}:v1`, to], asLogin(id)),
    );
  });

  it("stands beside the token that allowed it: its name, the id's links and names, and where from", async () => {
    const event = await until("it is told of", async () => (await seen("told/app")).find(({ tag }) => tag === "v1"));
    const given = (await lines()).filter(({ action, touches }) => action === "registry.token" && touches !== undefined);
    const token = given.find(({ jti }) => jti === event.jti) ?? given.at(-1);
    expect(token?.touches).toContain("repository:told/app:push");
    expect(event).toMatchObject({
      action: "registry.push",
      address: "127.0.0.1",
      service: "registry",
      links: token?.links,
      names: ["a builder"],
      digest: expect.stringMatching(/^sha256:/),
      request: expect.stringMatching(/./),
      event_time: expect.stringMatching(/Z$/),
    });
    const printed = allowed(await stage().id(["log", "--registry"]));
    expect(printed).toMatch(
      /seen registry registry\.push at registry repository:told\/app:push tag v1 sha256:\w+ by a builder link \S+ from 127\.0\.0\.1/,
    );
  });

  describe("of one token alone", () => {
    it("names that token, and of a mount where the blob was", async () => {
      const content = Buffer.from("a blob");
      const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
      const first = await tokenFor(id, "repository:told/blobs:pull,push");
      const begun = await fetch(`http://${host()}/v2/told/blobs/blobs/uploads/`, { method: "POST", headers: first });
      const upload = new URL(begun.headers.get("location") ?? "");
      upload.searchParams.set("digest", digest);
      const type = { "content-type": "application/octet-stream" };
      expect((await fetch(upload, { method: "PUT", body: content, headers: { ...first, ...type } })).status).toBe(201);
      const headers = await tokenFor(id, "repository:told/mounted:pull,push", "repository:told/blobs:pull");
      const query = new URLSearchParams({ mount: digest, from: "told/blobs" });
      const mount = `http://${host()}/v2/told/mounted/blobs/uploads/?${query.toString()}`;
      expect((await fetch(mount, { method: "POST", headers })).status).toBe(201);
      const [event] = await until("it is told of", async () => {
        const found = await seen("told/mounted");
        return found.length > 0 && found;
      });
      const claims = JSON.parse(
        Buffer.from(headers.authorization.split(".")[1] ?? "", "base64url").toString("utf8"),
      ) as {
        jti: string;
      };
      expect(event).toMatchObject({
        action: "registry.mount",
        touches: ["repository:told/mounted:push", "repository:told/blobs:pull"],
        digest,
        jti: claims.jti,
        names: ["a builder"],
      });
    });

    it("tells of a deleted manifest twice: it, and the tag that it had", async () => {
      const headers = await tokenFor(id, "repository:told/app:pull,delete");
      const accept = "application/vnd.oci.image.manifest.v1+json";
      const manifests = `http://${host()}/v2/told/app/manifests`;
      const found = await fetch(`${manifests}/v1`, { method: "HEAD", headers: { ...headers, accept } });
      const digest = found.headers.get("docker-content-digest") ?? "";
      expect((await fetch(`${manifests}/${digest}`, { method: "DELETE", headers })).status).toBe(202);
      const events = await until("it is told of", async () => {
        const told = (await seen("told/app")).filter(({ action }) => action === "registry.delete");
        return told.length >= 2 && told;
      });
      expect(events.map((event) => [event.digest, event.tag, event.touches, event.names])).toEqual([
        [digest, undefined, ["repository:told/app:delete"], ["a builder"]],
        [undefined, "v1", ["repository:told/app:delete"], ["a builder"]],
      ]);
    });
  });
});
