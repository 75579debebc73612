import { describe, expect, it } from "vitest";
import { explainFault, explainLoadFault } from "../../src/keychain/os-faults.ts";

describe("why there is no OS keychain", () => {
  it.each([
    ["Cannot create an item in a locked collection", /is locked$/],
    ["Cannot autolaunch D-Bus without X11 $DISPLAY", /no D-Bus session/],
    ["Could not connect: No such file or directory", /no D-Bus session/],
    ["The given address is empty", /no D-Bus session/],
    ["Failed to execute child process “dbus-launch” (No such file or directory)", /no D-Bus session/],
    ["The name org.freedesktop.secrets was not provided by any .service files", /no program offers/],
    ["something else", /cannot be used$/],
  ])("%s", (said, told) => {
    expect(explainFault(new Error(said))).toMatchObject({ code: "no_keychain", message: expect.stringMatching(told) });
  });

  it("names the package when libsecret is missing", () => {
    const said = "libsecret-1.so.0: cannot open shared object file: No such file or directory";
    expect(explainLoadFault(new Error(said))).toMatchObject({
      code: "no_keychain",
      hint: expect.stringContaining("libsecret-1-0"),
    });
    expect(explainLoadFault(undefined)).toMatchObject({ code: "no_keychain" });
  });
});
