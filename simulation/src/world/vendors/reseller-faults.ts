/**
 * What goes wrong at the resellers, and how often: the same habits everywhere, each in the words of its vendor. The
 * least share of a fault holds in every world; the most is drawn below.
 */
import type {
  FaultAt as JobFaultAt,
  FaultPoint as JobFaultPoint,
  JobFaults,
} from '@sluice/emulators/jobs/faults.ts';
import type { JsonObject } from '@sluice/emulators/json.ts';
import type {
  FaultAt as RendererFaultAt,
  FaultPoint as RendererFaultPoint,
  Faults as RendererFaults,
} from '@sluice/emulators/renderer/faults.ts';
import type { Dice } from '../../dice.ts';
import type { ResellerClimate } from '../climate.ts';
import { SURELY } from '../vendor-faults.ts';

/** Callbacks that come so late are in every world: few of them find an attempt that was given up meanwhile. */
const LATE = 0.1;

type Rows<Fault> = readonly (readonly [least: number, most: number, fault: Fault])[];
export type JobRows = { [P in JobFaultPoint]: Rows<JobFaultAt[P]> };
export type RendererRows = { [P in RendererFaultPoint]: Rows<RendererFaultAt[P]> };

export type Spoiling = {
  vendor: string;
  dice: Dice;
  rate: ResellerClimate['rate'];
  hit(point: string): void;
};

/** Of an emulator of jobs: the body that says a status in the vendor's own shape, and half an answer to a create. */
export function jobRows(bodyOf: (status: number) => JsonObject, half: string): JobRows {
  const says = (status: number) => ({ do: 'refuse', status, body: bodyOf(status) }) as const;
  const answer = { do: 'answer', status: 200, contentType: 'application/json' } as const;
  const page = {
    do: 'answer',
    status: 502,
    contentType: 'text/html',
    body: '<html>Bad Gateway</html>',
  } as const;
  const questions: Rows<JobFaultAt['query']> = [
    [0, 0.2, says(500)],
    [0, 0.2, { do: 'drop' }],
    [0, 0.1, { ...says(429), headers: { 'retry-after': '7' } }],
    [0, 0.15, { do: 'slow', ms: 9_000 }],
    [0, 0.1, { do: 'slow', ms: 45_000 }],
    [0, 0.1, page],
    [0, 0.1, { ...answer, body: half }],
  ];
  return {
    create: [
      [SURELY, 0.25, { do: 'drop', accept: true }],
      [SURELY, 0.15, says(429)],
      [0, 0.15, { do: 'drop' }],
      [0, 0.15, { ...says(500), accept: true }],
      [0, 0.1, says(500)],
      [0, 0.1, says(503)],
      [0, 0.05, says(402)],
      [0, 0.05, says(422)],
      [0, 0.1, { ...page, accept: true }],
      [0, 0.1, { ...answer, body: '', accept: true }],
      [0, 0.1, { ...answer, body: half, accept: true }],
      [0, 0.2, { do: 'slow', ms: 14_000 }],
      [0, 0.1, { do: 'slow', ms: 90_000 }],
    ],
    query: questions,
    list: questions,
    cancel: questions,
    account: questions,
    job: [
      [SURELY, 0.25, { do: 'fail', code: 'internal_error', message: 'It did not come out.' }],
      [0, 0.1, { do: 'never-finish' }],
      [0, 0.2, { do: 'short', seconds: 2 }],
      [0, 0.2, { do: 'slow-render', factor: 6 }],
      [0, 0.2, { do: 'word', word: 'reviewing', reads: 3 }],
    ],
    file: [
      [SURELY, 0.2, { do: 'dead', status: 404 }],
      [0, 0.3, { do: 'dead', status: 403 }],
      [0, 0.1, { do: 'dead', status: 500 }],
      [0, 0.4, { do: 'cut', share: 0.6 }],
      [0, 0.3, { do: 'truncated', share: 0.5 }],
      [0, 0.2, { do: 'wrong-type' }],
      [0, 0.2, { do: 'corrupt' }],
      [0, 0.2, { do: 'slow', ms: 12_000 }],
      [0, 0.3, { do: 'trickle', bytes: 64, everyMs: 4_000 }],
    ],
    callback: [
      [0, 0.7, { do: 'lost' }],
      [0, 0.3, { do: 'duplicate', times: 3 }],
      [0, 0.3, { do: 'late', ms: 60_000 }],
      [LATE, 0.4, { do: 'late', ms: 1_500_000 }],
      [0, 0.2, { do: 'stale', ageMs: 600_000 }],
      [0, 0.2, { do: 'unsigned' }],
      [0, 0.4, { do: 'forged' }],
      [0, 0.4, { do: 'lie', status: 'succeeded' }],
      [0, 0.3, { do: 'lie', status: 'failed' }],
    ],
  };
}

/** How a vendor of the other kind says what went wrong. */
export type Codes = {
  failed: string;
  busy: string;
  unpaid: string;
  invalid: string;
  ended: [string, string];
};

