import type { PlanForward } from "./world/plan-types.ts";

/** Plans for the root id alone, whose requests go on as they are; every other is told that this is not offered. */
export const planForRoot: PlanForward = async ({ request, admission }) => {
  if (admission.verdict === "refused") return { status: 403, json: { message: admission.message } };
  if (admission.token?.root !== true) {
    return { status: 403, json: { message: "docker-id's gateway serves the root id alone" } };
  }
  const { method, target } = request;
  return { method, target, body: "stream", setHeaders: {}, dropHeaders: [], answer: "whole" };
};
