/**
 * The emulated vendor's faults and their rates, each of them an occurrence that a note of the vendor's habits tells
 * of.
 */
import type { FaultAt, FaultChance, FaultPoint } from '@sluice/emulators';

type Draw = (most: number) => number;

/** Lost answers, refusals, failed renders and dead links, where they are to be certain. */
export const SURELY = 0.02;

const half = '{"code":0,"message":"SUCCEED","data":{"id":"89360';

const creates: [most: number, fault: FaultAt['create']][] = [
  [0.2, { do: 'drop', accept: true }],
  [0.15, { do: 'drop' }],
  [0.1, { do: 'drop', accept: true, afterMs: 9_000 }],
  [0.15, { do: 'refuse', code: 5000, accept: true }],
  [0.1, { do: 'refuse', code: 5000 }],
  [0.1, { do: 'refuse', code: 5001 }],
  [0.1, { do: 'refuse', code: 5002, accept: true }],
  [0.15, { do: 'refuse', code: 1302 }],
  [0.15, { do: 'refuse', code: 1303 }],
  [0.05, { do: 'refuse', code: 1102 }],
  [0.05, { do: 'refuse', code: 1301 }],
  [0.05, { do: 'refuse', code: 1002 }],
  [0.1, { do: 'html', accept: true }],
  [0.1, { do: 'code-in-200', code: 5000, accept: true }],
  [0.05, { do: 'code-in-200', code: 1303 }],
  [0.1, { do: 'answer', status: 200, contentType: 'application/json', body: '', accept: true }],
  [0.1, { do: 'answer', status: 200, contentType: 'application/json', body: half, accept: true }],
  [0.2, { do: 'slow', ms: 14_000 }],
  [0.1, { do: 'slow', ms: 90_000 }],
  [0.1, { do: 'trickle', bytes: 16, everyMs: 700 }],
];

const queries: [most: number, fault: FaultAt['query']][] = [
  [0.2, { do: 'refuse', code: 5000 }],
  [0.2, { do: 'drop' }],
  [0.1, { do: 'refuse', code: 1302, retryAfterSeconds: 7 }],
  [0.15, { do: 'slow', ms: 9_000 }],
  [0.1, { do: 'slow', ms: 45_000 }],
  [0.1, { do: 'html' }],
  [0.1, { do: 'code-in-200', code: 5000 }],
  [0.1, { do: 'answer', status: 200, contentType: 'application/json', body: half }],
];

const tasks: [most: number, fault: FaultAt['task']][] = [
  [0.25, { do: 'fail' }],
  [0.1, { do: 'fail', message: 'Out of memory' }],
  [0.1, { do: 'never-finish' }],
  [0.2, { do: 'short', seconds: 2 }],
  [0.2, { do: 'slow-render', factor: 6 }],
  [0.2, { do: 'flap', words: ['processing', 'submitted'] }],
  [0.05, { do: 'flap', words: ['failed'] }],
  [0.2, { do: 'unknown-word', word: 'reviewing', reads: 3 }],
];

const outputs: [most: number, fault: FaultAt['output']][] = [
  [0.3, { do: 'dead', status: 403 }],
  [0.2, { do: 'dead', status: 404 }],
  [0.1, { do: 'dead', status: 500 }],
  [0.4, { do: 'cut', share: 0.6 }],
  [0.3, { do: 'truncated', share: 0.5 }],
  [0.2, { do: 'wrong-type' }],
  [0.2, { do: 'corrupt' }],
  [0.2, { do: 'slow', ms: 12_000 }],
  [0.2, { do: 'slow', ms: 45_000 }],
  [0.3, { do: 'trickle', bytes: 64, everyMs: 4_000 }],
];

const callbacks: [most: number, fault: FaultAt['callback']][] = [
  [0.7, { do: 'lost' }],
  [0.3, { do: 'duplicate', times: 3 }],
  [0.3, { do: 'late', ms: 60_000 }],
  [0.2, { do: 'stale', ageMs: 600_000 }],
  [0.2, { do: 'unsigned' }],
  [0.4, { do: 'forged' }],
  [0.4, { do: 'lie', status: 'succeeded' }],
  [0.3, { do: 'lie', status: 'failed' }],
];

/** `draw` makes a rate out of the most it may be. */
export function vendorChances(draw: Draw): FaultChance[] {
  const drawn: FaultChance[] = [
    ...creates.map(([most, fault]) => ({ at: 'create', chance: draw(most), fault }) as const),
    ...queries.map(([most, fault]) => ({ at: 'query', chance: draw(most), fault }) as const),
    ...tasks.map(([most, fault]) => ({ at: 'task', chance: draw(most), fault }) as const),
    ...outputs.map(([most, fault]) => ({ at: 'output', chance: draw(most), fault }) as const),
    ...callbacks.map(([most, fault]) => ({ at: 'callback', chance: draw(most), fault }) as const),
  ];
  return drawn.filter((entry) => entry.chance > 0);
}

/** What no vendor of several is ever without. */
export const surelyChances: readonly FaultChance[] = [
  { at: 'create', chance: SURELY, fault: { do: 'drop', accept: true } },
  { at: 'create', chance: SURELY, fault: { do: 'refuse', code: 1303 } },
  { at: 'task', chance: SURELY, fault: { do: 'fail' } },
  { at: 'output', chance: SURELY, fault: { do: 'dead', status: 404 } },
];

/** For coverage: every fault by its name. */
export const vendorFaultNames: readonly string[] = [
  ...creates.map(([, fault]) => faultName('create', fault)),
  ...queries.map(([, fault]) => faultName('query', fault)),
  ...tasks.map(([, fault]) => faultName('task', fault)),
  ...outputs.map(([, fault]) => faultName('output', fault)),
  ...callbacks.map(([, fault]) => faultName('callback', fault)),
];

export function faultName(at: FaultPoint, fault: FaultAt[FaultPoint]): string {
  const particulars = Object.entries(fault)
    .filter(([name]) => name === 'code' || name === 'status' || name === 'accept' || name === 'ms')
    .map(([, value]) => (value === true ? 'taken' : String(value)));
  return ['vendor', at, fault.do, ...particulars].join(' ');
}
