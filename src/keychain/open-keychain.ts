import { Failure } from "../errors.ts";
import type { KeychainKind } from "../config/settings.ts";
import type { Keychain } from "./keychain.ts";

/** Which keychain an engine's ids are in: as the call says, else the environment, else the settings, else the OS's. */
export function chooseKeychain(
  flag: KeychainKind | undefined,
  environment: NodeJS.ProcessEnv,
  settled: KeychainKind | undefined,
): KeychainKind {
  const variable = environment["DOCKER_ID_KEYCHAIN"];
  if (flag !== undefined) return flag;
  if (!variable) return settled ?? "os";
  if (variable !== "os" && variable !== "file") {
    throw new Failure("misuse", "DOCKER_ID_KEYCHAIN is neither os nor file");
  }
  return variable;
}

/** Opens it, loading nothing of the other kind. */
export async function openKeychain(kind: KeychainKind, folder: string): Promise<Keychain> {
  if (kind === "file") return (await import("./file.ts")).fileKeychain(folder);
  return (await import("./os.ts")).osKeychain();
}
