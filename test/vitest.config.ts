import { defineConfig } from "vitest/config";
import { CountingReporter } from "./support/reporter.ts";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.test.ts"],
    reporters: ["default", new CountingReporter()],
    // @oclif/test captures nothing otherwise
    disableConsoleIntercept: true,
    // End-to-end tests wait for engines most of the time.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
