import { once } from "node:events";
import { createServer } from "node:http";

/** As much of an engine as the client asks for: who it is, a ping, two objects. */
export interface StubEngine {
  readonly host: string;
  /** Ids that it admits; undefined while it admits everyone. */
  admits: ((id: string | undefined) => boolean) | undefined;
  close(): Promise<void>;
}

export const web = "a1".repeat(32);
export const alpine = `sha256:${"b2".repeat(32)}`;

const objects: Readonly<Record<string, string>> = {
  "/containers/web/json": web,
  "/containers/a1a1a1a1a1a1/json": web,
  [`/containers/${web}/json`]: web,
  // A name that reads as the short id of something else.
  "/containers/deadbeefdead/json": web,
  "/images/alpine/json": alpine,
  "/images/library/alpine%3A3/json": alpine,
  "/images/b2b2b2b2b2b2/json": alpine,
  [`/images/sha256%3A${"b2".repeat(32)}/json`]: alpine,
};

/** Listens on a unix socket. */
export async function startStubEngine(path: string, engineId = "engine-one"): Promise<StubEngine> {
  const engine: StubEngine = {
    host: `unix://${path}`,
    admits: undefined,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  const server = createServer((request, response) => {
    const id = request.headers["x-docker-id"];
    const send = (status: number, body: object) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const url = (request.url ?? "").replace(/^\/v1\.\d+/, "");
    if (engine.admits?.(typeof id === "string" ? id : undefined) === false)
      return send(403, { message: "authorization denied" });
    if (url === "/_ping") return send(200, {});
    if (url === "/info") return send(200, { ID: engineId, Name: "stub", ServerVersion: "20.10.24" });
    const found = objects[url];
    return found === undefined ? send(404, { message: "no such thing" }) : send(200, { Id: found });
  });
  server.listen(path);
  await once(server, "listening");
  return engine;
}
