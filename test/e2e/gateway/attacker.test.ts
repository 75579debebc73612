import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "../../../src/macaroon/parse.ts";
import { ask } from "../../support/ask.ts";
import { newestDocker } from "../../support/dockers.ts";
import { type GatewayStage, openGatewayStage } from "../../support/gateway-stage.ts";
import { anEngine } from "../../support/needs.ts";
import { suite } from "../../support/on-stage.ts";
import { until } from "../../support/until.ts";

const filters = (value: unknown): string => `filters=${encodeURIComponent(JSON.stringify(value))}`;

/** Filters by which whoever asks would like to reach further than what it is shown. */
const greedy = [
  {},
  { label: [] },
  { label: {} },
  { label: ["team"] },
  { label: { "team=others": true } },
  { "label!": ["team=mine"] },
  { label: ["team=mine"], "label!": ["nothing"] },
  { until: ["0s"] },
  { all: ["true"] },
  { all: ["1"], label: ["team=others"] },
  { name: ["victim"] },
  { id: ["victim"] },
  { dangling: ["true"] },
  { dangling: ["false"] },
];
const prunes = ["containers", "networks", "volumes", "images", "build"].flatMap((kind) =>
  ["", "/v1.24", "/v1.41"].map((version) => `${version}/${kind}/prune`),
);
const lists = [
  "/containers/json?all=1&size=1",
  "/containers/json?limit=100",
  "/v1.24/containers/json?all=1",
  "/networks",
  "/v1.24/networks",
  "/networks/",
  "/volumes",
  "/images/json?all=1",
  "/system/df",
  "/system/df?type=container&type=volume",
  "/v1.24/system/df",
  "/v1.41/system/df?verbose=1",
  "/info",
  "/events?since=0&until=1",
];