export function rendererRows({ failed, busy, unpaid, invalid, ended }: Codes, half: string): RendererRows {
  const says = (code: string) => ({ do: 'refuse', code }) as const;
  const answer = { do: 'answer', status: 200, contentType: 'application/json' } as const;
  const questions: Rows<RendererFaultAt['balance']> = [
    [0, 0.2, says(failed)],
    [0, 0.2, { do: 'drop' }],
    [0, 0.1, { ...says(busy), retryAfterSeconds: 7 }],
    [0, 0.15, { do: 'slow', ms: 9_000 }],
    [0, 0.1, { do: 'slow', ms: 45_000 }],
    [0, 0.1, { do: 'html' }],
    [0, 0.1, { ...answer, body: half }],
  ];
  return {
    create: [
      [SURELY, 0.25, { do: 'drop', accept: true }],
      [SURELY, 0.15, says(busy)],
      [0, 0.15, { do: 'drop' }],
      [0, 0.1, { do: 'drop', accept: true, afterMs: 9_000 }],
      [0, 0.15, { ...says(failed), accept: true }],
      [0, 0.1, says(failed)],
      [0, 0.05, says(unpaid)],
      [0, 0.05, says(invalid)],
      [0, 0.1, { do: 'html', accept: true }],
      [0, 0.1, { ...answer, body: '', accept: true }],
      [0, 0.1, { ...answer, body: half, accept: true }],
      [0, 0.2, { do: 'slow', ms: 14_000 }],
      [0, 0.1, { do: 'slow', ms: 90_000 }],
    ],
    query: questions,
    balance: questions,
    task: [
      [SURELY, 0.25, { do: 'fail' }],
      [0, 0.1, { do: 'cancel' }],
      [0, 0.1, { do: 'never-finish' }],
      [0, 0.2, { do: 'short', seconds: 2 }],
      [0, 0.2, { do: 'slow-render', factor: 6 }],
      [0, 0.2, { do: 'unknown-word', word: 'reviewing', reads: 3 }],
      [0, 0.2, { do: 'late-link', reads: 3 }],
    ],
    output: [
      [SURELY, 0.2, { do: 'dead', status: 404 }],
      [0, 0.3, { do: 'dead', status: 403 }],
      [0, 0.1, { do: 'dead', status: 500 }],
      [0, 0.4, { do: 'cut', share: 0.6 }],
      [0, 0.3, { do: 'truncated', share: 0.5 }],
      [0, 0.2, { do: 'wrong-type' }],
      [0, 0.2, { do: 'slow', ms: 12_000 }],
    ],
    callback: [
      [0, 0.7, { do: 'lost' }],
      [0, 0.3, { do: 'duplicate', times: 3 }],
      [0, 0.3, { do: 'late', ms: 60_000 }],
      [LATE, 0.4, { do: 'late', ms: 1_500_000 }],
      [0, 0.2, { do: 'stale', ageMs: 600_000 }],
      [0, 0.4, { do: 'forged', word: ended[0] }],
      [0, 0.4, { do: 'altered', word: ended[0] }],
      [0, 0.3, { do: 'altered', word: ended[1] }],
    ],
  };
}

/** Each occasion goes wrong by the drawn rates from now on; answers how to stop that. */
export function spoilJobs(faults: JobFaults, rows: JobRows, spoiling: Spoiling): () => void {
  const drawn = ratesOf(rows, spoiling);
  const { take } = faults;
  faults.take = (at) => {
    const fault = take(at) ?? chosen(rows[at], drawn.get(at) ?? [], spoiling.dice);
    if (fault !== null) spoiling.hit(faultName(spoiling.vendor, at, fault));
    return fault;
  };
  return () => {
    drawn.clear();
    faults.clear();
  };
}

export function spoilRenderer(faults: RendererFaults, rows: RendererRows, spoiling: Spoiling): () => void {
  const drawn = ratesOf(rows, spoiling);
  const { take } = faults;
  faults.take = (at) => {
    const fault = take(at) ?? chosen(rows[at], drawn.get(at) ?? [], spoiling.dice);
    if (fault !== null) spoiling.hit(faultName(spoiling.vendor, at, fault));
    return fault;
  };
  return () => {
    drawn.clear();
    faults.clear();
  };
}

function ratesOf(rows: JobRows | RendererRows, { rate }: Spoiling): Map<string, number[]> {
  return new Map(
    entriesOf(rows).map(([at, faults]) => [at, faults.map(([least, most]) => rate(least, most))]),
  );
}

function chosen<Fault>(rows: Rows<Fault>, rates: readonly number[], dice: Dice): Fault | null {
  for (const [at, rate] of rates.entries()) if (dice.chance(rate)) return rows[at]?.[2] ?? null;
  return null;
}

/** For coverage. */
export function faultNames(vendor: string, rows: JobRows | RendererRows): string[] {
  return entriesOf(rows).flatMap(([at, faults]) => faults.map(([, , fault]) => faultName(vendor, at, fault)));
}

function entriesOf(rows: JobRows | RendererRows): [string, Rows<{ do: string }>][] {
  return Object.entries<Rows<{ do: string }>>(rows);
}

function faultName(vendor: string, at: string, fault: { do: string }): string {
  const particulars = Object.entries<unknown>({ ...fault })
    .filter(([name]) => ['code', 'status', 'accept', 'ms', 'word'].includes(name))
    .map(([, value]) => (value === true ? 'taken' : String(value)));
  return [vendor, at, fault.do, ...particulars].join(' ');
}
