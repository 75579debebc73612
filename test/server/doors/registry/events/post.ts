import { createEventsHandler, type EventsOptions } from "../../../../../src/server/doors/registry/events/handler.ts";
import type { RegistryEventLine } from "../../../../../src/server/gate/at-registry.ts";
import { createLog } from "../../../../../src/server/log.ts";

export const secret = "notify-secret";
const contentType = "application/vnd.docker.distribution.events.v1+json";

/** As docker-registry 2.8.2 posts them; made up, but for the form. */
export function event(more: object = {}): object {
  return {
    id: "6df24a34-0959-4923-81ca-14f09767db19",
    timestamp: "2030-01-01T00:00:10.5Z",
    action: "push",
    target: {
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      size: 708,
      digest: "sha256:aa",
      length: 708,
      repository: "alice/app",
      url: "http://127.0.0.1:5100/v2/alice/app/manifests/sha256:aa",
      tag: "v1",
    },
    request: { id: "req-1", addr: "127.0.0.1:40000", host: "127.0.0.1:5100", method: "PUT", useragent: "docker" },
    actor: { name: "alice" },
    source: { addr: "host:5100", instanceID: "x" },
    ...more,
  };
}

/** A handler, what it wrote down, and whom it counted. */
export function makeDesk(options: Partial<EventsOptions> = {}) {
  const written: RegistryEventLine[] = [];
  const counted: string[] = [];
  const said: string[] = [];
  const handle = createEventsHandler({
    record: async (line) => {
      written.push(line);
    },
    secret,
    bodyBytes: 4096,
    issued: { match: () => [] },
    refused: (why, { source }) => counted.push(`${source}: ${why}`),
    log: createLog("debug", false, (line) => said.push(line)),
    ...options,
  });
  const post = async (body: string | object, headers: Record<string, string> = {}): Promise<Response> => {
    const text = typeof body === "string" || body instanceof ReadableStream ? body : JSON.stringify(body);
    const request = new Request("http://docker-id/events", {
      method: "POST",
      body: text,
      headers: { authorization: `Bearer ${secret}`, "content-type": contentType, ...headers },
      duplex: "half",
    });
    return await handle(request, { address: "127.0.0.1", source: "127.0.0.1" });
  };
  return { post, written, counted, said };
}
