import { Failure } from "../../errors.ts";
import { openState } from "./guard-state.ts";
import type { StatePlaces } from "./guard-state.ts";
import { effectiveUid, look } from "./ownership.ts";

/**
 * Takes the guard away without a verifier, as uid 0; a running verifier notices at once. Gives the retired KID.
 * Failure("refused") for others, Failure("conflict") when the engine is open, Failure("unreadable") with what to do
 * when the state cannot be read: then nothing was changed. `writeDown` is called before anything is changed; what it
 * throws leaves the guard where it is.
 */
export async function destroyOffline(
  places: StatePlaces,
  writeDown: (kid: string) => void,
): Promise<{ readonly kid: string }> {
  if (effectiveUid() !== 0) {
    throw new Failure("refused", "only root may take the guard away without the verifier", {
      hint: "run it with sudo, on the host of the engine",
    });
  }
  const owner = Number(look(places.stateDir)?.uid ?? 0); // the verifier's own user, whoever that is
  const state = await openState({ ...places, mayCreate: false, owner });
  try {
    const current = await state.current();
    if (current.kind === "open") {
      throw new Failure("conflict", "the engine is open already: there is no guard to take away");
    }
    if (current.kind === "unreadable") {
      throw new Failure("unreadable", `the state cannot be read, and nothing was changed: ${current.reason}`, {
        hint: waysOut(places),
      });
    }
    writeDown(current.kid);
    await state.retire(current.kid);
    return { kid: current.kid };
  } finally {
    await state.close();
  }
}

function waysOut({ stateDir, marker }: StatePlaces): string {
  return [
    `put back the store that was in ${stateDir} and try again;`,
    'or end the guard by hand, in this order: take docker-id out of "authorization-plugins" in /etc/docker/daemon.json,',
    "send dockerd a SIGHUP (systemctl reload docker), stop the verifier,",
    `then move ${stateDir} and ${marker} away: the next verifier starts open, and every id made so far is void`,
  ].join(" ");
}
