/**
 * The one interface between Sluice and an upstream. An adapter is pure: it turns our order into request
 * descriptions and responses into members of closed unions. It has no network, no clock, no store and no
 * randomness; `drive.ts` carries its requests out.
 *
 * Every member is required. What a vendor lacks is declared (`cancel: 'none'`), never left out, because the
 * guarantee that we print is computed from these declarations and the exam checks them.
 */
import type { Order } from '@sluice/contract';
import type { z } from 'zod';

export type Provider = {
  /** Folder name and the word used in `paths.provider`. */
  id: string;
  name: string;
  defaultBaseUrl: string;
  abilities: Abilities;
  /** Shape of the credential; field descriptions are what `sluice paths add` asks for. */
  credential: z.ZodType<Record<string, string | undefined>>;
  settings: z.ZodType<Record<string, string | undefined>>;
  /**
   * Hosts (suffixes) on which result links may live; anything else is refused and alarmed. Empty: any
   * public host.
   */
  resultHosts: readonly string[];
  /** Can this path do exactly this order? The reason names what it cannot do. */
  supports(order: Order, path: PathContext): Supported;
  /** The words that this upstream is known to use for a task's state, for the exam. */
  statusWords: Readonly<Record<string, ObservedStatus>>;
  /** Exactly one yielded request is `billable`. */
  submit(path: PathContext, order: Order, ids: SubmitIds): Exchange<SubmitOutcome>;
  /** Asks for up to `abilities.batchQuery` attempts at once. */
  observe(path: PathContext, handles: readonly StoredHandle[]): Exchange<ObserveOutcome>;
  /**
   * Looks attempts up by our own correlation id; only called when `clientKey` is `query` or better, or
   * `list`.
   */
  find(path: PathContext, ids: readonly FindQuery[]): Exchange<FindOutcome>;
  /** Only called when `abilities.cancel` is not `none`. */
  cancel(path: PathContext, handle: StoredHandle): Exchange<CancelOutcome>;
  /** Free call: is the credential good, and what is left in the wallet? */
  balance(path: PathContext): Exchange<BalanceOutcome>;
  /**
   * The public keys that callbacks are signed with, where the vendor publishes them; null: none are
   * needed. They are kept for a while and asked for again when a signature fits none of them.
   */
  callbackKeys: ((path: PathContext) => Exchange<CallbackKeysOutcome>) | null;
  /**
   * Reads a callback that arrived for this path. Never trusted for money or results, whatever its
   * signature. `keys` are those of `callbackKeys`, empty where there are none or none could be had.
   */
  readCallback(path: PathContext, callback: RawCallback, keys: readonly unknown[]): CallbackOutcome;
  /**
   * What a request for a result link must carry. Credentials only for the vendor's own origin; most
   * links are signed and need nothing.
   */
  downloadHeaders(path: PathContext, url: string): Record<string, string>;
};

export type Abilities = {
  /**
   * none; correlate: sent back to us in callbacks; query: we can look a task up by it; idempotent: a
   * repeat is the same task.
   */
  clientKey: 'none' | 'correlate' | 'query' | 'idempotent';
  /** Whether a repeat with the same client key is provably refused (so a resend cannot buy twice). */
  duplicateKeyRefused: boolean;
  /** Tasks can be listed by time window. */
  list: boolean;
  /** Most attempts per status query. */
  batchQuery: number;
  cancel: 'none' | 'before_start' | 'any';
  /** Seconds after which an accepted task can no longer start, when we ask for that; null: no such option. */
  startDeadlineSeconds: number | null;
  callbackAuth: 'none' | 'token' | 'hmac' | 'ed25519';
  billsOnFailure: boolean | null;
  slotModel: 'rejects' | 'queues';
  /**
   * How long after a submit a lookup may still miss the task, in ms (quiet period before we believe
   * "never accepted").
   */
  lookupGraceMs: number;
};

/** What an adapter may know about the path it works for. */
export type PathContext = {
  name: string;
  baseUrl: string;
  credential: Record<string, string | undefined>;
  settings: Record<string, string | undefined>;
  /** Unix ms, for token lifetimes. */
  nowMs: number;
};

export type Supported = { ok: true } | { ok: false; field: string; reason: string };

export type SubmitIds = {
  /** Ours, stable for the attempt, opaque to others; at most 64 characters of [A-Za-z0-9_-]. */
  correlationId: string;
  /** Where the upstream may call us, or null when this installation has no public address. */
  callbackUrl: string | null;
  /**
   * Unix ms after which it need not start any more; null: it may start whenever it can. Only vendors
   * with a start deadline can be told.
   */
  startBeforeMs: number | null;
};

export type FindQuery = { correlationId: string; order: Order; sentAtMs: number };

/** A request description. `drive.ts` adds time limits, size caps, address policy and redaction. */
export type UpstreamRequest = {
  operation: 'submit' | 'observe' | 'find' | 'cancel' | 'balance' | 'keys';
  billable: boolean;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path under the base URL, or an absolute address that the adapter has checked against its own hosts. */
  url: string;
  headers: Record<string, string>;
  /** Serialised by the adapter (lossless where the vendor needs it). */
  body: string | null;
};

