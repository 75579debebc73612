import { expect, it } from "vitest";
import { createMetrics } from "../../src/server/metrics.ts";

it("counts every decision by the time that it is asked, and none twice", async () => {
  const metrics = createMetrics();
  for (let made = 0; made < 300; made += 1) metrics.decided("gateway", "allowed", 2);
  metrics.decided("authz", "refused", 2000);
  for (const _ of ["once", "again"]) {
    const { text } = await metrics.expose();
    expect(text).toMatch(/docker_id_decisions_total\{door="gateway",verdict="allowed"\} 300\n/);
    expect(text).toMatch(/docker_id_decisions_total\{door="authz",verdict="refused"\} 1\n/);
    expect(text).toMatch(/docker_id_decision_seconds_bucket\{le="0.0025",door="gateway"\} 300\n/);
    expect(text).toMatch(/docker_id_decision_seconds_count\{door="authz"\} 1\n/);
    expect(text).toMatch(/docker_id_decision_seconds_sum\{door="authz"\} 2\n/);
  }
});
