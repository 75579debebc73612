/**
 * The host under which a registry is settled, `registry.example.com:5000`, of what docker and other clients call a
 * registry: with or without a scheme and a path. Undefined for what names none.
 */
export function readRegistryHost(text: string): string | undefined {
  const [, host] = /^(?:https?:\/\/)?([^/]+)(?:\/.*)?$/s.exec(text.trim()) ?? [];
  if (host === undefined || !/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host)) return undefined;
  return host.toLowerCase();
}
