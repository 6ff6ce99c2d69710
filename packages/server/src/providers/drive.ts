/**
 * Carries an adapter's requests out. Adapters describe requests and read answers; here are the time
 * limits, the size cap, the address policy, the redaction and the record of what was sent.
 *
 * The promise of this file: once a billable request may have left, the outcome of `runSubmit` is
 * accepted, refused or unknown, whatever the upstream answers and whatever an adapter does with it. A bug
 * in a mapping must not make a paid task look as if it had never been bought.
 */
import type { Clock } from '../effects/clock/clock.ts';
import type { Outbound, OutboundAnswer, OutboundLimits } from '../effects/outbound/outbound.ts';
import type {
  Exchange,
  PathContext,
  QuestionFailed,
  SubmitOutcome,
  UpstreamRequest,
  UpstreamResponse,
} from './contract.ts';
import { excerptOf } from './excerpt.ts';
import { redactedUrl, redactorFor } from './redaction.ts';

export type Drive = {
  /** For the free questions. A billable request inside one is not sent. */
  run<Outcome>(
    exchange: Exchange<Outcome>,
    path: PathContext,
    signal?: AbortSignal,
  ): Promise<Driven<Outcome | QuestionFailed>>;
  runSubmit(
    exchange: Exchange<SubmitOutcome>,
    path: PathContext,
    signal?: AbortSignal,
  ): Promise<Driven<SubmitOutcome>>;
};

export type Driven<Outcome> = { outcome: Outcome; exchanges: ExchangeRecord[] };

/** One request as it may be shown and kept: no credential, and of the bodies what `excerptOf` leaves. */
export type ExchangeRecord = {
  operation: UpstreamRequest['operation'];
  billable: boolean;
  method: UpstreamRequest['method'];
  url: string;
  result: 'answered' | 'not_sent' | 'lost';
  status: number | null;
  /** Why it was not sent or got lost. */
  reason: string | null;
  sentAtMs: number;
  durationMs: number;
  bytes: number;
  request: string | null;
  response: string | null;
};

/** A defect of ours or of an adapter, survived. */
export type DriveFault = { path: string; operation: UpstreamRequest['operation'] | null; message: string };

export type DriveOptions = {
  outbound: Pick<Outbound, 'request'>;
  clock: Pick<Clock, 'now' | 'monotonic'>;
  onRequest?: (record: ExchangeRecord, path: string) => void;
  onFault?: (fault: DriveFault) => void;
  limits?: Partial<OutboundLimits>;
  userAgent?: string;
};

export const upstreamLimits: OutboundLimits = {
  connectMs: 5_000,
  headersMs: 20_000,
  idleMs: 15_000,
  totalMs: 60_000,
  maxBytes: 1024 * 1024,
};

/** Far above what an honest adapter yields; stops one that never ends. */
const REQUESTS_MOST = 100;

export function createDrive(options: DriveOptions): Drive {
  return {
    async run(exchange, path, signal) {
      const ride = newRide(options, path, signal);
      const end = await follow(exchange, ride, 'free');
      const outcome = end.kind === 'returned' ? end.outcome : failedQuestion(end.message);
      return { outcome, exchanges: ride.exchanges };
    },
    async runSubmit(exchange, path, signal) {
      const ride = newRide(options, path, signal);
      const end = await follow(exchange, ride, 'billable');
      return { outcome: submitOutcome(end, ride), exchanges: ride.exchanges };
    },
  };
}

type Ride = {
  options: DriveOptions;
  path: PathContext;
  signal: AbortSignal | undefined;
  exchanges: ExchangeRecord[];
  last: UpstreamRequest | null;
};

type End<Outcome> = { kind: 'returned'; outcome: Outcome } | { kind: 'broken'; message: string };

function newRide(options: DriveOptions, path: PathContext, signal: AbortSignal | undefined): Ride {
  return { options, path, signal, exchanges: [], last: null };
}

