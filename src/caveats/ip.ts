import { Failure } from "../errors.ts";
import { type Block, contains, formatBlock, parseAddress, readBlock } from "./address.ts";
import { defineCaveat } from "./define.ts";
import { formatList, parseList, readList } from "./list.ts";

/** `ip`: the addresses from which an id may be used. */
export const ip = defineCaveat<readonly Block[]>({
  name: "ip",
  summary: "only from these addresses; the engine's plugin sees none, the gateway does",
  values: "IPv4 and IPv6 addresses, CIDR blocks",
  example: "10.0.0.0/8,2001:db8::7",
  resource: false,
  handshake: true,
  parse: (text) => parseList(text, admit).map(readBlock),
  format: (blocks) => formatList(blocks.map(formatBlock)),
  read: (typed) => readList(typed, (text) => formatBlock(readBlock(text))).map(readBlock),
  refuses(blocks, { circumstances: { address, door } }) {
    if (address === undefined) {
      return door === "authz"
        ? "this id is bound to addresses, and the engine shows its plugin none: use it through docker-id's gateway"
        : "this id is bound to addresses, and none is known here: use it over TCP through docker-id's gateway";
    }
    const bytes = parseAddress(address);
    if (bytes !== undefined && blocks.some((block) => contains(block, bytes))) return undefined;
    return "this id is bound to other addresses than the one that the request comes from";
  },
});

function admit(text: string): string {
  if (formatBlock(readBlock(text)) !== text) {
    throw new Failure("misuse", "an address is not in its canonical spelling, or its block has host bits set");
  }
  return text;
}
