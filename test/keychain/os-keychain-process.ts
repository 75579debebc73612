import { Failure } from "../../src/errors.ts";
import { osKeychain } from "../../src/keychain/os.ts";

/**
 * The OS keychain in a process of its own, told what to do by its parent: the library learns of a bus once, and ends its
 * process when that bus goes away.
 */
const keychain = osKeychain(Number(process.argv[2]));

async function answer(method: string, args: readonly string[]): Promise<unknown> {
  const [account = "", secret = ""] = args;
  if (method === "set") return await keychain.set(account, secret);
  if (method === "get") return await keychain.get(account);
  if (method === "delete") return await keychain.delete(account);
  return await keychain.list();
}

process.on("message", ({ method, args }: { method: string; args: string[] }) => {
  answer(method, args).then(
    (value) => process.send?.({ value }),
    (error: unknown) =>
      process.send?.({ code: error instanceof Failure ? error.code : "none", message: String(error) }),
  );
});
