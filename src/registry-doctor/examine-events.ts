import { bad, type Finding, good, note } from "../doctor/finding.ts";
import type { EventsEndpoint } from "../registry/registry-config.ts";
import type { RegistrySettings } from "../registry/settings-types.ts";
import { ask } from "./ask.ts";
import type { Surroundings } from "./surroundings.ts";

const about = "notifications";
const contentType = "application/vnd.docker.distribution.events.v1+json";

/** Whether the registry tells docker-id what was done, under the secret that docker-id expects. */
export async function examineEvents(
  realm: string | undefined,
  { events }: RegistrySettings,
  around: Surroundings,
): Promise<readonly Finding[]> {
  const ours = around.config.endpoints.filter(({ url }) => isOurs(url, realm));
  const endpoint = ours.find(({ disabled }) => !disabled);
  if (endpoint === undefined) {
    const said =
      ours.length === 0
        ? "the registry tells docker-id nothing"
        : "the registry's notifications to docker-id are disabled";
    const advice =
      "add docker-id's /events to notifications.endpoints, with the Authorization of registry.events.secret_file";
    return [note(about, `${said}: docker-id log --registry has tokens, and no pushes or pulls`, advice)];
  }
  if (events === undefined) {
    return [
      bad(
        about,
        `the registry tells ${endpoint.url}, and docker-id has no secret for that`,
        "set registry.events.secret_file",
      ),
    ];
  }
  const secret = (await around.read(events.secretFile, `the notifications' secret ${events.secretFile}`)).trim();
  if (endpoint.authorization !== `Bearer ${secret}`) {
    const said =
      endpoint.authorization === undefined
        ? "without an Authorization"
        : "with another Authorization than docker-id expects";
    const advice = `set headers: {Authorization: ["Bearer …"]} of that endpoint to the secret in ${events.secretFile}`;
    return [bad(about, `the registry tells ${endpoint.url} ${said}`, advice)];
  }
  return [await tell(endpoint, secret, around)];
}

/** Tells of nothing, as a registry would. */
async function tell({ url }: EventsEndpoint, secret: string, { ca, clock }: Surroundings): Promise<Finding> {
  const headers = { authorization: `Bearer ${secret}`, "content-type": contentType };
  const answer = await ask({ url: new URL(url), method: "POST", headers, body: '{"events":[]}', ca }, clock);
  if ("silence" in answer)
    return bad(about, `${url} ${answer.said}`, "the registry keeps what it could not tell until then");
  if (answer.status === 200) return good(about, `${url} takes them`);
  if (answer.status === 401)
    return bad(about, `${url} does not know that secret`, "restart docker-id serve, which has another one");
  return bad(about, `${url} answers ${answer.status}`, "docker-id takes them at /events");
}

/** One that goes to the realm's own server, or that looks as if it were meant to. */
function isOurs(url: string, realm: string | undefined): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, pathname } = new URL(url);
  return pathname === "/events" || (realm !== undefined && URL.canParse(realm) && new URL(realm).origin === origin);
}
