/**
 * What an adapter hands in to be examined: its paths, orders, documents and, where there is one, its
 * emulator.
 */
import type { Order } from '@sluice/contract';
import type { Outbound } from '../../effects/outbound/outbound.ts';
import type { PathContext, Provider, RawCallback, RefusalClass, SubmitIds } from '../contract.ts';
import type { Law } from './laws.ts';

export type Subject = {
  provider: Provider;
  /** One path per way of reaching the vendor, by a short name that documents refer to. */
  paths: Readonly<Record<string, PathContext>>;
  /** A plain order that each path takes; documents answer to it. */
  plainOrder: Order;
  ids: SubmitIds;
  /** The vendor's id in the documents. */
  upstreamId: string;
  /** Everything declared: each must build on its path. */
  accepted: readonly { about: string; path: string; order: Order }[];
  /** What is not declared: each must be refused on its path, naming this field. */
  refused: readonly { about: string; path: string; order: Order; field: string }[];
  documents: readonly VendorDocument[];
  /** Refusal classes that the vendor can express at all; each needs a document. */
  refusalClasses: readonly RefusalClass[];
  /** Handles as older versions wrote them. */
  handles: readonly { since: string; path: string; handle: unknown }[];
  /** A status answer about `upstreamId` whose state is this word, in the vendor's shape. */
  statusAnswer: (path: string, word: string) => string;
  /** A success without any clip. */
  emptySuccess: (path: string) => string;
  callbacks: readonly CallbackCase[];
  exceptions: readonly { law: Law; reason: string }[];
  emulated: Emulated | null;
};

/** An answer of the vendor, written from its documents, and the outcome that it must lead to. */
export type VendorDocument = {
  name: string;
  /** When the document behind it was read. */
  read: string;
  path: string;
  operation: 'submit' | 'observe' | 'find' | 'balance';
  status: number;
  headers: Record<string, string>;
  body: unknown;
  expect: Expected;
};

export type Expected = {
  kind: string;
  class?: string | undefined;
  upstreamId?: string | undefined;
  status?: string | undefined;
  failure?: string | undefined;
  outputs?: number | undefined;
  cost?: { unit: string; micros: string } | undefined;
  ids?: readonly string[] | undefined;
  retryAfterMs?: number | undefined;
};

export type CallbackCase = {
  about: string;
  path: PathContext;
  callback: RawCallback;
  /** What the vendor publishes at that time, where it does. */
  keys?: readonly unknown[];
  expect: 'verified' | 'hint' | 'rejected';
};

/** An upstream played in this process, opened afresh for each trial. */
export type Emulated = {
  /** Ways in which an answer can get lost after or before the upstream acted on it. */
  lostAnswers: readonly { about: string; accepted: boolean }[];
  open: (path: string) => Stage;
};

export type Stage = {
  path: () => PathContext;
  nowMs: () => number;
  advance: (ms: number) => void;
  outbound: Pick<Outbound, 'request'>;
  order: Order;
  /** The next submit goes wrong in this way. */
  loseNext: (about: string) => void;
  /** The emulator's own log: one entry per task that it took on. */
  accepts: () => readonly { correlationId: string | null; upstreamId: string }[];
  /** Raw answers so far, to be compared with documents. */
  answers: () => readonly { operation: string; status: number; body: string }[];
};
