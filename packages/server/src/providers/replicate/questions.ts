/** The free questions: one prediction at a time, the list behind a lost answer, cancel, and the account. */
import { questionFailed } from '../answers.ts';
import type {
  BalanceOutcome,
  CancelOutcome,
  Exchange,
  FindOutcome,
  FindQuery,
  Observation,
  ObserveOutcome,
  PathContext,
  QuestionFailed,
  StoredHandle,
  UpstreamRequest,
  UpstreamResponse,
} from '../contract.ts';
import { accessOf } from './auth.ts';
import { attemptOf, inputOf } from './body.ts';
import { readQuestionError } from './errors.ts';
import { modelOf } from './models.ts';
import { emptyObservation, observationOf } from './observation.ts';
import { Account, Fault, Handle, Prediction, PredictionPage, readAs } from './wire.ts';

export function* observe(path: PathContext, handles: readonly StoredHandle[]): Exchange<ObserveOutcome> {
  const observations = new Map<string, Observation>();
  for (const { attemptId, correlationId, handle } of handles) {
    const known = Handle.safeParse(handle);
    if (!known.success) {
      const empty = emptyObservation('', correlationId);
      observations.set(attemptId, { ...empty, status: 'unrecognised', word: 'unreadable handle' });
      continue;
    }
    const seen = yield* ask(path, 'observe', known.data.predictionId);
    // One failed question says nothing about this attempt; the others keep what was learnt.
    if ('status' in seen) observations.set(attemptId, seen);
    else if (observations.size === 0) return seen;
  }
  return { kind: 'observed', observations };
}

function* ask(
  path: PathContext,
  operation: 'observe' | 'find',
  id: string,
): Exchange<Observation | QuestionFailed> {
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  const url = `/predictions/${encodeURIComponent(id)}`;
  const response = yield question(operation, 'GET', url, access.headers);
  if (saysNotFound(response)) return { ...emptyObservation(id, null), status: 'not_found', word: '' };
  const prediction = predictionIn(response);
  if (!prediction) return readQuestionError(response);
  if (prediction.id !== id) return questionFailed('unreadable', 'the answer is about another prediction');
  return observationOf(prediction);
}

function question(
  operation: UpstreamRequest['operation'],
  method: UpstreamRequest['method'],
  url: string,
  headers: Record<string, string>,
): UpstreamRequest {
  return { operation, billable: false, method, url, headers, body: null };
}

function predictionIn(response: UpstreamResponse): Prediction | null {
  const good = response.kind === 'answered' && response.status >= 200 && response.status < 300;
  return good ? readAs(Prediction, response.text) : null;
}

/** A 404 with the vendor's own words; any other is some other server. */
function saysNotFound(response: UpstreamResponse): boolean {
  return response.kind === 'answered' && response.status === 404 && readAs(Fault, response.text) !== null;
}

/** Clocks differ a little, and a create may wait in a queue before it is written down. */
const WINDOW_MS = { before: 60_000, after: 180_000 };
const PAGES_MOST = 20;

/**
 * The list knows no id of ours. A prediction is ours when its webhook names the attempt; where the answer shows no
 * webhook, when exactly one prediction of the window has the same model and the same input. More than one, a page
 * that cannot be had or an input that is gone already: the question fails, for here "missing" may lead to a resend.
 */
export function* find(path: PathContext, queries: readonly FindQuery[]): Exchange<FindOutcome> {
  const items = new Map<string, { upstreamId: string; handle: Handle; observation: Observation }>();
  const taken = new Set<string>();
  for (const query of queries) {
    const listed = yield* listWindow(path, query.sentAtMs);
    if ('kind' in listed) return listed;
    const found = pick(query, listed);
    if (found === 'doubt')
      return questionFailed('unreadable', 'more than one prediction could be the attempt');
    if (found === null) continue;
    if (taken.has(found.id)) return questionFailed('unreadable', 'two attempts could be the same prediction');
    taken.add(found.id);
    items.set(query.correlationId, {
      upstreamId: found.id,
      handle: { v: 1, predictionId: found.id },
      observation: observationOf(found),
    });
  }
  return { kind: 'found', items };
}

