import type { Inspectable } from "../../../../docker/attempt.ts";
import type { Answered } from "./plan-types.ts";

const words: Readonly<Record<Inspectable, (name: string) => string>> = {
  container: (name) => `No such container: ${name}`,
  image: (name) => `No such image: ${/[:@]/.test(name.slice(name.lastIndexOf("/") + 1)) ? name : `${name}:latest`}`,
  volume: (name) => `get ${name}: no such volume`,
  network: (name) => `network ${name} not found`,
  exec: (name) => `No such exec instance: ${name}`,
  plugin: (name) => `plugin "${name}" not found`,
  service: (name) => `service ${name} not found`,
  task: (name) => `task ${name} not found`,
  node: (name) => `node ${name} not found`,
  secret: (name) => `secret ${name} not found`,
  config: (name) => `config ${name} not found`,
};

/** What the engine answers about what it does not know, in its own words. */
export function noSuchThing(kind: Inspectable, name: string): Answered {
  return { status: 404, json: { message: words[kind](name) } };
}

/** An answer in the engine's form, with a sentence of ours. */
export function answerWith(status: number, message: string): Answered {
  return { status, json: { message } };
}