suite("whoever would like to have more than its world", anEngine, () => {
  let stage: GatewayStage;
  let mine: Readonly<Record<"an owner" | "a label", string>>;
  /** All by which others' things would be known in an answer. */
  let secrets: readonly string[];
  const those = ["an owner", "a label"] as const;

  async function said(id: string, ...args: readonly string[]): Promise<string> {
    const outcome = await stage.docker(newestDocker(), id, args);
    expect(outcome, outcome.stderr).toMatchObject({ status: 0 });
    return outcome.stdout.trim();
  }

  beforeAll(async () => {
    stage = await openGatewayStage();
    const free = await stage.narrow("--op", "read,write");
    const link = parse(free).caveats.findLast((caveat) => caveat.startsWith("link="));
    mine = {
      "an owner": await stage.narrow("--id", free, "--owner", link?.slice(5) ?? ""),
      "a label": await stage.narrow("--label", "team=mine"),
    };
    // Stopped, unused and dangling: whatever prunes looks for
    const container = await said(stage.root, "create", "--name", "victim-box", "--network", "none", "box", "true");
    const other = await said(
      ...([stage.root, "create", "--name", "victim-labelled", "--label", "team=others"] as const),
      ...(["--network", "none", "box", "true"] as const),
    );
    const network = await said(stage.root, "network", "create", "--label", "team=others", "victim-net");
    await said(stage.root, "volume", "create", "--label", "team=others", "victim-vol");
    await said(stage.root, "import", stage.workspace.path("rootfs.tar"), "victim-image");
    secrets = [container, other, network, "victim-"];
  });
  afterAll(() => stage?.close());

  async function victims(): Promise<readonly string[]> {
    const all = [
      await said(stage.root, "ps", "-a", "--format", "{{.Names}}"),
      await said(stage.root, "network", "ls", "--format", "{{.Name}}"),
      await said(stage.root, "volume", "ls", "-q"),
      await said(stage.root, "images", "--format", "{{.Repository}}"),
    ];
    return all
      .flatMap((text) => text.split("\n"))
      .filter((name) => name.startsWith("victim"))
      .toSorted();
  }
  const everyVictim = ["victim-box", "victim-image", "victim-labelled", "victim-net", "victim-vol"];

  function tellsNothing(text: string, about: string): void {
    const told = secrets.filter((secret) => text.includes(secret));
    expect(told, `${about}: ${text}`).toEqual([]);
  }

  describe.each(those)("with %s", (who) => {
    it("prunes nothing of others, however it asks", async () => {
      let done = 0;
      for (const path of prunes) {
        for (const wanted of greedy) {
          const { text, status } = await ask(stage.socket, "POST", `${path}?${filters(wanted)}`, { id: mine[who] });
          tellsNothing(text, `${path} ${JSON.stringify(wanted)}`);
          if (status === 200) done += 1;
        }
        for (const odd of [
          "",
          `${filters({ label: ["team=mine"] })}&${filters({})}`,
          "filters=",
          "filters=null",
          "all=1",
        ]) {
          tellsNothing((await ask(stage.socket, "POST", `${path}?${odd}`, { id: mine[who] })).text, `${path}?${odd}`);
        }
      }
      expect(await victims()).toEqual(everyVictim);
      // The engine was asked, and not only refused here
      expect(done).toBeGreaterThan(10);
    });

    it("lists nothing of others, however it asks", async () => {
      for (const target of lists) {
        const { text, status } = await ask(stage.socket, "GET", target, { id: mine[who] });
        tellsNothing(text, target);
        expect([target, status]).toEqual([target, 200]);
        for (const wanted of greedy) {
          const asked = `${target}${target.includes("?") ? "&" : "?"}${filters(wanted)}`;
          tellsNothing((await ask(stage.socket, "GET", asked, { id: mine[who] })).text, asked);
        }
      }
    });

    it("does not get others' things by making what is there, or by calling its own alike", async () => {
      const { text } = await ask(stage.socket, "POST", "/volumes/create", {
        id: mine[who],
        body: { Name: "victim-vol", Labels: { team: "mine" } },
      });
      expect(text).not.toContain("Mountpoint");
      const taken = await ask(stage.socket, "POST", "/containers/create?name=victim-box", {
        id: mine[who],
        body: { Image: "box", Labels: { team: "mine" }, HostConfig: { NetworkMode: "none" } },
      });
      expect(taken.status).not.toBe(201);
      expect(secrets.filter((secret) => secret !== "victim-" && taken.text.includes(secret))).toEqual([]);
      expect(await victims()).toEqual(everyVictim);
    });

    it("hears nothing of others' events, whatever it asks for", async () => {
      const began = Math.floor(Date.now() / 1000);
      const asked = [
        {},
        { type: ["container"] },
        { type: ["network"] },
        { container: ["victim-box"] },
        { event: ["create"] },
      ];
      const heard = [...asked, { image: ["box"] }, { label: ["team=others"] }, { scope: ["local"] }].map((wanted) =>
        listen(stage.socket, mine[who], `/events?since=${began}&${filters(wanted)}`),
      );
      heard.push(listen(stage.socket, mine[who], `/v1.24/events?since=${began}`));
      // Under the root id, and so of another's
      await said(
        stage.root,
        "create",
        "--name",
        "victim-new",
        "--label",
        "team=others",
        "--network",
        "none",
        "box",
        "true",
      );
      await said(stage.root, "start", "victim-new");
      await said(stage.root, "rm", "-f", "victim-new");
      await said(stage.root, "tag", "box", "victim-tag");
      await said(stage.root, "rmi", "victim-tag");
      await said(stage.root, "network", "create", "victim-second");
      await said(stage.root, "network", "rm", "victim-second");
      // What is its own comes after, so that all before it has passed
      const name = `own-${who.length}`;
      const maker = who === "an owner" ? mine[who] : stage.root;
      await said(maker, "create", "--name", name, "--label", "team=mine", "--network", "none", "box", "true");
      await until("its own is heard", () => heard[0]?.text().includes(name) === true);
      await said(mine[who], "rm", name);
      await until("its end is heard", () => heard[0]?.text().includes('"destroy"') === true);
      for (const one of heard) {
        tellsNothing(one.text(), "events");
        one.close();
      }
    });
  });
});

/** What comes over an endless answer. */
function listen(path: string, id: string, target: string): { readonly text: () => string; readonly close: () => void } {
  const socket = connect({ path });
  let all = "";
  socket.on("data", (piece: Buffer) => (all += piece.toString("latin1")));
  socket.on("error", () => undefined);
  socket.write(`GET ${target} HTTP/1.1\r\nHost: docker\r\nX-Docker-Id: ${id}\r\n\r\n`);
  return { text: () => all, close: () => void socket.destroy() };
}