/** Pulls the adapter's generator to its end, sending what it yields. Never throws. */
async function follow<Outcome>(
  exchange: Exchange<Outcome>,
  ride: Ride,
  allowed: 'free' | 'billable',
): Promise<End<Outcome>> {
  try {
    let step = exchange.next();
    while (!step.done) {
      const refusal = refusalToSend(step.value, ride, allowed);
      if (refusal) return broken(ride, refusal);
      ride.last = step.value;
      step = exchange.next(await send(step.value, ride));
    }
    return { kind: 'returned', outcome: step.value };
  } catch (error) {
    return broken(ride, `the adapter failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A second billable request is only sent when the first one provably never left. */
function refusalToSend(request: UpstreamRequest, ride: Ride, allowed: 'free' | 'billable'): string | null {
  if (ride.exchanges.length >= REQUESTS_MOST) return `more than ${REQUESTS_MOST} requests in one exchange`;
  if (!request.billable) return null;
  if (allowed === 'free') return 'a billable request inside a free question';
  return billableLeft(ride) ? 'a second billable request in one submit' : null;
}

function billableLeft(ride: Ride): boolean {
  return ride.exchanges.some((record) => record.billable && record.result !== 'not_sent');
}

function broken(ride: Ride, message: string): { kind: 'broken'; message: string } {
  const safe = redactorFor(ride.path, ride.last)(message).slice(0, 500);
  const fault = { path: ride.path.name, operation: ride.last?.operation ?? null, message: safe };
  tell(() => ride.options.onFault?.(fault));
  return { kind: 'broken', message: safe };
}

/** A listener that throws must not change what became of a request. */
function tell(listener: () => void): void {
  try {
    listener();
  } catch {
    // Metrics and logs are not worth an outcome.
  }
}

function failedQuestion(message: string): QuestionFailed {
  return { kind: 'question_failed', class: 'unreadable', message, retryAfterMs: null };
}

function submitOutcome(end: End<SubmitOutcome>, ride: Ride): SubmitOutcome {
  const left = billableLeft(ride);
  if (end.kind === 'broken') {
    return left ? { kind: 'unknown', reason: end.message } : { kind: 'not_sent', reason: end.message };
  }
  // What an adapter says is checked against what was sent: "not sent" after sending would buy a second task.
  if (left && end.outcome.kind === 'not_sent') {
    return { kind: 'unknown', reason: `reported as not sent although it was: ${end.outcome.reason}` };
  }
  if (!left && (end.outcome.kind === 'accepted' || end.outcome.kind === 'unknown')) {
    return { kind: 'not_sent', reason: `reported as ${end.outcome.kind} although nothing was sent` };
  }
  return end.outcome;
}

async function send(request: UpstreamRequest, ride: Ride): Promise<UpstreamResponse> {
  const { options, path } = ride;
  const redact = redactorFor(path, request);
  const target = targetOf(path.baseUrl, request.url);
  const sentAtMs = options.clock.now();
  const startMs = options.clock.monotonic();
  const answer = target.ok ? await reach(request, target, ride) : badUrl(target.reason);
  const response = responseOf(answer, redact);
  const record: ExchangeRecord = {
    operation: request.operation,
    billable: request.billable,
    method: request.method,
    url: redactedUrl(target.ok ? target.url : request.url, redact),
    result: response.kind,
    status: response.kind === 'answered' ? response.status : null,
    reason: response.kind === 'answered' ? null : response.reason,
    sentAtMs,
    durationMs: Math.max(0, Math.round(options.clock.monotonic() - startMs)),
    bytes: answer.kind === 'answered' ? answer.body.byteLength : 0,
    request: excerptOf(request.body, redact),
    response: response.kind === 'answered' ? excerptOf(response.text, redact) : null,
  };
  ride.exchanges.push(record);
  tell(() => options.onRequest?.(record, path.name));
  return response;
}

type Target = { ok: true; url: string; trust: 'configured' | 'given' } | { ok: false; reason: string };

/**
 * A path is joined under the base URL, prefix included; only the operator's own origin is trusted as
 * configured.
 */
function targetOf(baseUrl: string, url: string): Target {
  if (!URL.canParse(baseUrl)) return { ok: false, reason: 'the base URL of this path is not a URL' };
  if (url.startsWith('/') && !url.startsWith('//')) {
    return { ok: true, url: `${baseUrl.replace(/\/+$/, '')}${url}`, trust: 'configured' };
  }
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    return { ok: false, reason: 'the request has no usable address' };
  const trust = new URL(url).origin === new URL(baseUrl).origin ? 'configured' : 'given';
  return { ok: true, url, trust };
}

async function reach(
  request: UpstreamRequest,
  target: Extract<Target, { ok: true }>,
  ride: Ride,
): Promise<OutboundAnswer> {
  const { options, signal } = ride;
  const userAgent = options.userAgent ?? 'sluice';
  try {
    return await options.outbound.request({
      method: request.method,
      url: target.url,
      headers: { accept: 'application/json', 'user-agent': userAgent, ...request.headers },
      ...(request.body === null ? {} : { body: request.body }),
      trust: target.trust,
      limits: { ...upstreamLimits, ...options.limits },
      redirects: 0,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    // It promises to answer with a value; if it throws all the same, the request may have left.
    return { kind: 'lost', reason: 'reset', detail: error instanceof Error ? error.message : String(error) };
  }
}

function badUrl(detail: string): OutboundAnswer {
  return { kind: 'not_sent', reason: 'bad_url', detail };
}

function responseOf(answer: OutboundAnswer, redact: (text: string) => string): UpstreamResponse {
  if (answer.kind !== 'answered') {
    return { kind: answer.kind, reason: redact(`${answer.reason}: ${answer.detail}`).slice(0, 500) };
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) headers[name.toLowerCase()] = redact(value);
  return { kind: 'answered', status: answer.status, headers, text: redact(decode(answer.body)) };
}

/** Not fatal: a broken character in a message must not make a readable answer unreadable. */
function decode(body: Uint8Array): string {
  return new TextDecoder('utf-8').decode(body);
}
