let unanswered = 0;

/** How many operations are still running after their limit: each holds a thread, and Node waits for it at exit. */
export function unansweredOperations(): number {
  return unanswered;
}

/** Rejects with `late()` when the operation takes longer; it goes on in the background, for it cannot be cancelled. */
export async function within<T>(timeoutMs: number, operation: Promise<T>, late: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    unanswered += 1;
    const ended = () => {
      unanswered -= 1;
    };
    operation.then(ended, ended);
    reject(late());
  }, timeoutMs);
  try {
    return await Promise.race([operation, promise]);
  } finally {
    clearTimeout(timer);
  }
}
