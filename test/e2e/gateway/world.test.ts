import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "../../../src/macaroon/parse.ts";
import { ask } from "../../support/ask.ts";
import { dockers, newestDocker, type Docker } from "../../support/dockers.ts";
import { type GatewayStage, openGatewayStage } from "../../support/gateway-stage.ts";
import { anEngine } from "../../support/needs.ts";
import { suite } from "../../support/on-stage.ts";
import type { Outcome } from "../../support/run.ts";
import { carry } from "../../support/stage.ts";
import { until } from "../../support/until.ts";

interface Inspected {
  readonly Image: string;
  readonly Config: { readonly Image: string; readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: { readonly NetworkMode: string };
  readonly Mounts: readonly { readonly Name: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly NetworkID: string }>> };
}

suite("worlds behind the gateway", anEngine, () => {
  let stage: GatewayStage;
  let anna: string;
  let bert: string;
  beforeAll(async () => {
    stage = await openGatewayStage();
    anna = await stage.narrow("--preset", "ci");
    bert = await stage.narrow("--preset", "ci");
  });
  afterAll(() => stage.close());

  const run = (id: string, ...args: string[]): Promise<Outcome> => stage.docker(newestDocker(), id, args);
  async function said(id: string, ...args: string[]): Promise<string> {
    const outcome = await run(id, ...args);
    expect(outcome.stderr, args.join(" ")).not.toMatch(/^Error/m);
    expect(outcome.status, args.join(" ")).toBe(0);
    return outcome.stdout.trim();
  }
  async function get(id: string, target: string): Promise<{ status: number; text: string }> {
    return ask(stage.socket, "GET", target, { id });
  }

  describe.each(dockers.map((cli) => [cli.version, cli] as const))("with docker %s", (version, cli: Docker) => {
    const name = (what: string) => `${what}-${version.replaceAll(".", "-")}`;
    const docker = (id: string, ...args: string[]): Promise<Outcome> => stage.docker(cli, id, args);

    it("is the whole life of a container under ci, and no other's", async () => {
      const web = name("web");
      const began = await docker(
        anna,
        "run",
        "-d",
        "--network",
        "none",
        "--name",
        web,
        "-v",
        `${name("data")}:/data`,
        "box",
        "sleep",
        "1000",
      );
      expect(began).toMatchObject({ status: 0, stderr: "" });
      expect((await docker(anna, "ps", "--format", "{{.Names}} {{.Image}}")).stdout).toBe(`${web} box\n`);
      expect((await docker(anna, "exec", web, "echo", "hello")).stdout).toBe("hello\n");
      expect((await docker(anna, "logs", web)).status).toBe(0);
      expect((await docker(anna, "inspect", "-f", "{{.Name}}", web)).stdout).toBe(`/${web}\n`);
      expect((await docker(anna, "volume", "ls", "-q")).stdout).toBe(`${name("data")}\n`);
      expect((await docker(bert, "ps", "-aq")).stdout).toBe("");
      expect((await docker(bert, "volume", "ls", "-q")).stdout).toBe("");
      for (const args of [
        ["logs", web],
        ["exec", web, "true"],
        ["stop", web],
        ["rm", web],
        ["top", web],
      ]) {
        const refused = await docker(bert, ...args);
        expect(refused.status).not.toBe(0);
        expect(refused.stderr).toContain(`No such container: ${web}`);
      }
      expect((await docker(bert, "volume", "rm", name("data"))).stderr).toMatch(/no such volume/i);
      expect(
        (await docker(bert, "run", "--rm", "--network", "none", "-v", `${name("data")}:/x`, "box", "true")).status,
      ).not.toBe(0);
      expect((await docker(anna, "rm", "-f", web)).status).toBe(0);
      expect((await docker(anna, "volume", "rm", name("data"))).status).toBe(0);
    });
  });

  it("shows each of two ids its own, in every list", async () => {
    for (const [id, who] of [
      [anna, "anna"],
      [bert, "bert"],
    ] as const) {
      await said(id, "network", "create", `${who}-net`);
      await said(id, "volume", "create", `${who}-vol`);
      await said(
        id,
        "create",
        "--name",
        `${who}-box`,
        "--network",
        `${who}-net`,
        "-v",
        `${who}-vol:/data`,
        "box",
        "sleep",
        "1000",
      );
    }
    await said(stage.root, "create", "--name", "nobodys", "--network", "none", "box", "sleep", "1000");
    for (const [id, who] of [
      [anna, "anna"],
      [bert, "bert"],
    ] as const) {
      expect(await said(id, "ps", "-a", "--format", "{{.Names}}")).toBe(`${who}-box`);
      expect(await said(id, "ps", "-a", "-n", "5", "--format", "{{.Names}}")).toBe(`${who}-box`);
      expect(await said(id, "network", "ls", "--format", "{{.Name}}")).toBe(`${who}-net`);
      expect(await said(id, "volume", "ls", "-q")).toBe(`${who}-vol`);
    }
    const everything = await said(stage.root, "ps", "-a", "--format", "{{.Names}}");
    expect(everything.split("\n").toSorted()).toEqual(["anna-box", "bert-box", "nobodys"]);
    const wide = await stage.narrow("--op", "read");
    expect((await said(wide, "ps", "-a", "--format", "{{.Names}}")).split("\n")).toHaveLength(3);
  });

  it("answers for another's exactly as for what is not there", async () => {
    for (const [one, another] of [
      ["/containers/NAME/json", "bert-box"],
      ["/containers/NAME/logs?stdout=1", "bert-box"],
      ["/networks/NAME", "bert-net"],
      ["/volumes/NAME", "bert-vol"],
    ] as const) {
      const refused = await get(anna, one.replace("NAME", another));
      const missing = await get(anna, one.replace("NAME", "nothing"));
      expect(refused.status).toBe(404);
      expect(refused.text.replace(another, "nothing")).toBe(missing.text);
      const engine = await get(stage.root, one.replace("NAME", "nothing"));
      expect(JSON.parse(missing.text)).toEqual(JSON.parse(engine.text));
      expect(engine.status).toBe(404);
    }
  });

  it("gives narrower ids of one's own no more, and ancestors all of it", async () => {
    const child = await stage.narrow("--id", anna, "--expires", "1h");
    await said(child, "create", "--name", "child-box", "--network", "none", "box", "true");
    expect((await said(anna, "ps", "-a", "--format", "{{.Names}}")).split("\n").toSorted()).toEqual([
      "anna-box",
      "child-box",
    ]);
    expect(await said(bert, "ps", "-a", "--format", "{{.Names}}")).toBe("bert-box");
    await said(anna, "rm", "child-box");
  });

  it("joins networks and containers by their ids, and shows them by their names", async () => {
    const inspect = async (name: string) => JSON.parse(await said(anna, "container", "inspect", name)) as [Inspected];
    await said(anna, "network", "create", "second-net");
    await said(anna, "run", "-d", "--name", "joined", "--network", "anna-net", "box", "sleep", "1000");
    await said(anna, "network", "connect", "--link", "joined:other", "second-net", "anna-box");
    await said(anna, "network", "connect", "second-net", "joined");
    const [{ Config: config, HostConfig: host, NetworkSettings: settings, Image: image }] = await inspect("joined");
    expect(Object.keys(settings.Networks).toSorted()).toEqual(["anna-net", "second-net"]);
    expect(settings.Networks["anna-net"]?.NetworkID).toMatch(/^[0-9a-f]{64}$/);
    expect(host.NetworkMode).toBe("anna-net");
    expect(config).toMatchObject({ Image: image, Labels: { "docker-id.image": "box" } });
    await said(
      anna,
      "run",
      "-d",
      "--name",
      "inside",
      "--network",
      "container:joined",
      "--volumes-from",
      "anna-box",
      "box",
      "sleep",
      "1000",
    );
    const [inside] = await inspect("inside");
    expect(inside.HostConfig.NetworkMode).toMatch(/^container:[0-9a-f]{64}$/);
    expect(inside.Mounts.map(({ Name: name }) => name)).toEqual(["anna-vol"]);
    await said(anna, "restart", "-t", "0", "joined");
    const members = "{{range .Containers}}{{.Name}} {{end}}";
    // The root id may put another's container there, of which the network's owner is told nothing
    await said(stage.root, "network", "connect", "second-net", "bert-box");
    await said(stage.root, "start", "bert-box");
    expect((await said(stage.root, "network", "inspect", "-f", members, "second-net")).split(" ").toSorted()).toContain(
      "bert-box",
    );
    expect(await said(anna, "network", "inspect", "-f", members, "second-net")).toBe("joined");
    await said(stage.root, "network", "disconnect", "-f", "second-net", "bert-box");
    for (const args of [["container:bert-box"], ["bert-net"], ["nothing-net"]]) {
      const refused = await run(anna, "run", "--rm", "--network", ...args, "box", "true");
      expect(refused.stderr).toMatch(/No such container: bert-box|network (?:bert|nothing)-net not found/);
    }
    await said(anna, "rm", "-f", "inside", "joined");
    await said(anna, "network", "rm", "second-net");
  });

  it("believes no image that carries an owner's label", async () => {
    const labels = JSON.parse(await said(anna, "inspect", "-f", "{{json .Config.Labels}}", "anna-box")) as Record<
      string,
      string
    >;
    const owners = Object.entries(labels).filter(([key]) => key.startsWith("docker-id.owner."));
    expect(owners.length).toBeGreaterThan(0);
    const changes = owners.flatMap(([key, value]) => ["-c", `LABEL ${key}=${value}`]);
    const tar = stage.workspace.path("rootfs.tar");
    await said(stage.root, "import", ...changes, tar, "forged");
    // Behind the gateway's back, as whoever is root on the host may
    const made = await ask(stage.engine.socket, "POST", "/containers/create?name=forged-box", {
      id: stage.root,
      body: { Image: "forged", Cmd: ["true"], HostConfig: { NetworkMode: "none" } },
    });
    expect(made).toMatchObject({ status: 201 });
    await said(stage.root, "create", "--name", "forged-too", "--network", "none", "forged", "true");
    await said(bert, "create", "--name", "forged-berts", "--network", "none", "forged", "true");
    expect(await said(anna, "ps", "-a", "--format", "{{.Names}}")).toBe("anna-box");
    expect((await run(anna, "rm", "forged-box")).stderr).toContain("No such container");
    expect((await run(anna, "container", "prune", "-f")).stderr).toContain("claims to be this id's");
    expect((await said(bert, "ps", "-a", "--format", "{{.Names}}")).split("\n").toSorted()).toEqual([
      "bert-box",
      "forged-berts",
    ]);
    await said(stage.root, "rm", "forged-box", "forged-too", "forged-berts");
  });

  it("tells each of its own events alone, as they happen", async () => {
    // Under ci one does not listen
    const [listener, other] = [
      await stage.narrow("--id", await ownerOf("anna"), "--op", "read,write"),
      await ownerOf("bert"),
    ];
    const since = Math.floor(Date.now() / 1000) - 1;
    const log = (id: string) => stage.workspace.path(`events-${id.slice(-8)}`);
    const listen = (id: string) => {
      const format = "{{.Type}} {{.Action}} {{.Actor.Attributes.name}}";
      const args = ["-H", stage.host, "events", "--since", String(since), "--format", format];
      return stage.workspace.start(newestDocker().path, args, {
        log: log(id),
        env: { DOCKER_CONFIG: stage.workspace.dir, ...carry(stage.workspace, newestDocker(), id) },
      });
    };
    const heard = (id: string) => readFileSync(log(id), "utf8");
    const listening = [listen(listener), listen(other)];
    await said(listener, "run", "-d", "--name", "told", "--network", "none", "box", "sleep", "1000");
    await said(other, "run", "--name", "told-too", "--network", "none", "box", "true");
    await said(listener, "rm", "-f", "told");
    await until(
      "the events are told",
      () => heard(listener).includes("destroy told\n") && heard(other).includes("die told-too"),
    );
    for (const action of ["create", "start", "kill", "die", "destroy"])
      expect(heard(listener)).toContain(`container ${action} told\n`);
    expect(heard(listener)).not.toContain("told-too");
    expect(heard(other)).not.toContain(" told\n");
    await Promise.all(listening.map(async (one) => one.stop()));
    await said(other, "rm", "told-too");
  });

  it("prunes one's own", async () => {
    for (const [id, who] of [
      [anna, "anna"],
      [bert, "bert"],
    ] as const) {
      await said(id, "create", "--name", `${who}-done`, "--network", "none", "box", "true");
      await said(id, "network", "create", `${who}-idle`);
    }
    await said(stage.root, "create", "--name", "done", "--network", "none", "box", "true");
    expect(await said(anna, "container", "prune", "-f")).toContain("Deleted Containers");
    await said(anna, "network", "prune", "-f");
    const left = (await said(stage.root, "ps", "-a", "--format", "{{.Names}}")).split("\n");
    expect(left).toEqual(expect.arrayContaining(["done", "bert-done", "bert-box", "nobodys"]));
    expect(left).not.toContain("anna-done");
    expect(await said(bert, "network", "ls", "--format", "{{.Name}}")).toContain("bert-idle");
    expect((await run(anna, "image", "prune", "-f")).status).not.toBe(0);
    expect((await run(anna, "system", "prune", "-f")).status).not.toBe(0);
  });

  it("tells nothing of the host or of others' use of the disk", async () => {
    const reader = await stage.narrow("--container-id", "bert-box", "--op", "read");
    for (const id of [reader, await stage.narrow("--op", "read")]) {
      const info = await get(id, "/info");
      expect(info.status).toBe(200);
      expect(Object.keys(JSON.parse(info.text) as object)).not.toContain("KernelVersion");
      expect(info.text).not.toContain(stage.workspace.dir);
    }
    expect(JSON.parse((await get(stage.root, "/info")).text) as object).toHaveProperty("KernelVersion");
    const use = JSON.parse((await get(reader, "/system/df")).text) as {
      Containers: { Names: string[] }[];
      Images: [];
      Volumes: [];
    };
    expect(use.Containers.map(({ Names: names }) => names[0])).toEqual(["/bert-box"]);
    expect([use.Images, use.Volumes]).toEqual([[], []]);
    const named = await stage.narrow("--scope", "host:info:read");
    expect(JSON.parse((await get(named, "/info")).text)).toHaveProperty("KernelVersion");
  });

  /** An id that is bound to what it creates, and may do all with that. */
  async function ownerOf(name: string): Promise<string> {
    const free = await stage.narrow("--for", name, "--op", "read,write");
    const link = parse(free).caveats.findLast((caveat) => caveat.startsWith("link="));
    return stage.narrow("--id", free, "--owner", link?.slice(5) ?? "");
  }
});
