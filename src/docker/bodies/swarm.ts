import type { Touch } from "../attempt.ts";
import type { BodyReader } from "../body-reader.ts";
import { hostPower } from "../powers/host.ts";
import { flag, list, object, text, textMap, texts, whole } from "./fields.ts";
import { labels } from "./label.ts";
import { logReader } from "./log.ts";
import { readsBody } from "./read-body.ts";
import { defineShape } from "./shape.ts";

const swarm: Touch = { kind: "swarm", id: "*", level: "write" };
// Whoever manages a swarm has every power over each of its nodes, and its manager listens on the host
const member = async (): Promise<readonly Touch[]> => [swarm, hostPower("swarm")];

const spec = defineShape({
  Name: text,
  Labels: labels,
  Orchestration: object(defineShape({ TaskHistoryRetentionLimit: whole })),
  Raft: object(
    defineShape({
      SnapshotInterval: whole,
      KeepOldSnapshots: whole,
      LogEntriesForSlowFollowers: whole,
      ElectionTick: whole,
      HeartbeatTick: whole,
    }),
  ),
  Dispatcher: object(defineShape({ HeartbeatPeriod: whole })),
  CAConfig: object(
    defineShape({
      NodeCertExpiry: whole,
      ExternalCAs: list(object(defineShape({ Protocol: text, URL: text, Options: textMap, CACert: text }))),
      SigningCACert: text,
      SigningCAKey: text,
      ForceRotate: whole,
    }),
  ),
  EncryptionConfig: object(defineShape({ AutoLockManagers: flag })),
  TaskDefaults: object(defineShape({ LogDriver: logReader("Name", "Options") })),
});

/** `POST /swarm/init`: the host becomes a swarm's manager. */
export const readSwarmInit: BodyReader = readsBody(
  defineShape({
    ListenAddr: text,
    AdvertiseAddr: text,
    DataPathAddr: text,
    DataPathPort: whole,
    DefaultAddrPool: texts,
    ForceNewCluster: flag,
    SubnetSize: whole,
    Spec: object(spec),
    AutoLockManagers: flag,
    Availability: text,
  }),
  member,
);

/** `POST /swarm/join`: the host obeys another's managers, or becomes one. */
export const readSwarmJoin: BodyReader = readsBody(
  defineShape({
    ListenAddr: text,
    AdvertiseAddr: text,
    DataPathAddr: text,
    RemoteAddrs: texts,
    JoinToken: text,
    Availability: text,
  }),
  member,
);

/** `POST /swarm/update`: the swarm's own settings, its certificate authority among them. */
export const readSwarmUpdate: BodyReader = readsBody(spec, member);

/** `POST /swarm/unlock`: opens a locked manager. */
export const readSwarmUnlock: BodyReader = readsBody(defineShape({ UnlockKey: text }), member);

/** `POST /nodes/{id}/update`: a node's labels and role; who makes managers has the swarm. */
export const readNodeUpdate: BodyReader = readsBody(
  defineShape({
    Name: text,
    Labels: textMap,
    Role: text,
    Availability: text,
  }),
  async (body) => (body["Role"] === "manager" ? [swarm] : []),
);
