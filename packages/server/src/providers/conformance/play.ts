/** Runs an adapter's generator against scripted answers, with nothing in between. */
import assert from 'node:assert/strict';
import type {
  Abilities,
  Exchange,
  FindOutcome,
  ObserveOutcome,
  PathContext,
  StoredHandle,
  SubmitOutcome,
  UpstreamRequest,
  UpstreamResponse,
} from '../contract.ts';
import type { Subject, VendorDocument } from './subject.ts';

export type Played<Outcome> = { requests: UpstreamRequest[]; outcome: Outcome };

/** Every request gets the same answer; an adapter that asks for ever is stopped. */
export function play<Outcome>(exchange: Exchange<Outcome>, response: UpstreamResponse): Played<Outcome> {
  const requests: UpstreamRequest[] = [];
  let step = exchange.next();
  while (!step.done) {
    assert.ok(requests.length < 100, 'the adapter does not come to an end');
    requests.push(step.value);
    step = exchange.next(response);
  }
  return { requests, outcome: step.value };
}

export function answer(body: string, status = 200, headers: Record<string, string> = {}): UpstreamResponse {
  return { kind: 'answered', status, headers, text: body };
}

export const lost: UpstreamResponse = { kind: 'lost', reason: 'reset' };
export const notSent: UpstreamResponse = { kind: 'not_sent', reason: 'connect_refused' };

export function pathOf(subject: Subject, name: string): PathContext {
  const path = subject.paths[name];
  assert.ok(path, `the subject has no path ${name}`);
  return path;
}

export function submitTo(subject: Subject, path: string, response: UpstreamResponse): Played<SubmitOutcome> {
  const { provider, plainOrder, ids } = subject;
  return play(provider.submit(pathOf(subject, path), plainOrder, ids), response);
}

/** The handle that this path's accepted document leads to. */
export function handleFor(subject: Subject, path: string): StoredHandle {
  const document = acceptedDocument(subject, path);
  const { outcome } = submitTo(subject, path, responseOf(document));
  assert.ok(outcome.kind === 'accepted', `${document.name} does not lead to an accepted task`);
  const { correlationId } = subject.ids;
  return { attemptId: 'attempt-1', correlationId, handle: outcome.handle };
}

export function acceptedDocument(subject: Subject, path: string): VendorDocument {
  const found = subject.documents.find(
    (document) =>
      document.path === path && document.operation === 'submit' && document.expect.kind === 'accepted',
  );
  assert.ok(found, `no document of an accepted submit on path ${path}`);
  return found;
}

export function responseOf(document: VendorDocument): UpstreamResponse {
  return answer(JSON.stringify(document.body), document.status, document.headers);
}

export function observeOn(
  subject: Subject,
  path: string,
  response: UpstreamResponse,
): Played<ObserveOutcome> {
  const stored = handleFor(subject, path);
  return play(subject.provider.observe(pathOf(subject, path), [stored]), response);
}

/** `find` is asked of an adapter only when there is something to look up by. */
export function canFind({ clientKey, list }: Abilities): boolean {
  return clientKey === 'query' || clientKey === 'idempotent' || list;
}

export function findOn(subject: Subject, path: string, response: UpstreamResponse): Played<FindOutcome> {
  const { plainOrder: order, ids } = subject;
  const query = { correlationId: ids.correlationId, order, sentAtMs: pathOf(subject, path).nowMs };
  return play(subject.provider.find(pathOf(subject, path), [query]), response);
}

/** The one observation of a scripted answer. */
export function observed(subject: Subject, path: string, response: UpstreamResponse) {
  const { outcome } = observeOn(subject, path, response);
  assert.equal(outcome.kind, 'observed');
  assert.ok(outcome.kind === 'observed');
  const observation = outcome.observations.get('attempt-1');
  assert.ok(observation, 'the attempt has no observation');
  return observation;
}
