/**
 * A task's rows as the API shows it: a superset of the unified routed API, so that its clients read it unchanged. Pure:
 * the clock, the links and the forecast are handed in. Stored JSON is parsed again, because it may be years old.
 */
import {
  Currency,
  decimalFromMicros,
  money,
  Order,
  type Task,
  type TaskErrorCode,
  taskErrorCatalogue,
  taskErrorCodes,
} from '@sluice/contract';
import { z } from 'zod';
import { PricedSnapshot, quoteOnTask } from '../../decide/pricing.ts';
import { stageOf, statusOf } from '../../decide/task.ts';
import type { TaskRow } from '../../store/reads.ts';
import { instant } from './instant.ts';

export type TaskLinks = {
  /** The stable signed link of an asset, and until when it is good. */
  assetLink(assetId: string): { url: string; expiresAtMs: number };
};

export type TaskFacts = {
  nowMs: number;
  links: TaskLinks;
  wait: Task['wait'];
  /** Whether the path that has the task can cancel what it has accepted. */
  upstreamCancels: boolean;
};

const StoredAssets = z
  .array(
    z.object({
      id: z.string(),
      kind: z.enum(['video', 'poster']),
      bytes: z.int(),
      sha256: z.string(),
      content_type: z.string(),
      width: z.int().nullable(),
      height: z.int().nullable(),
      duration_seconds: z.number().nullable(),
      video_codec: z.string().nullable(),
      audio_codec: z.string().nullable(),
      flags: z.array(z.string()),
      delete_at: z.string().nullable(),
    }),
  )
  .nullable();
const Metadata = z.record(z.string(), z.string());
const ErrorCodes = z.enum(taskErrorCodes);

const PRIORITIES = new Map([
  [-1, 'low'],
  [0, 'normal'],
  [1, 'high'],
] as const);

export function toTask(row: TaskRow, facts: TaskFacts): Task {
  const order = Order.parse(row.order);
  const price = PricedSnapshot.parse(row.price);
  const currency = Currency.parse(row.currency);
  const stored = StoredAssets.parse(row.assets) ?? [];
  const assets = stored.map((asset) => assetView(asset, facts.links));
  const clip = assets.find((asset) => asset.kind === 'video');
  const ended = row.finished_at !== null;
  return {
    id: row.id,
    object: 'video.generation.task',
    type: 'video',
    created: Math.floor(row.created_at / 1000),
    model: row.model,
    mode: order.mode,
    status: statusOf(row.state),
    stage: stageOf(row.state, row.attempt_state),
    version: row.version,
    progress: progressOf(row, facts.nowMs),
    sandbox: row.sandbox,
    prompt: order.prompt,
    duration: order.seconds,
    quality: order.resolution,
    aspect_ratio: order.aspectRatio,
    sound: order.sound,
    path: row.path_name,
    priority: PRIORITIES.get(row.priority as -1 | 0 | 1) ?? 'normal',
    created_at: instant(row.created_at),
    started_at: instant(row.started_at),
    finished_at: instant(row.finished_at),
    start_by: instant(row.start_by),
    finish_by: instant(row.finish_by),
    deadline_at: instant(row.deadline_at),
    wait: facts.wait,
    cancel_requested: row.cancel_requested_at !== null,
    quote: quoteOnTask(price),
    held: ended ? null : money(row.hold_micros, currency),
    charge: ended ? money(row.charge_micros ?? 0n, currency) : null,
    error: errorOf(row),
    assets,
    results: assets.filter((asset) => asset.kind === 'video').map((asset) => asset.url),
    result_data: assets
      .filter((asset) => asset.kind === 'video')
      .map(({ url }) => ({ url, type: 'video' as const })),
    flags: [...new Set(stored.flatMap((asset) => asset.flags))],
    task_info: {
      can_cancel: canCancel(row, facts.upstreamCancels),
      estimated_time: secondsToEnd(row, facts),
      video_duration: clip?.duration_seconds ?? order.seconds,
    },
    usage: usageOf(row, price.per, currency),
    metadata: Metadata.parse(row.metadata),
  };
}

