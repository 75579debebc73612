import { command, flag, object, set, text, texts, whole, wholes } from "./fields.ts";
import { labels } from "./label.ts";
import { defineShape, type FieldReader } from "./shape.ts";

/** A health check, of a container or of a service's. */
export const healthcheck: FieldReader = object(
  defineShape({
    Test: command,
    Interval: whole,
    Timeout: whole,
    StartPeriod: whole,
    StartInterval: whole,
    Retries: whole,
  }),
);

/** What a container runs, as a create and a commit have it: none of it reaches beyond the container. */
export const containerConfig: Readonly<Record<string, FieldReader>> = {
  Hostname: text,
  Domainname: text,
  User: text,
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  ExposedPorts: set,
  Tty: flag,
  OpenStdin: flag,
  StdinOnce: flag,
  Env: texts,
  Cmd: command,
  Healthcheck: healthcheck,
  ArgsEscaped: flag,
  Image: text,
  Volumes: set,
  WorkingDir: text,
  Entrypoint: command,
  NetworkDisabled: flag,
  MacAddress: text,
  OnBuild: texts,
  Labels: labels,
  StopSignal: text,
  StopTimeout: whole,
  Shell: command,
};

/** The height and width of a terminal. */
export const consoleSize: FieldReader = wholes;
