/** Whether something may be said again: not more than so often, or whoever asks would fill the log. */
export function createNowAndThen(clock: () => Date, everyMs = 10_000): (what: string) => boolean {
  const said = new Map<string, number>();
  return (what) => {
    const nowMs = clock().getTime();
    const last = said.get(what);
    if (last !== undefined && Math.abs(nowMs - last) < everyMs) return false;
    // What is said has few shapes; a name in one of them must not make it grow
    if (said.size >= 1000) said.clear();
    said.set(what, nowMs);
    return true;
  };
}
