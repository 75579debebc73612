import type { Access, Rights, Wish } from "../../registry/access.ts";
import type { VerifiedToken } from "../../policy/token.ts";

/** A key of the registry's door: of nothing else, and no engine's. */
export interface DoorKey {
  /** 32 hex digits, which the identifiers of its macaroons name as `docker-id:1:KID:NONCE`. */
  readonly kid: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Who asks for a registry's token, as far as the door has found out. */
export type Holder =
  | { readonly kind: "anonymous"; readonly rights: Rights }
  /** A user whose password was right. */
  | { readonly kind: "user"; readonly name: string; readonly rights: Rights }
  /** An id; `account` is the user that it acts as, whose rights bind it as well. */
  | { readonly kind: "id"; readonly text: string; readonly account?: string; readonly rights?: Rights }
  /** A refresh token of a user's, minted with the door's own key; the rights are those that the user has by now. */
  | {
      readonly kind: "refresh";
      readonly text: string;
      readonly key: DoorKey;
      readonly account: string;
      readonly rights: Rights;
    };

/** What is asked for at the registry's door. */
export interface RegistryAsk {
  readonly service: string;
  /** Under which the registry's images are known. */
  readonly hosts: readonly string[];
  readonly requested: readonly Access[];
  /** The client's, as the door sees it; where an engine pulls for somebody, that is the engine's. */
  readonly address?: string;
  /** By what strangers are counted. */
  readonly source: string;
  readonly holder: Holder;
  /** What the token will be called, where that is settled before. */
  readonly jti?: string;
}

/** What becomes of it. */
export type RegistryAdmission =
  | {
      readonly verdict: "granted";
      /** In the order in which they were asked for; may hold empty actions. */
      readonly granted: Access[];
      readonly withheld: readonly { readonly wish: Wish; readonly why: string }[];
      /** Of an id, or of a refresh token. */
      readonly token?: VerifiedToken;
      /** When that ends, and no token that is given for it may end later. */
      readonly expires?: Date;
      /** Whom the registry's token names; empty for nobody. */
      readonly subject: string;
    }
  | {
      readonly verdict: "refused";
      readonly status: "unauthorized" | "unavailable";
      /** One line for whoever was refused, without a final stop. */
      readonly message: string;
    };

/** What a registry says was done. */
export interface RegistryEventLine {
  /** `pull`, `push`, `mount`, `delete`, or a word of a later registry's. */
  readonly action: string;
  /** By the registry's clock. */
  readonly time?: Date;
  readonly repository?: string;
  /** Of a mount: where the blob was. */
  readonly fromRepository?: string;
  readonly digest?: string;
  readonly tag?: string;
  /** The subject of the token that allowed it. */
  readonly account?: string;
  readonly address?: string;
  readonly requestId?: string;
  readonly service?: string;
  readonly jti?: string;
  readonly links?: readonly string[];
  readonly names?: readonly string[];
}

/** Someone without valid credentials. */
export interface Unknown {
  readonly service: string;
  /** The user name that was given, unverified. */
  readonly account?: string;
  readonly address?: string;
  readonly source: string;
  readonly why: string;
}

/** What an id's text, or a refresh token's, is worth. */
export type Identified =
  | { readonly token: VerifiedToken }
  | {
      readonly denied: string;
      /** It could not be found out. */
      readonly unavailable?: true;
    };

/** The gate's part at the registry's door. */
export interface RegistryGate {
  /** Signature, revocation and key in force; says nothing of caveats and writes nothing down. Never rejects. */
  identify(text: string, key?: DoorKey): Promise<Identified>;
  /** Decides every wish on its own and writes one line of it. Never rejects: what fails or cannot be written is a refusal. */
  grant(ask: RegistryAsk): Promise<RegistryAdmission>;
  /** Counts the refusal of somebody without valid credentials. */
  refuse(unknown: Unknown): void;
  /** Writes down what a registry says was done; rejects with Failure("failed") when it cannot. */
  record(event: RegistryEventLine): Promise<void>;
}
