/**
 * Everything that happened to a task, in order: what the task, its upstream attempts, its money, its files and its
 * deliveries each wrote down, put side by side. Pure. What is not known is left out, never guessed.
 */
import { decimalFromMicros, type Timeline, type TimelineEntry } from '@sluice/contract';
import { z } from 'zod';
import type { LedgerRow } from '../../store/accounts.ts';
import type { AttemptRow, TimelineAssetRow, TimelineDeliveryRow, TimelineRows } from '../../store/reads.ts';
import { instant } from './instant.ts';
import { redactRecord, redactText } from './redact.ts';

type Entry = z.infer<typeof TimelineEntry>;
type Lane = Entry['lane'];
type Happened = { atMs: number; lane: Lane; kind: string; summary: string; data: Record<string, unknown> };

const Notes = z.array(
  z.object({
    at: z.string(),
    kind: z.string(),
    summary: z.string(),
    data: z.record(z.string(), z.unknown()).catch({}),
  }),
);
const DeliveryTries = z.array(
  z.object({
    at: z.string(),
    status: z.number().nullable(),
    outcome: z.string(),
    duration_ms: z.number(),
  }),
);
const Rejected = z.object({ path: z.string(), price: z.string().nullable(), rejected_because: z.string() });
const Route = z
  .object({ chosen: z.string(), reason: z.string(), alternatives: z.array(Rejected).catch([]) })
  .nullable()
  .catch(null);

/** `rows` come from one moment of the database; entries of the same instant stay in the order of cause. */
export function toTimeline(rows: TimelineRows, nowMs: number): Timeline {
  const happened = [
    ...taskEntries(rows),
    ...rows.ledger.map(moneyEntry).reverse(),
    ...rows.attempts.flatMap(attemptEntries),
    ...callbackEntries(rows),
    ...rows.assets.flatMap((asset) => assetEntries(asset, rows.task.finished_at)),
    ...rows.deliveries.flatMap(deliveryEntries),
    ...actionEntries(rows),
  ].filter((entry) => Number.isFinite(entry.atMs) && entry.atMs <= nowMs + CLOCK_SKEW_MS);
  happened.sort((a, b) => a.atMs - b.atMs || RANK[a.lane] - RANK[b.lane]);
  const data = happened.map(({ atMs, summary, data: facts, ...entry }) => ({
    at: instant(atMs),
    ...entry,
    summary: redactText(summary),
    data: redactRecord(facts),
  }));
  return { object: 'timeline', task_id: rows.task.id, data };
}

/** Processes' clocks differ a little; an entry from the far future would be a broken one. */
const CLOCK_SKEW_MS = 24 * 3_600_000;
const RANK: Readonly<Record<Lane, number>> = { money: 0, task: 1, upstream: 2, copy: 3, delivery: 4 };

function taskEntries({ task, events }: TimelineRows): Happened[] {
  const route = Route.parse(task.route);
  const entries = events.map((event): Happened => {
    const created = event.type === 'task.created';
    return {
      atMs: event.created_at,
      lane: 'task',
      kind: event.type,
      summary: created ? createdSummary(route) : eventSummary(event.type, task),
      data:
        created && route
          ? { path: route.chosen, reason: route.reason, alternatives: route.alternatives }
          : {},
    };
  });
  if (task.cancel_requested_at !== null) {
    entries.push({
      atMs: task.cancel_requested_at,
      lane: 'task',
      kind: 'task.cancel_requested',
      summary: 'The client asked to cancel it.',
      data: {},
    });
  }
  return entries;
}

function createdSummary(route: z.infer<typeof Route>): string {
  return route ? `Accepted; meant for ${route.chosen}: ${route.reason}.` : 'Accepted.';
}

function eventSummary(type: string, task: TimelineRows['task']): string {
  switch (type) {
    case 'task.started':
      return 'Left the queue for a free slot.';
    case 'task.rendered':
      return 'The upstream has finished; the clip is being copied.';
    case 'task.completed':
      return 'Stored and charged.';
    case 'task.failed':
      return `Ended without a clip: ${task.error_message ?? task.error_code ?? 'no reason was recorded'}.`;
    case 'task.cancelled':
      return 'Cancelled.';
    default:
      return `Event ${type}.`;
  }
}

const MONEY: Readonly<Record<LedgerRow['kind'], { kind: string; summary: (amount: string) => string }>> = {
  top_up: { kind: 'top_up.booked', summary: (amount) => `${amount} received.` },
  adjustment: { kind: 'adjustment.booked', summary: (amount) => `Corrected by ${amount}.` },
  hold: { kind: 'hold.placed', summary: (amount) => `${amount} reserved, the most it may cost.` },
  settle: {
    kind: 'hold.settled',
    summary: (amount) => `${amount} charged; the rest of the hold is free again.`,
  },
  release: { kind: 'hold.released', summary: (amount) => `${amount} given back; nothing was charged.` },
  cost: { kind: 'cost.booked', summary: (amount) => `The upstream took ${amount}.` },
  refund: { kind: 'refund.booked', summary: (amount) => `${amount} refunded.` },
};

function moneyEntry(row: LedgerRow): Happened {
  const micros = row.kind === 'settle' ? -(incomeOf(row) ?? 0n) : (row.posting_micros[0] ?? 0n);
  const amount = decimalFromMicros(micros < 0n ? -micros : micros);
  const { kind, summary } = MONEY[row.kind];
  return {
    atMs: row.at,
    lane: 'money',
    kind,
    summary: summary(`${amount} ${row.currency}`),
    data: {
      transaction_id: row.id,
      amount,
      currency: row.currency,
      ...(row.note === null ? {} : { note: row.note }),
    },
  };
}

