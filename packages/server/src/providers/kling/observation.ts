/**
 * From a task record of either generation to what the gateway knows: one observation. Pure mapping, no
 * requests.
 */
import type { Observation, ObservedOutput, ObservedStatus, UpstreamCost } from '../contract.ts';
import { failureOf } from './errors.ts';
import { Charge, type LegacyTask, microsOf, type NewTask, VideoOutput } from './wire.ts';

/** All words seen or documented. `succeed` is the legacy spelling; there is no cancelled or expired state. */
export const statusWords: Readonly<Record<string, ObservedStatus>> = {
  submitted: 'queued',
  processing: 'running',
  succeeded: 'succeeded',
  succeed: 'succeeded',
  failed: 'failed',
};

/** The vendor's unit of video packs, named as in the catalogue's price sheet; `billing[]` counts these. */
export const VIDEO_UNIT = 'unit';

type TaskFacts = {
  upstreamId: string;
  correlationId: string | null;
  word: string;
  message: string;
  changedAtMs: number | null;
  videos: readonly unknown[];
  cost: UpstreamCost | null;
};

export function observationOfNew(task: NewTask, watermark: boolean): Observation {
  const videos = task.outputs.filter((output) => isOfType(output, 'video'));
  return observationOf(
    {
      upstreamId: task.id,
      correlationId: task.external_id,
      word: task.status,
      message: task.message,
      changedAtMs: task.update_time,
      videos,
      cost: costOfBilling(task.billing),
    },
    watermark,
  );
}

export function observationOfLegacy(task: LegacyTask, watermark: boolean): Observation {
  return observationOf(
    {
      upstreamId: task.task_id,
      correlationId: task.task_info?.external_task_id ?? null,
      word: task.task_status,
      message: task.task_status_msg,
      changedAtMs: task.updated_at,
      videos: task.task_result?.videos ?? [],
      cost: costOfDeduction(task),
    },
    watermark,
  );
}

export function notFound(upstreamId: string, correlationId: string | null): Observation {
  return { ...emptyObservation(upstreamId, correlationId), status: 'not_found', word: '' };
}

/** An answer that cannot be believed about this attempt: keep watching, raise the alarm. */
export function unrecognised(upstreamId: string, correlationId: string | null, word: string): Observation {
  return { ...emptyObservation(upstreamId, correlationId), status: 'unrecognised', word };
}

function emptyObservation(
  upstreamId: string,
  correlationId: string | null,
): Omit<Observation, 'status' | 'word'> {
  return {
    upstreamId,
    correlationId,
    progress: null,
    outputs: [],
    failure: null,
    cost: null,
    changedAtMs: null,
  };
}

function observationOf(facts: TaskFacts, watermark: boolean): Observation {
  // Own property only: the word comes from outside and "constructor" is no status.
  const known = Object.hasOwn(statusWords, facts.word)
    ? (statusWords[facts.word] ?? 'unrecognised')
    : 'unrecognised';
  const outputs = known === 'succeeded' ? outputsOf(facts, watermark) : [];
  return {
    upstreamId: facts.upstreamId,
    correlationId: facts.correlationId,
    // A success without a clip is not a success: the clip may still appear, and if it never does,
    // somebody must look.
    status: known === 'succeeded' && outputs.length === 0 ? 'unrecognised' : known,
    word: facts.word.slice(0, 100),
    progress: null,
    outputs,
    failure: known === 'failed' ? failureOf(facts.message) : null,
    cost: facts.cost,
    changedAtMs: facts.changedAtMs,
  };
}

function isOfType(output: unknown, type: string): boolean {
  return typeof output === 'object' && output !== null && 'type' in output && output.type === type;
}

function outputsOf(facts: TaskFacts, watermark: boolean): ObservedOutput[] {
  return facts.videos.flatMap((video) => {
    const read = VideoOutput.safeParse(video);
    if (!read.success || !/^https?:\/\//i.test(read.data.url)) return [];
    // With a watermark the vendor makes an extra copy; that copy is what was ordered.
    const url = watermark ? (read.data.watermark_url ?? read.data.url) : read.data.url;
    const seconds = Number(read.data.duration ?? Number.NaN);
    return [
      {
        url,
        expiresAtMs: expiryOf(url, facts.changedAtMs),
        livesFromMs: facts.changedAtMs,
        seconds: Number.isFinite(seconds) && seconds > 0 ? seconds : null,
      },
    ];
  });
}

/** Written in the link itself. */
function expiryOf(url: string, changedAtMs: number | null): number | null {
  const byLinkMs = linkExpiryMs(url);
  // A time in the link that lies before the task's end is some other time (when it was signed), not an
  // expiry.
  return byLinkMs === null || (changedAtMs !== null && byLinkMs <= changedAtMs) ? null : byLinkMs;
}

/**
 * `Expires` in unix seconds, or the CDN's `ksTime` in hexadecimal unix seconds (seen on result links,
 * 2026-01).
 */
function linkExpiryMs(url: string): number | null {
  if (!URL.canParse(url)) return null;
  const query = new URL(url).searchParams;
  const decimal = query.get('Expires') ?? query.get('expires');
  if (decimal !== null && /^\d{10}$/.test(decimal)) return Number(decimal) * 1000;
  const hexadecimal = query.get('ksTime');
  if (hexadecimal !== null && /^[0-9a-f]{8}$/i.test(hexadecimal))
    return Number.parseInt(hexadecimal, 16) * 1000;
  return null;
}

/**
 * Lines of one unit are added up; units and cash together have no single amount, and no figure beats a
 * wrong one.
 */
function costOfBilling(billing: readonly unknown[]): UpstreamCost | null {
  const lines = billing.map(costOfLine);
  const unit = lines[0]?.unit;
  if (unit === undefined) return null;
  let amountMicros = 0n;
  for (const line of lines) {
    if (line?.unit !== unit) return null;
    amountMicros += line.amountMicros;
  }
  return { unit, amountMicros };
}

function costOfLine(line: unknown): UpstreamCost | null {
  const charge = Charge.safeParse(line);
  if (!charge.success) return null;
  const amountMicros = microsOf(charge.data.amount);
  const unit = unitOf(charge.data);
  return amountMicros === null || unit === null ? null : { unit, amountMicros };
}

function unitOf(charge: { charge_type: string; package_type: string; currency: string }): string | null {
  const pack = charge.package_type || 'video';
  if (charge.charge_type === 'unit') return pack === 'video' ? VIDEO_UNIT : `${pack}_unit`;
  if (charge.charge_type === 'cash') return charge.currency || null;
  return null;
}

/** Legacy: units from a pack, or `quota` from a cash balance whose currency is that of the account. */
function costOfDeduction(task: LegacyTask): UpstreamCost | null {
  const units = microsOf(task.final_unit_deduction);
  if (units !== null && units > 0n) return { unit: VIDEO_UNIT, amountMicros: units };
  const quota = microsOf(task.final_balance_deduction?.quota ?? null);
  if (quota !== null && quota > 0n) return { unit: 'account_currency', amountMicros: quota };
  return units === null ? null : { unit: VIDEO_UNIT, amountMicros: units };
}
