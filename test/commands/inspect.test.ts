import { beforeAll, expect, it } from "vitest";
import { parse } from "../../src/macaroon/parse.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { onADesk, secret } from "./on-a-desk.ts";

const proposal =
  "eyJjYXZlYXRzIjpbeyJjaWQiOiJvcD1yZWFkIn0seyJjaWQiOiJjb250YWluZXJfaWQ9ZmY3ZGE1ZWRmYWJhIn1dLCJsb2NhdGlvbiI6InRoZSBjbG91ZCIsImlkZW50aWZpZXIiOiJkb2NrZXIiLCJzaWduYXR1cmUiOiJlZTZmZDkyYzJjNDc1ZmM3Mzg1NjNkNjdmZmY1N2NkNzVlOTQyMDlmYTA4ZTdlMmQxOTM5ZDA1MWYxNzFlZTUyIn0=";

onADesk("inspect", (desk) => {
  beforeAll(async () => {
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
  });
  const inspect = async (id: string): Promise<object> =>
    JSON.parse(allowed(await desk().id(["inspect", "--json", "-"], { input: id }))) as object;

  it("decodes the default id, and says that nothing is verified", async () => {
    const outcome = await desk().id(["inspect"]);
    expect(allowed(outcome)).toMatch(/a root id: it may do everything/);
    expect(outcome.stderr).toMatch(/unverified/);
  });

  it("draws the layers: who narrowed what, until when", async () => {
    const parent = allowed(await desk().id(["create", "--op", "read", "--for", "ann"]));
    const child = allowed(await desk().id(["create", "--id", parent, "--expires", "2090-01-01T00:00:00Z"]));
    const text = allowed(await desk().id(["inspect", "-"], { input: child }));
    expect(text).toMatch(
      /^└ narrowed \d{4}-\S+Z for ann\n {2}│ op=read\n {2}│ link=\S+\n {2}└ narrowed \S+Z\n {4}│ expires=2090-01-01T00:00:00Z {2}\(\d+ days left\)\n {4}│ link=/m,
    );
    expect(text).toMatch(/a restricted id, until 2090/);
    expect(await inspect(child)).toMatchObject({
      verified: false,
      root: false,
      names: ["ann"],
      expires: "2090-01-01T00:00:00.000Z",
      layers: [
        { link: expect.any(String), made: expect.stringMatching(/Z$/), names: ["ann"] },
        { link: expect.any(String), names: [], caveats: [{ text: "expires=2090-01-01T00:00:00Z", understood: true }] },
      ],
    });
  });

  it("decodes what no verifier would take, and says what is not understood", async () => {
    const root = parse(allowed(await desk().id(["show"])));
    const odd = serialize({ ...root, caveats: ["colour=red", "op=execute"] });
    expect(await inspect(odd)).toMatchObject({
      root: false,
      caveats: [
        { text: "colour=red", understood: false },
        { text: "op=execute", understood: false },
      ],
    });
    const found = await inspect(proposal);
    expect(found).toMatchObject({ caveats: [{ text: "op=read" }, { text: "container_id=ff7da5edfaba" }] });
    expect(found).not.toHaveProperty("kid");
  });

  it("fails on what is no id, and does not repeat it", async () => {
    const said = failed(await desk().id(["inspect", "dkid_hunter2"]), 2);
    expect(said).not.toContain("hunter2");
    failed(await desk().id(["inspect", "@/does/not/exist"]), 2);
    failed(await desk().id(["inspect"], { env: { DOCKER_ID_CONFIG_DIR: desk().workspace.path("empty") } }), 4);
  });
});
