import { BaseCommand, toPresented } from "../base-command.ts";
import { describeId } from "../describe-id.ts";
import { pendingName, readKeptId } from "../keychain/kept-id.ts";

interface Entry {
  readonly engine: string;
  readonly name: string;
  readonly root: boolean;
  readonly link?: string;
  readonly expires?: string;
}

/** `docker-id ls`: the ids that are kept, without their text. */
export default class Ls extends BaseCommand {
  static override summary = "list the ids that are kept, without their text";
  static override examples = ["<%= config.bin %> ls"];

  async run(): Promise<readonly Entry[]> {
    await this.parse(Ls);
    const keychain = await this.openKeychain();
    const entries: Entry[] = [];
    for (const account of [...(await keychain.list())].sort()) {
      const at = account.lastIndexOf("#");
      const [engine, name] = [account.slice(0, at), account.slice(at + 1)];
      const kept = at < 0 || name === pendingName ? undefined : await readKeptId(keychain, engine, name);
      if (kept === undefined) continue;
      const { root, links, expires } = describeId(toPresented(kept.id).macaroon);
      const link = links.at(-1);
      entries.push({ engine, name, root, ...(link && { link }), ...(expires && { expires }) });
    }
    for (const { engine, name, root, link, expires } of entries) {
      const until = expires === undefined ? "" : `  until ${expires}`;
      this.log(
        `${engine}  ${name}  ${root ? "root" : "restricted"}${link === undefined ? "" : `  link ${link}`}${until}`,
      );
    }
    if (entries.length === 0) this.say(`no id is kept in ${keychain.title}`);
    return entries;
  }
}
