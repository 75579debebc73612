import { expect } from "vitest";
import type { RawAnswer, RawRequest } from "../../support/raw.ts";
import { type Holder, post, type Scene } from "./scene.ts";

/** An inspect answer, as far as it is looked at here. */
export interface Container {
  readonly Id: string;
  readonly Image: string;
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

/** A request that got past a plugin which reads it in the obvious way. */
export interface Way {
  readonly what: string;
  /** Who is refused it, and why. */
  readonly id: Holder;
  readonly why: RegExp;
  /** `name` is a name that nothing has yet. */
  readonly request: (scene: Scene, name: string) => RawRequest;
  /** What the engine does of it when it is asked by root; absent where this engine itself does not. */
  readonly acts?: (scene: Scene, name: string, answer: RawAnswer) => Promise<void>;
}

/** Where a container is created. */
export const target = (name: string): string => `/v1.41/containers/create?name=${name}`;

/** The engine made a container with such a host config. */
export function makes(config: Readonly<Record<string, unknown>>): NonNullable<Way["acts"]> {
  return async ({ look, docker }, name, answer) => {
    expect(answer.status, answer.text).toBe(201);
    const made = await look<Container>(`/containers/${name}/json`);
    expect(made?.HostConfig).toMatchObject(config);
    await docker("rm", name);
  };
}

/** The engine made a privileged container. */
export const makesPrivileged = makes({ Privileged: true });

/** Posts a create with this body. */
export function posts(body: (name: string) => string, more: Partial<RawRequest> = {}): Way["request"] {
  return (_, name) => post(target(name), body(name), more);
}
