import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { CountingReporter } from "./support/reporter.ts";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.test.ts"],
    reporters: ["default", new CountingReporter()],
    // @oclif/test captures nothing otherwise
    disableConsoleIntercept: true,
    // End-to-end tests wait for engines much of the time.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
