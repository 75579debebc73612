import * as z from "zod";
import { Failure } from "../errors.ts";
import type { SigningSettings } from "./settings-types.ts";

const text = z.string().min(1).max(1024);

/** `token:` of the registry, and of one service where it differs. */
export const signingSchema = z.strictObject({
  issuer: text.optional(),
  certificate: text.optional(),
  key: text.optional(),
  retiring: z.array(text).optional(),
  x5c: z.boolean().optional(),
  kid: z.union([z.literal("libtrust"), z.literal("rfc7638"), z.strictObject({ text })]).optional(),
  /** Seconds; a token cannot be taken back, and clients take anything shorter for a minute. */
  life: z.int().min(60).max(300).optional(),
});
type File = z.infer<typeof signingSchema>;

/** How a service's tokens are signed: its own words over the registry's. Throws Failure("misuse"). */
export function readSigning(
  service: string,
  issuer: string | undefined,
  shared: File,
  own: File,
  resolve: (inFile: string) => string,
): SigningSettings {
  // A key of one's own with another's certificate would sign what no registry believes
  if ((own.certificate === undefined) !== (own.key === undefined)) {
    throw new Failure("misuse", `the registry's service ${service} needs both a certificate and its key`);
  }
  const { certificate, key } = own.certificate === undefined ? shared : own;
  if (certificate === undefined || key === undefined) {
    throw new Failure("misuse", `the tokens for ${service} need a certificate and its key`, {
      hint: "set registry.token.certificate and registry.token.key; docker-id registry keys makes them",
    });
  }
  const retiring = own.retiring ?? (own.certificate === undefined ? shared.retiring : undefined);
  return {
    issuer: own.issuer ?? shared.issuer ?? issuer ?? "docker-id",
    certificate: resolve(certificate),
    key: resolve(key),
    ...(retiring === undefined ? {} : { retiring: retiring.map(resolve) }),
    x5c: own.x5c ?? shared.x5c ?? true,
    kid: own.kid ?? shared.kid ?? "libtrust",
    lifeSeconds: own.life ?? shared.life ?? 120,
  };
}
