import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { getCACertificates } from "node:tls";

/** A whole answer, and when this clock said that it came. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Its beginning. */
  readonly text: string;
  readonly at: Date;
}

/** Why there is no answer: `tls` where somebody listens whom we have no reason to trust. */
export interface Silence {
  readonly silence: "refused" | "unknown name" | "no answer in time" | "tls" | "no http";
  /** A sentence without its subject: `does not listen`. */
  readonly said: string;
}

export interface Question {
  readonly url: URL;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Authorities in PEM that are trusted beside the usual ones. */
  readonly ca?: readonly string[];
  readonly timeoutMs?: number;
}

const mostText = 64 * 1024;

/** Asks once and follows nothing. */
export async function ask(question: Question, clock: () => Date): Promise<Answer | Silence> {
  const { url, method = "GET", headers = {}, body, ca = [], timeoutMs = 5000 } = question;
  // Of the whole: what comes drop by drop is no answer either
  const signal = AbortSignal.timeout(timeoutMs);
  const options = { method, headers: { ...headers, "user-agent": "docker-id" }, agent: false, signal };
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asking =
        url.protocol === "https:"
          ? secureRequest(url, { ...options, ca: [...trusted(), ...ca] })
          : plainRequest(url, options);
      asking.once("error", reject);
      asking.once("response", resolve);
      asking.end(body);
    });
    const at = clock();
    let text = "";
    answer.setEncoding("utf8");
    for await (const chunk of answer) {
      text += String(chunk);
      if (text.length > mostText) break;
    }
    return { status: answer.statusCode ?? 0, headers: answer.headers, text, at };
  } catch (error) {
    return explain(signal.aborted ? { code: "ETIMEDOUT" } : (error as NodeJS.ErrnoException));
  }
}

/** What docker trusts: it goes by the system's authorities, and Node by its own. */
function trusted(): readonly string[] {
  return [...getCACertificates("default"), ...getCACertificates("system")];
}

const byCode: Readonly<Record<string, Silence>> = {
  ECONNREFUSED: { silence: "refused", said: "does not listen" },
  ENOTFOUND: { silence: "unknown name", said: "has a name that this machine cannot resolve" },
  EAI_AGAIN: { silence: "unknown name", said: "has a name that this machine cannot resolve now" },
  EHOSTUNREACH: { silence: "refused", said: "cannot be reached from this machine" },
  ENETUNREACH: { silence: "refused", said: "cannot be reached from this machine" },
  ETIMEDOUT: { silence: "no answer in time", said: "does not answer in time" },
  ECONNRESET: { silence: "no http", said: "breaks off without an answer" },
  CERT_HAS_EXPIRED: { silence: "tls", said: "shows a TLS certificate that has expired" },
  CERT_NOT_YET_VALID: { silence: "tls", said: "shows a TLS certificate that is not valid yet" },
  ERR_TLS_CERT_ALTNAME_INVALID: { silence: "tls", said: "shows a TLS certificate for another name" },
  DEPTH_ZERO_SELF_SIGNED_CERT: { silence: "tls", said: "shows a TLS certificate that nobody vouches for but itself" },
  SELF_SIGNED_CERT_IN_CHAIN: {
    silence: "tls",
    said: "shows a TLS certificate of an authority that is not trusted here",
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    silence: "tls",
    said: "shows a TLS certificate of an authority that is not trusted here, or without its intermediate",
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    silence: "tls",
    said: "shows a TLS certificate of an authority that is not trusted here, or without its intermediate",
  },
  EPROTO: { silence: "no http", said: "speaks no TLS there that this machine understands, maybe plain http" },
};

function explain({ code = "" }: { readonly code?: string | undefined }): Silence {
  const known = Object.hasOwn(byCode, code) ? byCode[code] : undefined;
  if (known !== undefined) return known;
  if (code.startsWith("ERR_SSL")) return byCode["EPROTO"] as Silence;
  return { silence: "no http", said: `does not answer as a web server does${code === "" ? "" : ` (${code})`}` };
}
