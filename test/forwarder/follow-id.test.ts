import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { followId } from "../../src/forwarder/follow-id.ts";

/** A keychain, and a clock that a test turns. */
function follow() {
  const scene = { kept: "one" as string | Error, time: 0, readings: 0 };
  const read = () => {
    scene.readings += 1;
    return scene.kept instanceof Error ? Promise.reject(scene.kept) : Promise.resolve(scene.kept);
  };
  return { scene, id: followId(read, () => scene.time) };
}

describe("the id that is kept", () => {
  it("is read again when some time has passed, and not before", async () => {
    const { scene, id } = follow();
    expect(await id()).toBe("one");
    scene.kept = "two";
    expect(await id()).toBe("one");
    scene.time = 2001;
    expect(await id()).toBe("two");
    expect(scene.readings).toBe(2);
  });

  it("is read once for all who ask at the same time", async () => {
    const { scene, id } = follow();
    expect(await Promise.all([id(), id(), id()])).toEqual(["one", "one", "one"]);
    expect(scene.readings).toBe(1);
  });

  it("stands while the keychain cannot be read, which is not tried again at once", async () => {
    const { scene, id } = follow();
    await id();
    scene.kept = new Failure("no_keychain", "locked");
    scene.time = 3000;
    expect(await id()).toBe("one");
    scene.time = 20_000;
    expect(await id()).toBe("one");
    expect(scene.readings).toBe(2);
    scene.kept = "two";
    scene.time = 40_000;
    expect(await id()).toBe("two");
  });

  it.each([new Failure("no_id", "forgotten"), new Error("odd")])("is used no more after %s", async (error) => {
    const { scene, id } = follow();
    await id();
    scene.kept = error;
    scene.time = 3000;
    await expect(id()).rejects.toBe(error);
    scene.kept = "two";
    expect(await id()).toBe("two");
  });

  it("is missed where there never was one", async () => {
    const { scene, id } = follow();
    scene.kept = new Failure("no_keychain", "locked");
    await expect(id()).rejects.toMatchObject({ code: "no_keychain" });
  });
});
