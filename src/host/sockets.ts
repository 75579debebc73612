import { request } from "node:http";
import { Failure } from "../errors.ts";

/** An answer of at most 4 MiB, as text. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** The path of a `unix://` address; these doors are local. */
export function unixPath(address: string): string {
  const path = address.startsWith("unix://") ? address.slice("unix://".length) : "";
  if (!path.startsWith("/")) throw new Failure("misuse", `${address} is not a unix:///PATH address`);
  return path;
}

/** One request over a unix socket, answered within `timeoutMs`; undefined when nobody answers. */
export function askSocket(
  socketPath: string,
  method: string,
  path: string,
  timeoutMs = 5000,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, method, path, agent: false, timeout: timeoutMs }, (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on("data", (part: Buffer) => {
        size += part.length;
        if (size > 4 * 1024 * 1024) asked.destroy();
        else parts.push(part);
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") }));
      answer.on("error", () => resolve(undefined));
      answer.on("close", () => resolve(undefined));
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(undefined));
    asked.end();
  });
}

/** Whether a plugin answers at the socket and says that it authorizes, as dockerd would ask it. */
export async function activates(socketPath: string): Promise<boolean> {
  const answer = await askSocket(socketPath, "POST", "/Plugin.Activate");
  if (answer?.status !== 200) return false;
  try {
    const told: unknown = JSON.parse(answer.text);
    const offers = typeof told === "object" && told !== null && "Implements" in told ? told.Implements : undefined;
    return Array.isArray(offers) && offers.includes("authz");
  } catch {
    return false;
  }
}

/** Asks again and again, ten times a second, until the answer is true; false when `limitMs` have passed. */
export async function until(holds: () => Promise<boolean>, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
