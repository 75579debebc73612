import { describe, expect, it } from "vitest";
import { findRow } from "../../src/docker/table/table.ts";
import { table } from "../../src/docker/table/table.ts";
import { answerTo, answerToFollowing, makes } from "../../src/explain/answers.ts";

const id = "a".repeat(64);
const asked = (method: string, action: string, op: "read" | "write", stream = false, handshake = false) =>
  answerTo({ method, action, op, stream, handshake }, id);

describe("what stands in for the engine's answer", () => {
  it.each([
    ["GET", "system.info"],
    ["GET", "container.inspect"],
    ["GET", "container.list"],
    ["HEAD", "container.archive-read"],
  ])("is the engine's own to a read that docker goes by: %s %s", (method, action) => {
    expect(asked(method, action, "read")).toEqual({ kind: "read" });
  });

  it("is never the engine's own to what writes, or is not plainly a read", () => {
    for (const [operation, row] of Object.entries(table)) {
      const [method = ""] = operation.split(" ");
      const action = typeof row.action === "string" ? row.action : "image.pull";
      for (const op of ["read", "write"] as const) {
        const mayRead = op === "read" && (method === "GET" || method === "HEAD");
        if (!mayRead) expect(asked(method, action, op).kind, operation).not.toBe("read");
      }
      const asWritten = typeof row.op === "function" ? "write" : row.op;
      const answer = asked(method, action, asWritten, false, row.handshake === true);
      if (answer.kind === "read") expect(row.op, operation).toBe("read");
    }
    expect(findRow("GET", "/info")).toBeDefined();
    expect(asked("GET", "unknown", "read").kind).not.toBe("read");
    expect(asked("POST", "system.ping", "read", false, true).kind).not.toBe("read");
  });

  it("carries no data that docker would write into a file, and no way to a builder", () => {
    for (const action of ["container.export", "image.get", "container.archive-read"]) {
      expect(asked("GET", action, "read")).toEqual({ kind: "none", last: true });
    }
    for (const action of ["build.grpc", "build.session"]) {
      expect(asked("POST", action, "write")).toEqual({ kind: "none", last: false });
    }
    expect(asked("GET", "swarm.unlock-key", "write")).toEqual({ kind: "none", last: false });
  });

  it("names what would be created by the id that was made up", () => {
    for (const action of ["container.create", "container.exec", "network.create", "service.create"]) {
      expect(asked("POST", action, "write")).toMatchObject({ kind: "json", status: 201, body: { Id: id, ID: id } });
    }
    expect(makes("container.create")).toBe("container");
    expect(makes("container.exec")).toBe("exec");
    expect(makes("network.create")).toBe("other");
    expect(makes("container.start")).toBeUndefined();
    expect(makes("constructor")).toBeUndefined();
  });

  it("lets docker go on", () => {
    expect(asked("POST", "container.attach", "read", true)).toEqual({ kind: "hijack" });
    expect(asked("POST", "exec.start", "write", true)).toEqual({ kind: "hijack" });
    expect(asked("POST", "exec.start", "write", false)).toMatchObject({ kind: "json", status: 200 });
    expect(asked("POST", "container.start", "write")).toMatchObject({ status: 204 });
    expect(asked("POST", "container.wait", "read")).toMatchObject({ status: 200, body: { StatusCode: 0 } });
    expect(asked("POST", "image.pull", "write")).not.toHaveProperty("body");
    expect(asked("POST", "toString", "write")).toMatchObject({ status: 200, body: {} });
  });

  it("knows nothing of what follows on what is not there", () => {
    expect(answerToFollowing("GET")).toMatchObject({ status: 404 });
    expect(answerToFollowing("POST")).toMatchObject({ status: 200 });
  });
});
