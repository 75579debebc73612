import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { needs } from "../support/needs.ts";
import { node } from "../support/node.ts";
import { asNobody } from "../support/run.ts";
import { startSystemdHost, type SystemdHost } from "../support/systemd-host.ts";

const why = needs("root", "mounts", "dockerd", "docker", "systemd");
const dockerId = `'${node}' '${new URL("../../bin/run.js", import.meta.url).pathname}'`;
const env = { DOCKER_ID_KEYCHAIN: "file", DOCKER_ID_CONFIG_DIR: "/run/client" };

/** The line, run by someone whose docker sends the default id. */
const withId = (line: string): string => `DOCKER_CUSTOM_HEADERS="X-Docker-Id=$(${dockerId} show)" ${line}`;

describe.skipIf(why !== undefined)(`the guard of a host with systemd${why === undefined ? "" : `: ${why}`}`, () => {
  let host: SystemdHost;
  beforeAll(async () => {
    host = await startSystemdHost();
  });
  afterAll(async () => {
    await host?.close();
  });

  const sh = async (line: string): Promise<{ status: number; said: string }> => {
    const { status, stdout, stderr } = await host.sh(line, env);
    return { status, said: stdout + stderr };
  };
  /** The line ends well; gives what it said. */
  const done = async (line: string): Promise<string> => {
    const { status, said } = await sh(line);
    expect(status, `${line}: ${said}`).toBe(0);
    return said;
  };

  it("is put before an engine that runs, without a restart and without losing a setting", async () => {
    await done("systemctl start docker && docker info");
    const before = await sh("cat /run/docker.pid");
    const installed = await done(`${dockerId} install --engine`);
    expect(installed).toContain("docker-id init");
    expect(await sh("cat /run/docker.pid")).toEqual(before);
    const { said } = await sh("cat /etc/docker/daemon.json");
    expect(JSON.parse(said)).toMatchObject({ labels: ["kept=yes"], "authorization-plugins": ["docker-id"] });
    expect(await sh("systemctl is-enabled docker-id")).toMatchObject({ said: "enabled\n" });
    await done("docker ps");
  });

  it("guards after init, and says so when it is installed again", async () => {
    expect(await sh(`${dockerId} init --secret -  < /dev/null`)).toMatchObject({ status: 2 });
    expect(await done(`echo 'a secret of some length' | ${dockerId} init --secret -`)).not.toContain("does not ask");
    const refused = await sh("docker ps");
    expect(refused.status).toBe(1);
    expect(refused.said).toContain("authorization denied by plugin docker-id:");
    await done(withId("docker ps"));
    const again = await done(`${dockerId} install --engine`);
    expect(again).toContain("authorization denied by plugin docker-id:");
  });

  it("holds when either service restarts, and starts before docker", async () => {
    await done("systemctl restart docker-id");
    expect(await sh("docker ps")).toMatchObject({ status: 1 });
    await done(withId("docker ps"));
    await done("systemctl stop docker docker.socket docker-id && systemctl start docker");
    expect(await sh("systemctl is-active docker-id")).toMatchObject({ said: "active\n" });
    expect(await sh("docker ps")).toMatchObject({ status: 1 });
    await done(withId("docker ps"));
    const killed = "kill -9 $(systemctl show -p MainPID --value docker-id)";
    expect(await sh(`${killed} && docker ps`)).toMatchObject({ status: 1 });
  });

  it("keeps the state folder and the sockets to those whom they concern", async () => {
    const { said } = await sh("stat -c '%a %U' /var/lib/docker-id /run/docker/plugins/docker-id.sock /etc/docker-id");
    expect(said).toBe("700 root\n600 root\n755 root\n");
    expect((await sh("stat -c '%a %G' /run/docker-id/admin.sock")).said).toBe("660 docker\n");
  });

  it("is taken away again, the engine first", async () => {
    await done(`${dockerId} install --engine --uninstall`);
    await done("docker ps");
    const { said } = await sh("cat /etc/docker/daemon.json");
    expect(JSON.parse(said)).not.toHaveProperty("authorization-plugins");
    expect(JSON.parse(said)).toMatchObject({ labels: ["kept=yes"] });
    expect((await sh("systemctl is-active docker-id")).said).toBe("inactive\n");
    expect(await sh("test -e /etc/systemd/system/docker-id.service")).toMatchObject({ status: 1 });
  });

  it("changes nothing for who is not root, and where the engine could not start with what it finds", async () => {
    const other = await sh(`${asNobody.join(" ")} ${dockerId} install --engine`);
    expect(other).toMatchObject({ status: 2 });
    await sh("echo '{' > /run/broken.json");
    const broken = await sh(`${dockerId} install --engine --daemon-config /run/broken.json`);
    expect(broken).toMatchObject({ status: 1 });
    expect((await sh("cat /run/broken.json")).said).toBe("{\n");
    expect(await sh("test -e /etc/systemd/system/docker-id.service")).toMatchObject({ status: 1 });
  });
});
