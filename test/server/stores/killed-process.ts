import { writeSync } from "node:fs";
import { openState } from "../../../src/server/stores/guard-state.ts";
import { someKey } from "../../suites/some-key.ts";

async function step(what: string, act: () => Promise<void>): Promise<void> {
  writeSync(1, `begin ${what}\n`);
  await act();
  writeSync(1, `done ${what}\n`);
}

/** Installs, revokes and retires without end, and says what it begins and what was acknowledged, until it is killed. */
async function live(stateDir: string, marker: string): Promise<void> {
  const state = await openState({
    stateDir,
    marker,
    machineMarker: marker,
    dockerHost: "unix:///run/docker.sock",
    clock: () => new Date(),
  });
  writeSync(1, "done start\n");
  for (;;) {
    const current = await state.current();
    if (current.kind === "unreadable") throw new Error(current.reason);
    if (current.kind === "open") {
      const key = someKey();
      await step(`install ${key.kid}`, () => state.install(key));
    } else {
      const { kid: link } = someKey();
      await step(`revoke ${link}`, () => state.store.revoke({ point: { link } }));
      await step(`retire ${current.kid}`, () => state.retire(current.kid));
    }
  }
}

await live(process.argv[2] ?? "", process.argv[3] ?? "");
