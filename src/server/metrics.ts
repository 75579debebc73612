import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Circumstances } from "../docker/attempt.ts";
import type { Status } from "../protocol/admin.ts";

/** What `/metrics` tells; no label ever holds what a client sent. */
export interface Metrics {
  decided(door: Circumstances["door"], verdict: "allowed" | "refused", durationMs: number): void;
  /** The state as last seen. */
  stands(state: Status["state"]): void;
  /** In Prometheus' text format. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Makes metrics with a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const decisions = new Counter({
    name: "docker_id_decisions_total",
    help: "Decisions by door and verdict.",
    labelNames: ["door", "verdict"] as const,
    registers,
  });
  const durations = new Histogram({
    name: "docker_id_decision_seconds",
    help: "Time from an attempt to its written-down decision.",
    labelNames: ["door"] as const,
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5],
    registers,
  });
  const states = new Gauge({
    name: "docker_id_state",
    help: "1 for the state the guard is in, 0 for the others.",
    labelNames: ["state"] as const,
    registers,
  });
  return {
    decided(door, verdict, durationMs) {
      decisions.inc({ door, verdict });
      durations.observe({ door }, durationMs / 1000);
    },
    stands(state) {
      for (const each of ["open", "guarded", "unreadable"] as const)
        states.set({ state: each }, each === state ? 1 : 0);
    },
    async expose() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
