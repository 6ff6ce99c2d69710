/** What the HTTP edge is given: everything that the stages have, and what only the front door needs. */
import type { Context } from '../lifecycle/context.ts';
import type { Plans } from '../lifecycle/operate/plans.ts';

export type HttpContext = Context & {
  version: string;
  database: {
    kind: 'embedded' | 'external';
    version: string;
    /** Number of the newest migration. */
    schema: number;
    health(): Promise<{ ok: true } | { ok: false; reason: string }>;
  };
  /** Fires when the process begins to stop: not ready any more, and streams end. */
  draining: AbortSignal;
  metricsText(): Promise<string>;
  plans: Plans;
  /** Calls back when there may be new events, until the function that it answers is called. */
  onEvents(listener: () => void): () => void;
  /**
   * The files of the reference page's viewer; read once, served from here, because nothing is loaded from
   * elsewhere.
   */
  viewerFile(name: 'script' | 'style'): Promise<Uint8Array>;
  /** The built console by file name; null: there is none. */
  consoleFiles(): Promise<ReadonlyMap<string, ConsoleFile> | null>;
  http: HttpSettings;
};

/** A file of the console, with its compressed halves where they are worth it. */
export type ConsoleFile = {
  bytes: Uint8Array;
  gzip: Uint8Array | null;
  brotli: Uint8Array | null;
  type: string;
  etag: string;
  /** Its name carries a hash of what is in it, so it may be kept for ever. */
  immutable: boolean;
};

export type HttpSettings = {
  jsonMaxBytes: number;
  callbackMaxBytes: number;
  headersTimeoutMs: number;
  /** From the first header to the last byte of a JSON body; uploads take as long as the line needs. */
  bodyTimeoutMs: number;
  /** A connection on which nothing moves for so long is closed, whatever it was doing. */
  silenceMs: number;
  keepAliveMs: number;
  socketsMost: number;
  /** Create requests that wait for their transaction; one more is shed. */
  createsMost: number;
  /** Smoothed delay of the event loop above which clients' requests are shed. */
  lagMostMs: number;
  /** Proxies in front whose X-Forwarded-For is believed; the address counts failed keys. */
  trustProxy: boolean | string;
  /** Wrong keys per address before it has to wait, and how many come back per minute. */
  keyFailuresBurst: number;
  keyFailuresPerMinute: number;
  /** Server-sent event streams of one account at a time. */
  streamsPerAccount: number;
  eventPollMs: number;
  heartbeatMs: number;
  /** Answers downloads with a redirect to the object store, where it can sign one. */
  redirectDownloads: boolean;
  /** Origins whose pages may call the API, or `*`. */
  corsOrigins: readonly string[];
};

export const defaultHttpSettings: HttpSettings = {
  jsonMaxBytes: 1024 ** 2,
  callbackMaxBytes: 64 * 1024,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 30_000,
  silenceMs: 120_000,
  keepAliveMs: 65_000,
  socketsMost: 10_000,
  createsMost: 2_000,
  lagMostMs: 750,
  trustProxy: false,
  keyFailuresBurst: 20,
  keyFailuresPerMinute: 20,
  streamsPerAccount: 200,
  eventPollMs: 500,
  heartbeatMs: 15_000,
  redirectDownloads: false,
  corsOrigins: [],
};