function pick(query: FindQuery, listed: readonly Prediction[]): Prediction | 'doubt' | null {
  const named = listed.filter(({ webhook }) => attemptOf(webhook) === query.correlationId);
  if (named.length > 0) return named.length === 1 && named[0] ? named[0] : 'doubt';
  const slug = modelOf(query.order.model)?.slug;
  const wanted = Object.entries(inputOf(query.order) ?? {});
  const nameless = listed.filter(({ webhook, model }) => attemptOf(webhook) === null && model === slug);
  if (nameless.some(({ data_removed: removed }) => removed === true)) return 'doubt';
  const alike = wanted.length === 0 ? [] : nameless.filter(({ input }) => holds(input, wanted));
  return alike.length > 1 ? 'doubt' : (alike[0] ?? null);
}

/** All that we would send, as we would send it; the vendor may have added defaults of its own. */
function holds(input: unknown, wanted: readonly [string, unknown][]): boolean {
  if (typeof input !== 'object' || input === null) return false;
  const given = new Map<string, unknown>(Object.entries(input));
  return wanted.every(([name, value]) => JSON.stringify(given.get(name)) === JSON.stringify(value));
}

function* listWindow(path: PathContext, sentAtMs: number): Exchange<Prediction[] | QuestionFailed> {
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  const window = {
    created_after: new Date(Math.max(0, sentAtMs - WINDOW_MS.before)).toISOString(),
    created_before: new Date(sentAtMs + WINDOW_MS.after).toISOString(),
  };
  let query: URLSearchParams | null = new URLSearchParams(window);
  const all: Prediction[] = [];
  for (let pages = 0; query !== null; pages += 1) {
    if (pages >= PAGES_MOST) return questionFailed('unreadable', 'the list of the window has no end');
    const url: string = `/predictions?${query}`;
    const response: UpstreamResponse = yield question('find', 'GET', url, access.headers);
    if (response.kind !== 'answered' || response.status !== 200) return readQuestionError(response);
    const page: PredictionPage | null = readAs(PredictionPage, response.text);
    if (!page) return questionFailed('unreadable', 'the list cannot be read');
    for (const entry of page.results) {
      const prediction = Prediction.safeParse(entry);
      if (!prediction.success) return questionFailed('unreadable', 'an entry of the list cannot be read');
      all.push(prediction.data);
    }
    query = page.next === null ? null : queryOf(page.next, path.baseUrl);
  }
  return all;
}

/** Of the next page's address only the query is used: where requests go is configured, not answered. */
function queryOf(next: string, baseUrl: string): URLSearchParams | null {
  return URL.canParse(next, baseUrl) ? new URL(next, baseUrl).searchParams : null;
}

/** A prediction that has ended is answered as it is; a running one may still end well and be charged. */
export function* cancel(path: PathContext, stored: StoredHandle): Exchange<CancelOutcome> {
  const handle = Handle.safeParse(stored.handle);
  if (!handle.success) return questionFailed('unreadable', 'the handle cannot be read');
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  const url = `/predictions/${encodeURIComponent(handle.data.predictionId)}/cancel`;
  const response = yield question('cancel', 'POST', url, access.headers);
  const prediction = predictionIn(response);
  if (!prediction || prediction.id !== handle.data.predictionId) return readQuestionError(response);
  switch (observationOf(prediction).status) {
    case 'canceled':
    case 'expired':
      return { kind: 'canceled' };
    case 'succeeded':
    case 'failed':
      return { kind: 'too_late' };
    default:
      return { kind: 'requested' };
  }
}

/** The account says who we are, not what is left: no amount is published anywhere in the API. */
export function* balance(path: PathContext): Exchange<BalanceOutcome> {
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  const response = yield question('balance', 'GET', '/account', access.headers);
  if (response.kind !== 'answered' || response.status !== 200) return readQuestionError(response);
  return readAs(Account, response.text)
    ? { kind: 'unsupported', credentialOk: true }
    : questionFailed('unreadable', 'the account cannot be read');
}