export type UpstreamResponse =
  | { kind: 'answered'; status: number; headers: Record<string, string>; text: string }
  /** Provably never left this machine. */
  | { kind: 'not_sent'; reason: string }
  /** May have arrived. */
  | { kind: 'lost'; reason: string };

/** A generator that yields requests and is handed responses; plain data both ways. */
export type Exchange<Outcome> = Generator<UpstreamRequest, Outcome, UpstreamResponse>;

/** Opaque JSON of the adapter, parsed by it again when read back; older versions must still parse. */
export type StoredHandle = { attemptId: string; correlationId: string; handle: unknown };

export type RefusalClass =
  | 'bad_input'
  | 'moderation'
  /** The upstream has no free slot for us. Nothing was created; feeds the learned limit. */
  | 'no_slot'
  | 'throttled'
  /** Arrears, empty pack. Stop the path and alarm; never a retry loop. */
  | 'wallet'
  | 'credentials'
  /** The account, its key or our address may not do this at all. */
  | 'forbidden'
  /** The account may not use this model, or nobody sells it there now. Says nothing of other models. */
  | 'no_model'
  /** Down, and provably accepted nothing. */
  | 'unavailable'
  /** The client key is already taken: the earlier attempt did arrive. Look it up. */
  | 'duplicate_key';

export type SubmitOutcome =
  | { kind: 'accepted'; upstreamId: string; handle: unknown; cost: UpstreamCost | null }
  | { kind: 'refused'; class: RefusalClass; code: string; message: string; retryAfterMs: number | null }
  | { kind: 'not_sent'; reason: string }
  | { kind: 'unknown'; reason: string };

export type ObservedStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'expired';

export type Observation = {
  upstreamId: string;
  correlationId: string | null;
  /** `unrecognised` keeps watching and raises a metric; `not_found` counts only after the grace period. */
  status: ObservedStatus | 'not_found' | 'unrecognised';
  /** The upstream's own word. */
  word: string;
  progress: number | null;
  outputs: ObservedOutput[];
  failure: { class: FailureClass; code: string; message: string } | null;
  cost: UpstreamCost | null;
  /** Unix ms of the upstream's last change, when it says so. */
  changedAtMs: number | null;
};

export type FailureClass = 'moderation' | 'bad_input' | 'upstream' | 'expired';

export type ObservedOutput = {
  url: string;
  /** Unix ms when the link dies, where the link or the answer itself says so; null: neither does. */
  expiresAtMs: number | null;
  /**
   * Unix ms from which the vendor counts the life of its links, null where it is not told. How long that is stands in
   * the path's dossier, never here.
   */
  livesFromMs: number | null;
  seconds: number | null;
};

/** What the upstream took for an attempt, in its own unit (micro-units: 2.4 units = 2_400_000n). */
export type UpstreamCost = { unit: string; amountMicros: bigint };

export type QuestionFailed = {
  kind: 'question_failed';
  class: 'credentials' | 'throttled' | 'unavailable' | 'unreadable';
  message: string;
  retryAfterMs: number | null;
};

export type ObserveOutcome =
  /** By `attemptId`. An attempt without an entry was not answered this time: ask again, conclude nothing. */
  { kind: 'observed'; observations: ReadonlyMap<string, Observation> } | QuestionFailed;

export type FindOutcome =
  /**
   * By `correlationId`. An id without an entry does not exist upstream: adapters fail the question when
   * in doubt.
   */
  | {
      kind: 'found';
      items: ReadonlyMap<string, { upstreamId: string; handle: unknown; observation: Observation }>;
    }
  | QuestionFailed;

export type CancelOutcome =
  | { kind: 'canceled' }
  | { kind: 'requested' }
  | { kind: 'too_late' }
  | QuestionFailed;

export type BalanceOutcome =
  | { kind: 'wallet'; wallet: UpstreamWallet }
  | { kind: 'unsupported'; credentialOk: boolean }
  | QuestionFailed;

export type UpstreamWallet = {
  unit: string;
  /** The account may be billed in another way as well: an empty wallet does not stop it. */
  paysOtherwise?: true;
  remainingMicros: bigint | null;
  packs: {
    name: string;
    remainingMicros: bigint;
    totalMicros: bigint;
    expiresAtMs: number | null;
    concurrency: number | null;
  }[];
};

export type CallbackKeysOutcome = { kind: 'keys'; keys: readonly unknown[] } | QuestionFailed;

export type RawCallback = { headers: Record<string, string>; body: string; receivedAtMs: number };

export type CallbackOutcome =
  /** Names the attempt; the status is asked for again before anything is believed. */
  | {
      kind: 'hint';
      verified: boolean;
      deliveryId: string | null;
      upstreamId: string | null;
      correlationId: string | null;
      word: string | null;
      /**
       * By which the task can be asked about, where the callback names enough for that: how an attempt
       * whose answer was lost is found again at a vendor that cannot be asked by our own id.
       */
      handle: unknown;
    }
  | { kind: 'rejected'; reason: string };
