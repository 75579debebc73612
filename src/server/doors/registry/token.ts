import type { IncomingMessage } from "node:http";
import { Failure } from "../../../errors.ts";
import { type Whence, whence } from "../../../registry/client-address.ts";
import { formatScope } from "../../../registry/scopes.ts";
import type { RegistrySettings } from "../../../registry/settings-types.ts";
import type { RegistryAdmission, RegistryGate } from "../../gate/registry-types.ts";
import { describeError } from "../../log.ts";
import type { Metrics } from "../../metrics.ts";
import { type Answer, answerRefusal, answerToken, type Refusal } from "./answers.ts";
import type { Issued } from "./events/issued.ts";
import type { Held, NotHeld, Shown } from "./holder.ts";
import { readGet, readPost } from "./read-request.ts";
import type { Refresher } from "./refresher.ts";
import type { OpenService, Services } from "./service.ts";

export interface TokenParts {
  readonly gate: Pick<RegistryGate, "grant" | "refuse">;
  readonly services: Services;
  readonly hold: (service: OpenService, shown: Shown, from: Whence) => Promise<Held>;
  /** Why nobody from there is listened to just now. */
  readonly tired: (service: string, from: Whence) => Refusal | undefined;
  readonly refresher: Refresher;
  readonly issued: Pick<Issued, "record">;
  readonly trusted: RegistrySettings["trusted"];
  readonly random: (bytes: number) => Uint8Array;
  /** Told of why no token could be made. */
  readonly report: (problem: string) => void;
  readonly metrics: Metrics["registry"];
}

const needed = "this needs a user's name and password, or an id";

/** Makes what answers `GET /auth` and `POST /auth`; never rejects. */
export function createTokenServer(parts: TokenParts): (incoming: IncomingMessage) => Promise<Answer> {
  const { gate, services, hold, tired, refresher, issued, trusted, random, report, metrics } = parts;

  async function serve(incoming: IncomingMessage, from: Whence, told: Told): Promise<Answer> {
    const read = incoming.method === "POST" ? await readPost(incoming) : readGet(incoming);
    if ("status" in read) return refuse({ refusal: read }, from, told);
    const { request, shown } = read;
    // To open one may be dear, and it is a stranger who asks
    const weary = services.isOpen(request.service) ? undefined : tired(request.service, from);
    if (weary !== undefined) return refuse({ refusal: weary }, from, told);
    const service = await services.find(request.service);
    if (service === undefined) {
      const message = "this token server makes no tokens for a service of that name";
      return refuse({ refusal: { status: 400, message } }, from, told);
    }
    told.service = service;
    const held = await hold(service, shown, from);
    if ("refusal" in held) return refuse(held, from, told);
    if (held.holder.kind === "anonymous" && request.requested.length === 0) {
      return refuse({ refusal: { status: 401, message: needed } }, from, told);
    }
    told.holder = held.holder.kind;
    const { holder, user } = held;
    const jti = Buffer.from(random(16)).toString("base64url");
    const admission = await gate.grant({
      service: service.name,
      hosts: service.hosts,
      requested: request.requested,
      source: from.source,
      holder,
      jti,
      ...(from.address === undefined ? {} : { address: from.address }),
    });
    // What the gate refuses it has written down itself
    if (admission.verdict === "refused") {
      told.verdict = "refused";
      const status = admission.status === "unavailable" ? 503 : 401;
      return answerRefusal({ status, message: admission.message, ...(status === 503 ? { retryAfterSeconds: 2 } : {}) });
    }
    told.verdict = verdictOf(admission);
    if (holder.kind === "anonymous" && told.verdict === "nothing") {
      return answerRefusal({ status: 401, message: needed });
    }
    const { granted, subject, token, expires } = admission;
    const signed = await service.signer.sign({
      service: service.name,
      subject,
      access: granted,
      jti,
      ...(expires === undefined ? {} : { notAfter: expires }),
    });
    const { links = [], names = [] } = token ?? {};
    issued.record({ subject, service: service.name, access: granted, jti, links, names, expires: signed.expiresAt });
    const refreshToken = request.offline ? refresher(service.name, holder, user) : undefined;
    const { issuedAt, expiresAt } = signed;
    const answer = {
      token: signed.token,
      issuedAt,
      expiresAt,
      ...(refreshToken === undefined ? {} : { refreshToken }),
    };
    const named = granted.filter(({ actions }) => actions.length > 0).map(formatScope);
    return request.grant === "basic" ? answerToken(answer) : answerToken(answer, named.join(" "));
  }

  function refuse({ refusal, account, why }: NotHeld, { address, source }: Whence, told: Told): Answer {
    told.verdict = "refused";
    gate.refuse({
      service: told.service?.name ?? "unknown",
      source,
      why: why ?? refusal.message,
      ...(account === undefined ? {} : { account }),
      ...(address === undefined ? {} : { address }),
    });
    return answerRefusal(refusal);
  }

  return async (incoming) => {
    const began = performance.now();
    const told: Told = { holder: "nobody", verdict: "refused" };
    let answer: Answer;
    try {
      const from = whence(incoming.socket.remoteAddress, forwardedFor(incoming), trusted);
      answer = await serve(incoming, from, told);
    } catch (error) {
      told.verdict = "refused";
      answer = answerRefusal(refusalOf(error));
      if (answer.status === 503) report(describeError(error));
    }
    const { service, holder, verdict } = told;
    metrics.answered(
      { service: service?.label ?? "none", holder, verdict, status: answer.status },
      performance.now() - began,
    );
    return answer;
  };
}

/** What is told of a request by the metrics. */
interface Told {
  service?: OpenService;
  holder: "nobody" | "anonymous" | "user" | "id" | "refresh";
  verdict: "refused" | "nothing" | "part" | "all" | "login";
}

function verdictOf({ granted, withheld }: Extract<RegistryAdmission, { verdict: "granted" }>): Told["verdict"] {
  if (granted.every(({ actions }) => actions.length === 0)) return granted.length === 0 ? "login" : "nothing";
  return withheld.length === 0 ? "all" : "part";
}

function refusalOf(error: unknown): Refusal {
  // No life is left to the id within the second
  if (error instanceof Failure && error.code === "refused") return { status: 401, message: error.message };
  const message = "no token can be made just now; the log of docker-id says more";
  return { status: 503, message, retryAfterSeconds: 5 };
}

/** All that proxies say of where a request comes from. */
export function forwardedFor({ headers }: IncomingMessage): string | undefined {
  const value = headers["x-forwarded-for"];
  return typeof value === "string" ? value : value?.join(",");
}
