import { Agent as PlainAgent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { Failure } from "../../../errors.ts";
import { exchange, type Answer } from "./exchange.ts";
import { followRedirect } from "./redirect.ts";
import type { Target } from "./target.ts";

/** One thing to ask of Vault's API. */
export interface Ask {
  readonly method: "GET" | "POST";
  /** From `/v1/` on. */
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
}

export interface Client {
  /** The answer of the node that is in charge, whatever its status; rejects with Failure("failed") when none comes. */
  ask(question: Ask): Promise<Answer>;
  close(): void;
}

const mostRedirects = 3;

/** Makes a client that keeps a few connections open. */
export function createClient(target: Target): Client {
  const keep = { keepAlive: true, maxSockets: 16, maxFreeSockets: 4, scheduling: "lifo" } as const;
  const agent =
    target.origin.protocol === "https:"
      ? new TlsAgent({ ...keep, ...(target.ca === undefined ? {} : { ca: target.ca }) })
      : new PlainAgent(keep);
  const common = {
    accept: "application/json",
    // What Vault's agents want to see, so that no web page can ask through them
    "x-vault-request": "true",
    ...(target.namespace === undefined ? {} : { "x-vault-namespace": target.namespace }),
  };
  return {
    async ask({ method, path, token, body }) {
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      const type = body === undefined ? {} : { "content-type": "application/json" };
      const headers = { ...common, ...type, ...(token === undefined ? {} : { "x-vault-token": token }) };
      const signal = AbortSignal.timeout(target.timeoutMs);
      let url = new URL(path, target.origin);
      for (let hops = 0; hops <= mostRedirects; hops += 1) {
        const answer = await exchange({ method, url, headers, ...content, agent, signal });
        if (answer.status < 300 || answer.status > 399) return answer;
        url = followRedirect(answer, url, target);
      }
      throw new Failure("failed", `the nodes of Vault at ${target.title} send each to another`);
    },
    close() {
      agent.destroy();
    },
  };
}
