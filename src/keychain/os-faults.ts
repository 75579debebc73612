import { Failure } from "../errors.ts";

/** The command that works where there is no OS keychain. */
const otherwise =
  "docker-id init --keychain file keeps ids in a file that only you can read (set takes --keychain too)";

/** Why the OS keychain could not be used, from what its library said of it. */
export function explainFault(cause: unknown): Failure {
  const said = cause instanceof Error ? cause.message : "";
  if (/locked collection|is locked|interaction is not allowed/i.test(said)) return lockedFault(cause);
  if (
    /D-?Bus|autolaunch|could not connect|connection refused|address is empty/i.test(said) &&
    !/\.service files|not provided/i.test(said)
  ) {
    return new Failure("no_keychain", "there is no OS keychain here: no D-Bus session is running", {
      hint: otherwise,
      cause,
    });
  }
  if (/org\.freedesktop\.secrets/.test(said)) {
    return new Failure("no_keychain", "there is no OS keychain here: no program offers org.freedesktop.secrets", {
      hint: `install gnome-keyring, or: ${otherwise}`,
      cause,
    });
  }
  return new Failure("no_keychain", "the OS keychain cannot be used", { hint: otherwise, cause });
}

/** The keychain is there and holds its items back. */
export function lockedFault(cause?: unknown): Failure {
  return new Failure("no_keychain", "the OS keychain is locked", {
    hint: `unlock it and run this again, or: ${otherwise}`,
    cause,
  });
}

/** The keychain took longer than it may. */
export function lateFault(timeoutMs: number): Failure {
  return new Failure("no_keychain", `the OS keychain did not answer within ${timeoutMs / 1000} s`, {
    hint: `it may be asking you to unlock it: do, and run this again; or: ${otherwise}`,
  });
}

/** Why the addon that speaks to the OS keychain did not load. */
export function explainLoadFault(cause: unknown): Failure {
  const said = cause instanceof Error ? cause.message : "";
  if (/libsecret/.test(said)) {
    return new Failure("no_keychain", "the OS keychain needs libsecret, which is not installed", {
      hint: `install the package libsecret-1-0 (libsecret on Fedora and Alpine), or: ${otherwise}`,
      cause,
    });
  }
  return new Failure("no_keychain", "the addon that speaks to the OS keychain does not load on this machine", {
    hint: otherwise,
    cause,
  });
}
