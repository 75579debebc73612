import { createPrivateKey, type KeyObject } from "node:crypto";
import { Failure } from "../../errors.ts";
import { type PemBlock, readPem } from "./pem.ts";

const readable = new Set(["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]);

/**
 * The one private key of a PEM file: PKCS #8, or as `openssl ecparam` and `openssl genrsa` of old write it, with the
 * curve's parameters before it or without. `what` names the file in errors; throws Failure("misuse"), whose message
 * holds nothing of the file.
 */
export function readPrivateKey(text: string, what: string): KeyObject {
  const blocks = readPem(text);
  const [found, another] = blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  if (found === undefined) throw noKey(text, blocks, what);
  if (another !== undefined) {
    throw new Failure("misuse", `${what} holds more than one private key`, { hint: "leave the certificate's own" });
  }
  if (found.label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED/m.test(found.text)) {
    throw new Failure("misuse", `${what} is encrypted, and a server has nobody to ask for its password`, {
      hint: "take the password off, and keep the file for its user alone (0600): openssl pkey -in KEY -out NEW",
    });
  }
  if (!readable.has(found.label)) {
    throw new Failure("misuse", `${what} is a key in a form that registries' keys do not have`, {
      hint: "write it as PKCS #8: openssl pkey -in KEY -out NEW, or for OpenSSH's form ssh-keygen -p -m PKCS8 -f KEY",
    });
  }
  return read(found.text, what);
}

function read(block: string, what: string): KeyObject {
  try {
    return createPrivateKey(block);
  } catch {
    // Without a cause: nobody has promised that its words hold nothing of the key
    throw new Failure("misuse", `${what} holds a private key that cannot be read`, {
      hint: "copy the file anew, or make another pair: docker-id registry keys",
    });
  }
}

function noKey(text: string, blocks: readonly PemBlock[], what: string): Failure {
  const labels = blocks.map(({ label }) => label);
  const hint = "name the file of the private key, or make a pair: docker-id registry keys";
  if (text.trim() === "") return new Failure("misuse", `${what} is empty`, { hint });
  if (labels.includes("CERTIFICATE")) {
    return new Failure("misuse", `${what} holds a certificate in place of a private key`, { hint });
  }
  if (labels.some((label) => label.endsWith("PUBLIC KEY"))) {
    return new Failure("misuse", `${what} holds a public key in place of a private key`, { hint });
  }
  return new Failure("misuse", `${what} holds no private key in PEM`, { hint });
}
