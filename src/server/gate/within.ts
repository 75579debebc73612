/** What `work` gives, or `late()` once `limitMs` have passed without it; what `work` does after that is lost. */
export async function within<T>(limitMs: number, work: Promise<T>, late: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof passed>((resolve) => {
    timer = setTimeout(resolve, limitMs, passed);
  });
  try {
    const first = await Promise.race([work, limit]);
    if (first !== passed) return first;
    // Nobody waits for it any more
    work.catch(() => undefined);
    return await late();
  } finally {
    clearTimeout(timer);
  }
}

const passed = Symbol("passed");
