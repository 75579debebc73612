import type { BodyReader } from "../body-reader.ts";
import { quote } from "../powers/host.ts";
import { Unread } from "../unread.ts";
import { text } from "./fields.ts";
import { readsBody } from "./read-body.ts";
import { defineShape, expectText } from "./shape.ts";

const shape = defineShape({
  username: text,
  password: text,
  auth: text,
  email: text,
  serveraddress: text,
  identitytoken: text,
  registrytoken: text,
});

/** `POST /auth`: tries a password against a registry, any that the request names, else Docker's own. */
export const readAuth: BodyReader = readsBody(shape, async (body) => {
  const said = expectText(body["serveraddress"] ?? "", "serveraddress");
  const registry = said.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  if (!/^[a-zA-Z0-9.:[\]-]*$/.test(registry)) throw new Unread(`${quote(said)} is no registry`);
  const known = ["", "index.docker.io", "registry-1.docker.io"].includes(registry);
  return [{ kind: "registry", id: known ? "docker.io" : registry, level: "write" }];
});
