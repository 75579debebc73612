import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from "vitest/node";

/** Names every skipped test with its reason, then says in one line how many passed, failed and were skipped. */
export class CountingReporter implements Reporter {
  #filtered = false;

  onInit(vitest: Vitest): void {
    this.#filtered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      const broken = module.state() === "failed" && [...module.children.allTests("failed")].length === 0;
      // A file that does not load, or a hook that fails, has no failed test to show for it.
      if (broken) count.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed" || state === "failed") count[state] += 1;
        else {
          count.skipped += 1;
          // Whoever runs a few by name knows what was left out.
          if (!this.#filtered)
            process.stdout.write(`skipped: ${module.relativeModuleId} > ${test.fullName}${reason(test)}\n`);
        }
      }
    }
    process.stdout.write(`tests ran on Node ${process.versions.node}\n`);
    process.stdout.write(`tests: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
  }
}

function reason(test: TestCase): string {
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  return note === undefined ? "" : `: ${note}`;
}
