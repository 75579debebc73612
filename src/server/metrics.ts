import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Circumstances } from "../docker/attempt.ts";
import type { Status } from "../protocol/admin.ts";

/** What `/metrics` tells; no label ever holds what a client sent. */
export interface Metrics {
  decided(door: Circumstances["door"], verdict: "allowed" | "refused", durationMs: number): void;
  /** The state as last seen. */
  stands(state: Status["state"]): void;
  /** The registry's door. */
  readonly registry: RegistryMetrics;
  /** In Prometheus' text format. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** One answer of the registry's door to a request for a token. */
interface TokenAnswered {
  /** As it stands in the configuration. */
  readonly service: string;
  readonly holder: "nobody" | "anonymous" | "user" | "id" | "refresh";
  /** `login` where nothing was asked for, `nothing`, `part` or `all` of what was. */
  readonly verdict: "refused" | "nothing" | "part" | "all" | "login";
  readonly status: number;
}

/** What `/metrics` tells of the registry's door. */
interface RegistryMetrics {
  answered(answer: TokenAnswered, durationMs: number): void;
  /** Counts a password for as long as it waits to be hashed, or is. */
  hashes<T>(work: () => Promise<T>): Promise<T>;
}

/** So many decisions are counted together. */
const mostWaiting = 256;

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
  const tokens = new Counter({
    name: "docker_id_registry_requests_total",
    help: "Requests for a registry's token, by service, by who was found to ask, and by what was granted.",
    labelNames: ["service", "holder", "verdict"] as const,
    registers,
  });
  const failures = new Counter({
    name: "docker_id_registry_failures_total",
    help: "Requests for a registry's token that were answered by an error, by HTTP status.",
    labelNames: ["service", "status"] as const,
    registers,
  });
  const tokenDurations = new Histogram({
    name: "docker_id_registry_request_seconds",
    help: "Time from a request for a registry's token to its answer.",
    labelNames: ["holder"] as const,
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  const hashing = new Gauge({
    name: "docker_id_registry_passwords_hashing",
    help: "Passwords that are being hashed, or wait for it.",
    registers,
  });
  // To observe one at a time costs more than the rest of counting a decision
  const waiting = new Map<string, { readonly door: string; readonly verdict: string; readonly seconds: number[] }>();
  function observe({ door, verdict, seconds }: { door: string; verdict: string; seconds: number[] }): void {
    const all = seconds.splice(0);
    if (all.length === 0) return;
    decisions.inc({ door, verdict }, all.length);
    const series = durations.labels({ door });
    for (const each of all) series.observe(each);
  }
  return {
    registry: {
      answered({ service, holder, verdict, status }, durationMs) {
        tokens.inc({ service, holder, verdict });
        if (status !== 200) failures.inc({ service, status });
        tokenDurations.observe({ holder }, durationMs / 1000);
      },
      async hashes(work) {
        hashing.inc();
        try {
          return await work();
        } finally {
          hashing.dec();
        }
      },
    },
    decided(door, verdict, durationMs) {
      const key = `${door} ${verdict}`;
      const one = waiting.get(key) ?? { door, verdict, seconds: [] };
      waiting.set(key, one);
      if (one.seconds.push(durationMs / 1000) >= mostWaiting) observe(one);
    },
    stands(state) {
      for (const each of ["open", "guarded", "unreadable"] as const)
        states.set({ state: each }, each === state ? 1 : 0);
    },
    async expose() {
      for (const one of waiting.values()) observe(one);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
