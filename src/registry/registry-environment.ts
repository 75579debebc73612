import { readYaml } from "./read-yaml.ts";

type Tree = Readonly<Record<string, unknown>>;

const prefix = "REGISTRY_";

/**
 * A registry's configuration with what its environment says instead: `REGISTRY_AUTH_TOKEN_REALM` stands for
 * `auth.token.realm`, and a number for a place in a list. A value is YAML, as in the file.
 */
export function overrideByEnvironment(config: Tree, environment: Readonly<Record<string, string | undefined>>): Tree {
  const names = Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && name.length > prefix.length)
    .toSorted();
  return names.reduce<Tree>((before, name) => {
    const path = name.slice(prefix.length).toLowerCase().split("_");
    const value = environment[name];
    if (value === undefined || path.includes("")) return before;
    return override(before, path, readValue(value)) as Tree;
  }, config);
}

function override(tree: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(tree)) {
    const at = Number(first);
    // Further on there would be a hole, and the registry does not start
    if (!/^\d+$/.test(first) || at > tree.length) return tree;
    return [...tree.slice(0, at), override(tree[at], rest, value), ...tree.slice(at + 1)];
  }
  // The file may name the kind of authorization alone
  const inside: Tree = typeof tree === "object" && tree !== null ? (tree as Tree) : named(tree);
  const key = Object.keys(inside).find((name) => name.toLowerCase() === first) ?? first;
  const before = Object.hasOwn(inside, key) ? inside[key] : undefined;
  return { ...inside, [key]: override(before, rest, value) };
}

function named(tree: unknown): Tree {
  return typeof tree === "string" ? { [tree]: undefined } : {};
}

function readValue(text: string): unknown {
  try {
    return readYaml(text, "1.1");
  } catch {
    return undefined;
  }
}
