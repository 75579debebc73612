import type { BodyReader } from "../body-reader.ts";
import { command, flag, flagPower, text, texts } from "./fields.ts";
import { consoleSize } from "./container-config.ts";
import { readsBody } from "./read-body.ts";
import { resources, restartPolicy } from "./resources.ts";
import { defineShape } from "./shape.ts";

/** `POST /containers/{id}/update`: limits reach nothing, devices and the restart policy do. */
export const readContainerUpdate: BodyReader = readsBody(defineShape({ ...resources, RestartPolicy: restartPolicy }));

/** `POST /containers/{id}/exec`: what runs inside the container, of which only privilege reaches out of it. */
export const readExecCreate: BodyReader = readsBody(
  defineShape({
    User: text,
    Privileged: flagPower("privileged"),
    Tty: flag,
    ConsoleSize: consoleSize,
    AttachStdin: flag,
    AttachStdout: flag,
    AttachStderr: flag,
    Detach: flag,
    DetachKeys: text,
    Env: texts,
    WorkingDir: text,
    Cmd: command,
    // docker-py's; the engine goes by the target
    Container: text,
  }),
);

const execStart = readsBody(
  defineShape({
    Detach: flag,
    Tty: flag,
    ConsoleSize: consoleSize,
    // dockerode's words to itself, which no engine reads
    hijack: flag,
    stdin: flag,
  }),
);

/** `POST /exec/{id}/start`: nothing beyond what the exec was created with; the engine takes no body for an empty one. */
export const readExecStart: BodyReader = async (input) => (input.body === undefined ? [] : execStart(input));
