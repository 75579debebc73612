import { framed } from "./framed.ts";
import { showDefaultId } from "./show-default-id.ts";

/** `docker-id show` without a flag, for which nothing else is loaded; sets the exit status and never rejects. */
export async function showAlone(): Promise<void> {
  await framed(async () => {
    const id = await showDefaultId({ raw: [] }, process.env);
    process.stdout.write(`${id}\n`);
  }, false);
}
