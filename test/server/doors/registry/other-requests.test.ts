import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { link, narrow, root } from "../../room.ts";
import { errorsOf, openStand, passwords, type Stand } from "./stand.ts";

let stand: Stand;
afterEach(async () => {
  await stand.close();
});

const base = { service: "registry", scope: "repository:alice/app:pull" } as const;
const good = { as: `alice:${passwords.alice}` } as const;
const eventsType = "application/vnd.docker.distribution.events.v1+json";

/** A door that takes notifications, with the secret in a file. */
async function openWithEvents(): Promise<void> {
  stand = await openStand();
  const secretFile = path.join(stand.folder, "notify.secret");
  writeFileSync(secretFile, "notify-secret\n", { mode: 0o600 });
  await stand.reopen({ events: { secretFile, bodyBytes: 4096 } });
}

const tell = (event: object, authorization = "Bearer notify-secret") =>
  stand.ask("POST", "/events", {
    headers: { authorization, "content-type": eventsType },
    body: JSON.stringify({ events: [event] }),
  });

describe("the registry's door, beside tokens", () => {
  it("answers pings", async () => {
    stand = await openStand();
    expect(await stand.ask("GET", "/server-ping")).toMatchObject({
      status: 200,
      json: { message: expect.any(String) as string },
    });
  });

  it("writes notifications down beside the tokens that allowed them", async () => {
    await openWithEvents();
    const id = narrow(root, `link=${link("ci")}`, "for=ci");
    const { claims } = await stand.get(base, { as: `docker-id:${id}` });
    const event = {
      id: "1",
      action: "pull",
      timestamp: stand.room.now().toISOString(),
      target: { repository: "alice/app", digest: `sha256:${"a".repeat(64)}` },
      actor: { name: claims.sub },
    };
    expect((await tell(event)).status).toBe(200);
    const line = (await stand.room.lines()).at(-1);
    expect(line).toMatchObject({ links: [link("ci")], names: ["ci"], jti: claims.jti });
  });

  it("takes no notification without the secret, and counts who brings none", async () => {
    await openWithEvents();
    for (const authorization of ["Bearer wrong", "", `Bearer ${passwords.alice}`]) {
      const told = await tell({ action: "push" }, authorization);
      expect(told.status).toBe(401);
      expect(errorsOf(told)).toEqual(["UNAUTHORIZED"]);
    }
    expect((await stand.room.lines()).at(-1)).toMatchObject({
      door: "registry",
      verdict: "refused",
      service: "events",
    });
  });

  it("knows no notifications where none are configured, and does not open where their secret is missing", async () => {
    stand = await openStand();
    expect((await tell({ action: "push" })).status).toBe(404);
    const events = { secretFile: path.join(stand.folder, "missing"), bodyBytes: 4096 };
    await expect(stand.reopen({ events })).rejects.toMatchObject({ code: "misuse" });
  });

  it("says that whoever may read the secret of notifications may write into the audit", async () => {
    await openWithEvents();
    expect(stand.room.log()).not.toContain("chmod");
    const secretFile = path.join(stand.folder, "notify.secret");
    chmodSync(secretFile, 0o644);
    await stand.reopen({ events: { secretFile, bodyBytes: 4096 } });
    expect(stand.room.log()).toContain("chmod 600");
    expect(stand.room.log()).not.toContain("notify-secret");
  });

  it("writes the name of a token into the audit before it is given", async () => {
    stand = await openStand();
    const { claims } = await stand.get(base, good);
    expect((await stand.room.lines()).at(-1)).toMatchObject({
      door: "registry",
      action: "registry.token",
      verdict: "allowed",
      account: "alice",
      service: "registry",
      jti: claims.jti,
      address: "127.0.0.1",
    });
  });

  it("gives no token that cannot be written down", async () => {
    stand = await openStand();
    stand.room.audit.close();
    for (const asking of [good, { as: `docker-id:${narrow(root, "op=read")}` }]) {
      const told = await stand.get(base, asking);
      expect(told.status).toBe(503);
      expect(told.json["token"]).toBeUndefined();
    }
  });

  it("says how it is, and of what it is warned", async () => {
    stand = await openStand();
    const healthz = async () => stand.ask("GET", "/healthz");
    expect(await healthz()).toMatchObject({
      status: 200,
      json: {
        status: "ok",
        services: [{ name: "registry", users: "reachable", certificate_expires: expect.any(String) }],
      },
    });
    stand.room.later(345 * 24 * 60 * 60 * 1000);
    const warned = await healthz();
    expect(warned).toMatchObject({ status: 200, json: { status: "warning", services: [{ name: "registry" }] } });
    // Where files lie is nothing to strangers
    expect(warned.text).not.toContain(stand.folder);
    const htpasswd = path.join(stand.folder, "users.htpasswd");
    writeFileSync(htpasswd, "");
    await stand.reopen(stand.withService({ users: { users: {}, htpasswd } }));
    expect(JSON.stringify((await healthz()).json)).not.toContain("$2b$");
  });

  it("counts what it answers, and names no stranger in it", async () => {
    stand = await openStand();
    await stand.get(base, good);
    await stand.get({ ...base, scope: "repository:bob/app:pull" }, good);
    await stand.get(base, { as: `docker-id:${narrow(root, "op=read")}` });
    await stand.get(base, { as: "alice:wrong" });
    await stand.get({ ...base, service: "strange-service" });
    const { text, headers } = await stand.ask("GET", "/metrics");
    expect(headers["content-type"]).toMatch(/^text\/plain/);
    for (const line of [
      'docker_id_registry_requests_total{service="registry",holder="user",verdict="all"} 1',
      'docker_id_registry_requests_total{service="registry",holder="user",verdict="nothing"} 1',
      'docker_id_registry_requests_total{service="registry",holder="id",verdict="all"} 1',
      'docker_id_registry_failures_total{service="registry",status="401"} 1',
      'docker_id_registry_failures_total{service="none",status="400"} 1',
      "docker_id_registry_passwords_hashing 0",
      'docker_id_registry_request_seconds_count{holder="user"} 2',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain("strange");
  });
});
