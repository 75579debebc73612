import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newestDocker } from "../../support/dockers.ts";
import { type GatewayStage, openGatewayStage } from "../../support/gateway-stage.ts";
import { anEngine } from "../../support/needs.ts";
import { suite } from "../../support/on-stage.ts";
import { type Outcome, run } from "../../support/run.ts";

const services = `
version: "2.4"
services:
  db:
    image: box
    command: ["sh", "-c", "echo db is up; exec sleep 1000"]
    stop_signal: SIGKILL
    volumes: ["data:/data"]
  web:
    image: box
    depends_on: [db]
    command: ["sh", "-c", "echo web is up; exec sleep 1000"]
    stop_signal: SIGKILL
  job:
    image: box
    command: ["sh", "-c", "echo done; sleep 1; exit 3"]
volumes: { data: {} }
`;
/** Each of them asks for what a job may not have. */
const greedy = {
  privileged: "privileged: true",
  bind: 'volumes: ["/etc:/host"]',
  port: 'ports: ["8080:80"]',
  pid: "pid: host",
  other: 'pid: "container:nobodys"',
  capability: "cap_add: [SYS_ADMIN]",
};

suite("docker-compose 1.29 with the preset ci", [...anEngine, "docker-compose"], () => {
  let stage: GatewayStage;
  let folder: string;
  const homes = new Map<string, string>();
  beforeAll(async () => {
    stage = await openGatewayStage();
    folder = stage.workspace.path("project");
    mkdirSync(folder);
    writeFileSync(`${folder}/docker-compose.yml`, services);
    await said(stage.root, "create", "--name", "nobodys", "--network", "none", "box", "sleep", "1000");
  });
  afterAll(() => stage?.close());

  async function said(id: string, ...args: readonly string[]): Promise<string> {
    const outcome = await stage.docker(newestDocker(), id, args);
    expect(outcome, outcome.stderr).toMatchObject({ status: 0 });
    return outcome.stdout.trim();
  }

  /** Under an id that docker's own configuration carries, as compose takes it from there. */
  function compose(id: string, ...args: readonly string[]): Promise<Outcome> {
    const home = homes.get(id) ?? stage.workspace.path(`home-${homes.size}`);
    homes.set(id, home);
    mkdirSync(`${home}/.docker`, { recursive: true });
    writeFileSync(`${home}/.docker/config.json`, JSON.stringify({ HttpHeaders: { "X-Docker-Id": id } }), {
      mode: 0o600,
    });
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, DOCKER_HOST: stage.host };
    return run("docker-compose", ["--project-directory", folder, ...args], { env, cwd: folder });
  }

  it("brings services up, shows them, and takes them down, and nobody else sees them", async () => {
    const [job, other] = [await stage.narrow("--preset", "ci"), await stage.narrow("--preset", "ci")];
    const up = await compose(job, "up", "-d");
    expect(up, up.stderr).toMatchObject({ status: 0 });
    expect((await said(job, "ps", "--format", "{{.Names}}")).split("\n")).toEqual(
      expect.arrayContaining(["project_db_1", "project_web_1"]),
    );
    expect((await compose(job, "ps")).stdout).toMatch(/project_web_1[^]*Up/);
    expect((await compose(job, "logs", "--no-color")).stdout).toMatch(/web_1 .*web is up/);
    expect((await compose(job, "exec", "-T", "db", "echo", "inside")).stdout).toBe("inside\n");
    expect(await said(job, "volume", "ls", "-q")).toBe("project_data");
    expect(await said(other, "ps", "-aq")).toBe("");
    expect((await compose(other, "ps", "-q")).stdout).toBe("");
    const again = await compose(other, "up", "-d");
    expect(again.status).not.toBe(0);
    // It can't have those names, and does not hear whose they are
    expect(again.stderr).not.toMatch(/[0-9a-f]{64}/);
    const down = await compose(job, "down", "--volumes");
    expect(down, down.stderr).toMatchObject({ status: 0 });
    expect(await said(stage.root, "ps", "-a", "--format", "{{.Names}}")).toBe("nobodys");
    expect(await said(stage.root, "volume", "ls", "-q")).toBe("");
  });

  it("stays in the foreground, and ends with the one that ends", async () => {
    const job = await stage.narrow("--preset", "ci");
    const up = await compose(job, "up", "--no-color", "--exit-code-from", "job");
    expect(up.status, up.stderr).toBe(3);
    expect(up.stdout).toMatch(/job_1 .*done/);
    expect(await compose(job, "down", "--volumes")).toMatchObject({ status: 0 });
  });

  it.each(Object.entries(greedy))("gives no power over the host, nor over others: %s", async (name, asks) => {
    const job = await stage.narrow("--preset", "ci");
    const mode = name === "port" ? "" : "    network_mode: none\n";
    const file = `${folder}/${name}.yml`;
    writeFileSync(
      file,
      `version: "2.4"\nservices:\n  it:\n    image: box\n    command: ["true"]\n${mode}    ${asks}\n`,
    );
    const up = await compose(job, "-f", file, "up", "-d");
    expect(up.status).not.toBe(0);
    expect(up.stderr).toMatch(name === "other" ? /nobodys/ : /confined|power over the host/);
    expect(await said(stage.root, "ps", "-a", "--format", "{{.Names}}")).toBe("nobodys");
    await compose(job, "-f", file, "down");
  });
});
