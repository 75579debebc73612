import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { readTokenForm, readTokenQuery } from "../../src/registry/token-request.ts";

const query = (text: string) => readTokenQuery(new URLSearchParams(text));
const form = (text: string) => readTokenForm(new URLSearchParams(text));

describe("a GET of docker's, skopeo's and containerd's", () => {
  it("is read", () => {
    expect(query("account=alice&client_id=docker&offline_token=true&service=hub")).toEqual({
      service: "hub",
      requested: [],
      account: "alice",
      clientId: "docker",
      offline: true,
      grant: "basic",
    });
    expect(query("service=hub&scope=repository%3Aa%3Apull&scope=repository:b:pull,push")).toEqual({
      service: "hub",
      requested: [
        { type: "repository", name: "a", actions: ["pull"] },
        { type: "repository", name: "b", actions: ["pull", "push"] },
      ],
      offline: false,
      grant: "basic",
    });
    expect(query("scope=&service=hub&scope=repository:a:pull+repository:b:pull").requested).toHaveLength(2);
    expect(query("service=hub&colour=blue&offline_token=false&account=")).toMatchObject({ offline: false });
  });

  it("takes no credentials out of its query", () => {
    const read = query("service=hub&username=alice&password=x&refresh_token=y&grant_type=password");
    expect(read).toEqual({ service: "hub", requested: [], offline: false, grant: "basic" });
  });

  it.each([
    "",
    "service=",
    "scope=repository:a:pull",
    "service=a&service=b",
    `service=${"a".repeat(256)}`,
    "service=a%0Ab",
    "service=a%E2%80%AEb",
    "service=hub&account=a%1Bb",
    "service=hub&account=a&account=b",
    `service=hub&account=${"a".repeat(256)}`,
    "service=hub&client_id=%00",
    "service=hub&offline_token=true&offline_token=false",
    "service=hub&scope=repository",
    "service=hub&scope=repository:..:pull",
  ])("is refused: %s", (text) => {
    expect(() => query(text)).toThrow(Failure);
  });
});

describe("a POST", () => {
  it("is read with a password", () => {
    expect(
      form(
        "grant_type=password&service=hub&client_id=containerd&scope=repository:a:pull&username=alice&password=a:b%20c&access_type=offline",
      ),
    ).toEqual({
      service: "hub",
      requested: [{ type: "repository", name: "a", actions: ["pull"] }],
      clientId: "containerd",
      offline: true,
      grant: "password",
      username: "alice",
      password: "a:b c",
    });
    expect(form("grant_type=password&service=hub&password=x")).toMatchObject({ username: "", offline: false });
  });

  it("is read with a refresh token", () => {
    expect(
      form("grant_type=refresh_token&service=hub&client_id=docker&refresh_token=dkid_x&access_type=online"),
    ).toEqual({
      service: "hub",
      requested: [],
      clientId: "docker",
      offline: false,
      grant: "refresh_token",
      refreshToken: "dkid_x",
    });
  });

  it.each([
    "service=hub",
    "service=hub&grant_type=",
    "service=hub&grant_type=authorization_code&code=x",
    "service=hub&grant_type=Password&username=a&password=b",
    "service=hub&grant_type=password&grant_type=refresh_token&password=b&refresh_token=c",
    "service=hub&grant_type=password&username=a",
    "service=hub&grant_type=password&username=a&password=",
    "service=hub&grant_type=password&username=a&password=b&password=c",
    "service=hub&grant_type=password&username=a%0A&password=b",
    `service=hub&grant_type=password&username=a&password=${"b".repeat(8193)}`,
    "service=hub&grant_type=refresh_token",
    "grant_type=password&username=a&password=b",
  ])("is refused: %s", (text) => {
    expect(() => form(text)).toThrow(Failure);
  });

  it("is refused without a word of what it held", () => {
    for (const text of [
      "service=hub&grant_type=hunter2",
      "service=hub&grant_type=password&username=hunter2%00&password=hunter2",
    ]) {
      expect(() => form(text)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("hunter2") as string }),
      );
    }
  });
});

it("whatever is sent is read or refused", () => {
  const key = fc.constantFrom("service", "scope", "account", "grant_type", "username", "password", "offline_token");
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.string({ unit: "binary", maxLength: 12 })), { maxLength: 8 }), (pairs) => {
      for (const read of [readTokenQuery, readTokenForm]) {
        try {
          expect(read(new URLSearchParams(pairs)).service).not.toBe("");
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }
    }),
  );
});
