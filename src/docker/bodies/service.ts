import type { BodyReader } from "../body-reader.ts";
import { Unread } from "../unread.ts";
import { list, number, object, oneOf, text, whole } from "./fields.ts";
import { labels, readLabels } from "./label.ts";
import { readNewName } from "./name.ts";
import { portPowers } from "./ports.ts";
import { readsBody } from "./read-body.ts";
import { defineShape, expectObject, expectText, type FieldReader, readShape } from "./shape.ts";
import { serviceNetwork, taskTemplate } from "./task-template.ts";

const update = object(
  defineShape({
    Parallelism: whole,
    Delay: whole,
    FailureAction: text,
    Monitor: whole,
    MaxFailureRatio: number,
    Order: text,
  }),
);

const portShape = defineShape({
  Name: text,
  Protocol: oneOf("", "tcp", "udp", "sctp"),
  TargetPort: whole,
  PublishedPort: whole,
  PublishMode: text,
});

const port: FieldReader = async (value, field, reading) => {
  await readShape(portShape, value, field, reading);
  const { PublishedPort: published, Protocol: protocol } = expectObject(value, field);
  return portPowers(typeof published === "number" ? String(published) : "", expectText(protocol ?? "", field) || "tcp");
};

const spec = defineShape({
  Name: text,
  Labels: labels,
  TaskTemplate: taskTemplate,
  Mode: object(
    defineShape({
      Replicated: object(defineShape({ Replicas: whole })),
      Global: object(defineShape({})),
      ReplicatedJob: object(defineShape({ MaxConcurrent: whole, TotalCompletions: whole })),
      GlobalJob: object(defineShape({})),
    }),
  ),
  UpdateConfig: update,
  RollbackConfig: update,
  Networks: list(serviceNetwork),
  EndpointSpec: object(defineShape({ Mode: text, Ports: list(port) })),
});

/** `POST /services/create`: the new service, and what its tasks would hold of the nodes they run on. */
export const readServiceCreate: BodyReader = readsBody(spec, async (body) => [
  {
    kind: "service",
    id: "+",
    level: "write",
    names: [readNewName(expectText(body["Name"] ?? "", "Name"), "service")],
    labels: readLabels(body["Labels"], "Labels"),
  },
]);

/** `POST /services/{id}/update`: what the service's tasks would hold from then on; the target names the service. */
export const readServiceUpdate: BodyReader = readsBody(spec, async (_body, _reading, { query }) => {
  // Then the engine takes a specification that it keeps, and not the one that is sent
  if ((query.get("rollback") ?? "") !== "") throw new Unread("a service is rolled back to what nobody shows");
  return [];
});
