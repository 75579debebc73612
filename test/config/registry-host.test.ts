import { expect, it } from "vitest";
import { readRegistryHost } from "../../src/config/registry-host.ts";

it.each([
  ["registry.example.com", "registry.example.com"],
  ["Registry.Example.com:5000", "registry.example.com:5000"],
  ["https://index.docker.io/v1/", "index.docker.io"],
  ["http://127.0.0.1:5100", "127.0.0.1:5100"],
  ["127.0.0.1:5100/alice/app\n", "127.0.0.1:5100"],
  ["[::1]:5100", "[::1]:5100"],
  ["", undefined],
  ["https://", undefined],
  ["/path", undefined],
  ["user@host", undefined],
  ["a b", undefined],
  ["host:port", undefined],
  ["__proto__", "__proto__"],
])("%j is %j", (text, host) => {
  expect(readRegistryHost(text)).toBe(host);
});