/** Of a settlement, what was charged is what became income. */
function incomeOf(row: LedgerRow): bigint | undefined {
  return row.posting_micros[row.posting_accounts.findIndex((account) => account.startsWith('income:'))];
}

function attemptEntries(attempt: AttemptRow): Happened[] {
  const { id, number, path_name: path } = attempt;
  const notes = Notes.catch([]).parse(attempt.history);
  const sent: Happened = {
    atMs: instantOfId(id) ?? attempt.sent_at,
    lane: 'upstream',
    kind: 'attempt.sending',
    summary: `Attempt ${number} takes a slot of ${path}.`,
    data: { attempt_id: id, path, correlation_id: attempt.correlation_id },
  };
  const noted = notes.map(
    (note): Happened => ({
      atMs: Date.parse(note.at),
      lane: 'upstream',
      kind: note.kind,
      summary: note.summary,
      data: { attempt_id: id, ...withoutBodies(note.data) },
    }),
  );
  return [sent, ...noted];
}

const WithExchanges = z.looseObject({ exchanges: z.array(z.record(z.string(), z.unknown())) });

/** Bodies are for operators, and asked for by themselves. */
function withoutBodies(data: Record<string, unknown>): Record<string, unknown> {
  const read = WithExchanges.safeParse(data);
  if (!read.success) return data;
  const exchanges = read.data.exchanges.map(({ request: _sent, response: _answered, ...facts }) => facts);
  return { ...read.data, exchanges };
}

/** The id says when the attempt was made; a repeated send moves sent_at. */
function instantOfId(id: string): number | null {
  const hex = /_([0-9a-f]{12})[0-9a-f]{20}$/.exec(id)?.[1];
  return hex === undefined ? null : Number.parseInt(hex, 16);
}

function callbackEntries({ callbacks }: TimelineRows): Happened[] {
  return callbacks.map((callback) => ({
    atMs: callback.received_at,
    lane: 'upstream',
    kind: 'callback.received',
    summary: `${callback.path_name} called${callback.word === null ? '' : `: ${callback.word}`}; asked at once.`,
    data: { attempt_id: callback.attempt_id, word: callback.word, verified: callback.verified },
  }));
}

function assetEntries(asset: TimelineAssetRow, finishedAt: number | null): Happened[] {
  const entries: Happened[] = [];
  const add = (atMs: number | null, kind: string, summary: string, data: Record<string, unknown>) => {
    if (atMs !== null)
      entries.push({ atMs, lane: 'copy', kind, summary, data: { asset_id: asset.id, ...data } });
  };
  if (asset.kind === 'video') {
    const data = { source_expires_at: instant(asset.source_expires_at) };
    add(asset.created_at, 'copy.started', 'Copying the clip to storage.', data);
  }
  if (asset.state === 'copying' && asset.last_error !== null) {
    add(asset.created_at, 'copy.troubled', `Try ${asset.tries}: ${asset.last_error}`, { tries: asset.tries });
  }
  const { bytes, sha256, content_type, width, height, duration_seconds, flags } = asset;
  const facts = { bytes: Number(bytes ?? 0n), sha256, content_type, width, height, duration_seconds, flags };
  add(asset.stored_at, 'asset.stored', `Stored the ${asset.kind} and read it back.`, facts);
  if (asset.state === 'lost') {
    const why = asset.last_error ?? 'no reason was recorded';
    add(finishedAt ?? asset.created_at, 'asset.lost', `The ${asset.kind} could not be kept: ${why}.`, {});
  }
  add(asset.deleted_at, 'asset.deleted', `Deleted the ${asset.kind}.`, {});
  return entries;
}

function deliveryEntries(delivery: TimelineDeliveryRow): Happened[] {
  const to = originOf(delivery.url);
  const identity = {
    delivery_id: delivery.id,
    event_id: delivery.event_id,
    event_type: delivery.event_type,
    to,
  };
  const tries = DeliveryTries.catch([]).parse(delivery.attempts);
  return [
    {
      atMs: delivery.created_at,
      lane: 'delivery',
      kind: 'delivery.created',
      summary: `${delivery.event_type} is to be told to ${to}.`,
      data: identity,
    },
    ...tries.map(
      (attempt, index): Happened => ({
        atMs: Date.parse(attempt.at),
        lane: 'delivery',
        kind: attempt.outcome === 'delivered' ? 'delivery.delivered' : 'delivery.attempted',
        summary: `Try ${index + 1}: ${attempt.status ?? 'no answer'}, ${attempt.outcome}.`,
        data: { ...identity, status: attempt.status, duration_ms: attempt.duration_ms },
      }),
    ),
  ];
}

/** Receivers put secrets into paths as well as into queries. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'the receiver';
}

const Detail = z.record(z.string(), z.unknown()).catch({});

function actionEntries({ actions }: TimelineRows): Happened[] {
  return actions.map((action) => {
    const detail = Detail.parse(action.detail);
    const reason = typeof detail.reason === 'string' ? `: ${detail.reason}` : '';
    return {
      atMs: action.at,
      lane: 'task',
      kind: action.action,
      summary: `Decided by hand${reason}.`,
      data: { subject: action.subject, ...detail },
    };
  });
}
