import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

/** A key and its certificate, as PEM files. */
export interface Pair {
  readonly key: string;
  readonly certificate: string;
}

/** A small authority that vouches for servers at 127.0.0.1 and for clients. */
export interface Authority extends Pair {
  readonly issue: (name: string, subject: string) => Pair;
}

/** Makes one in a folder, with Debian's openssl. */
export function makeAuthority(folder: string, name = "ca"): Authority {
  const at = (file: string): string => path.join(folder, file);
  const elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const pair = (of: string): Pair => ({ key: at(`${of}.key`), certificate: at(`${of}.pem`) });
  const own = pair(name);
  openssl(
    "req",
    "-x509",
    ...elliptic,
    "-keyout",
    own.key,
    "-out",
    own.certificate,
    "-subj",
    `/CN=${name}`,
    "-days",
    "2",
  );
  return {
    ...own,
    issue(of, subject) {
      const made = pair(of);
      const [request, extensions] = [at(`${of}.csr`), at(`${of}.ext`)];
      writeFileSync(extensions, "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost\n");
      openssl("req", ...elliptic, "-keyout", made.key, "-out", request, "-subj", subject);
      const signer = ["-CA", own.certificate, "-CAkey", own.key, "-CAcreateserial", "-days", "2"];
      openssl("x509", "-req", "-in", request, ...signer, "-extfile", extensions, "-out", made.certificate);
      return made;
    },
  };
}

/** Runs openssl for what it writes. */
export function openssl(...args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}
