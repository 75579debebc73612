import type { Kind, Touch } from "../attempt.ts";
import type { BodyReader } from "../body-reader.ts";
import { namedPower } from "../powers/host.ts";
import { object, text, textMap, textPower } from "./fields.ts";
import { labels, readLabels } from "./label.ts";
import { readNewName } from "./name.ts";
import { type More, readsBody } from "./read-body.ts";
import { defineShape, expectText, type FieldReader } from "./shape.ts";

const driver = (power: string): FieldReader =>
  object(defineShape({ Name: textPower((name) => [namedPower(power, name)]), Options: textMap }));

const fields = { Name: text, Labels: labels, Data: text, Templating: driver("templating") };
const secret = defineShape({ ...fields, Driver: driver("secret-driver") });
const config = defineShape(fields);

/** `POST /secrets/create`: the new secret, and the program that would fetch it. */
export const readSecretCreate: BodyReader = readsBody(secret, creates("secret"));

/** `POST /secrets/{id}/update`: the target names the secret. */
export const readSecretUpdate: BodyReader = readsBody(secret);

/** `POST /configs/create`: the new configuration. */
export const readConfigCreate: BodyReader = readsBody(config, creates("config"));

/** `POST /configs/{id}/update`: the target names the configuration. */
export const readConfigUpdate: BodyReader = readsBody(config);

function creates(kind: Kind & ("secret" | "config")): More {
  return async (body): Promise<readonly Touch[]> => {
    const name = readNewName(expectText(body["Name"] ?? "", "Name"), kind);
    return [{ kind, id: "+", level: "write", names: [name], labels: readLabels(body["Labels"], "Labels") }];
  };
}