/** In the unified API's words: a credit is one unit of the account's money. */
function usageOf(row: TaskRow, per: 'second' | 'task', currency: Currency): Task['usage'] {
  const used = row.finished_at === null ? null : Number(decimalFromMicros(row.charge_micros ?? 0n));
  return {
    billing_rule: per === 'second' ? 'per_second' : 'per_call',
    credits_reserved: Number(decimalFromMicros(row.hold_micros)),
    credits_used: used,
    cost: used === null ? null : { credits: used, usd: currency === 'USD' ? used : null },
    user_group: 'default',
  };
}

type StoredAsset = NonNullable<z.infer<typeof StoredAssets>>[number];

function assetView({ flags: _, delete_at, ...asset }: StoredAsset, links: TaskLinks): Task['assets'][number] {
  const { url, expiresAtMs } = links.assetLink(asset.id);
  return {
    ...asset,
    object: 'asset',
    url,
    expires_at: instant(expiresAtMs),
    deletes_at: delete_at === null ? null : instant(Date.parse(delete_at)),
  };
}

/** 100 only when the clip is stored and charged; an upstream that says nothing is guessed from its usual times. */
function progressOf(row: TaskRow, nowMs: number): number {
  switch (row.state) {
    case 'queued':
      return 0;
    case 'running':
      return renderProgress(row, nowMs);
    case 'saving':
      return 96;
    case 'settling':
      return 99;
    case 'succeeded':
      return 100;
    case 'failed':
    case 'canceled':
      return Math.min(99, row.attempt_progress ?? 0);
  }
}

const RENDER_MOST = 95;

function renderProgress(row: TaskRow, nowMs: number): number {
  if (row.attempt_state !== 'accepted') return 1;
  if (row.attempt_progress !== null) return clamp(row.attempt_progress, 1, RENDER_MOST);
  const { attempt_accepted_at: acceptedAt, attempt_expected_ms: expectedMs } = row;
  if (acceptedAt === null || !expectedMs) return 1;
  return clamp(Math.round((RENDER_MOST * (nowMs - acceptedAt)) / expectedMs), 1, RENDER_MOST);
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

function errorOf(row: TaskRow): Task['error'] {
  const code = ErrorCodes.safeParse(row.error_code);
  if (!code.success) return null;
  return {
    code: code.data satisfies TaskErrorCode,
    message: row.error_message ?? taskErrorCatalogue[code.data],
    upstream_code: row.error_upstream_code,
  };
}

function canCancel(row: TaskRow, upstreamCancels: boolean): boolean {
  if (row.cancel_requested_at !== null) return false;
  if (row.state === 'queued') return true;
  if (row.state !== 'running') return false;
  return row.attempt_state === 'accepted' ? upstreamCancels : true;
}

/** Saving and charging take seconds; nobody waits for a better guess. */
const SAVING_SECONDS = 5;

function secondsToEnd(row: TaskRow, { nowMs, wait }: TaskFacts): number | null {
  switch (row.state) {
    case 'queued': {
      const endMs = wait?.expected_end ? Date.parse(wait.expected_end) : null;
      return endMs === null ? null : Math.max(0, Math.ceil((endMs - nowMs) / 1000));
    }
    case 'running': {
      if (row.attempt_expected_ms === null) return null;
      const sinceMs = nowMs - (row.attempt_accepted_at ?? row.attempt_sent_at ?? nowMs);
      return Math.max(0, Math.ceil((row.attempt_expected_ms - sinceMs) / 1000)) + SAVING_SECONDS;
    }
    case 'saving':
      return SAVING_SECONDS;
    case 'settling':
      return 1;
    case 'succeeded':
    case 'failed':
    case 'canceled':
      return null;
  }
}
