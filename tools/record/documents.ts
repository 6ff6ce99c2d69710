/**
 * From what was heard to documents as the exam reads them: redacted, with the outcome that the adapter makes of each.
 * A document is kept only when, redacted and by itself, it leads to the same outcome again.
 */
import assert from 'node:assert/strict';
import { outcomeOf } from '@sluice/server/providers/conformance/observing.ts';
import { shapeOf } from '@sluice/server/providers/conformance/shape.ts';
import type { Expected, Subject, VendorDocument } from '@sluice/server/providers/conformance/subject.ts';
import type {
  BalanceOutcome,
  Exchange,
  FindOutcome,
  ObserveOutcome,
  SubmitOutcome,
  UpstreamRequest,
  UpstreamResponse,
} from '@sluice/server/providers/contract.ts';
import type { Redactor } from './redact.ts';

export type Heard = { request: UpstreamRequest; response: UpstreamResponse };

/** Passes an exchange on and keeps what went by. */
export function* listening<Outcome>(exchange: Exchange<Outcome>, heard: Heard[]): Exchange<Outcome> {
  let step = exchange.next();
  while (!step.done) {
    const response = yield step.value;
    heard.push({ request: step.value, response });
    step = exchange.next(response);
  }
  return step.value;
}

type Outcome = SubmitOutcome | ObserveOutcome | FindOutcome | BalanceOutcome;

/** A document as a file holds it: with its source. */
export type Recorded = VendorDocument & { source: string };

export type Taken = {
  name: string;
  operation: VendorDocument['operation'];
  heard: readonly Heard[];
  outcome: Outcome;
};

export type Frame = {
  subject: Subject;
  /** The subject's path that the account is like. */
  path: string;
  redact: Redactor;
  /** `YYYY-MM-DD` */
  read: string;
  host: string;
};

export type Made = { kind: 'document'; document: Recorded } | { kind: 'left_out'; name: string; why: string };

/** Headers that an adapter may read; all others may name an account, a server or a request. */
const KEPT_HEADERS =
  /^(?:content-type|retry-after|idempotency-replayed|x-fal-(?:error-type|retryable|needs-retry)|x-ratelimit-.*)$/;

export function documentOf(taken: Taken, frame: Frame): Made {
  const { name, operation, heard } = taken;
  const leftOut = (why: string): Made => ({ kind: 'left_out', name, why });
  const answers = heard.flatMap(({ response }) => (response.kind === 'answered' ? [response] : []));
  const [last] = answers.slice(-1);
  if (!last || answers.length < heard.length) return leftOut('no answer came');
  const bodies = answers.map(({ text }) => parsed(text));
  if (bodies.includes(undefined))
    return leftOut('the answer is no JSON; keep it by hand if it teaches something');
  const several = answers.length > 1 ? `, ${answers.length} answers in one` : '';
  const document: Recorded = {
    name,
    source: `recorded from ${frame.host} by npm run record${several}`,
    read: frame.read,
    path: frame.path,
    operation,
    status: last.status,
    headers: Object.fromEntries(Object.entries(last.headers).filter(([header]) => KEPT_HEADERS.test(header))),
    body: frame.redact(bodies.length === 1 ? bodies[0] : merged(bodies)),
    expect: expectationOf(taken.outcome, frame.subject),
  };
  const again = expectationOf(outcomeOf(frame.subject, document, document.body), frame.subject);
  try {
    assert.deepEqual(again, document.expect);
  } catch {
    return leftOut(
      `redacted and alone it leads to another outcome (${again.kind} ${again.status ?? ''})`.trim(),
    );
  }
  return { kind: 'document', document };
}

/** The exam gives every question of an exchange the same answer, so a status and a result stand in one. */
function merged(bodies: readonly unknown[]): unknown {
  const objects = bodies.filter((body) => typeof body === 'object' && body !== null && !Array.isArray(body));
  return Object.assign({}, ...objects.toReversed());
}

function parsed(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return body;
  } catch {
    return undefined;
  }
}

/** What the exam will hold the adapter to. */
function expectationOf(outcome: Outcome, subject: Subject): Expected {
  const { kind } = outcome;
  switch (outcome.kind) {
    case 'accepted':
      return { kind, upstreamId: subject.upstreamId };
    case 'refused':
      return {
        kind,
        class: outcome.class,
        ...(outcome.retryAfterMs === null ? {} : { retryAfterMs: outcome.retryAfterMs }),
      };
    case 'question_failed':
      return { kind, class: outcome.class };
    case 'found':
      return { kind, ids: [...outcome.items.keys()].map(() => subject.ids.correlationId) };
    case 'observed': {
      const [seen] = outcome.observations.values();
      return {
        kind,
        ...(seen ? { status: seen.status, outputs: seen.outputs.length } : {}),
        ...(seen?.failure ? { failure: seen.failure.class } : {}),
        ...(seen?.cost ? { cost: { unit: seen.cost.unit, micros: String(seen.cost.amountMicros) } } : {}),
      };
    }
    case 'wallet':
    case 'unsupported':
    case 'not_sent':
    case 'unknown':
      return { kind };
  }
}

/** Where a live answer has another shape than every document of its kind: what the documents did not tell. */
export function surprises(documents: readonly Recorded[], subject: Subject): string[] {
  return documents.flatMap(({ name, operation, status, path, body }) => {
    const alike = subject.documents.filter(
      (known) => known.operation === operation && known.status === status && known.path === path,
    );
    if (alike.length === 0) return [`${name}: no document of ${operation} with HTTP ${status}`];
    const known = alike.map((document) => shapeOf(document.body));
    return [...shapeOf(body)].flatMap(([place, kinds]) => {
      const told = known.flatMap((shape) => [...(shape.get(place) ?? [])]);
      if (told.length === 0) return [`${name}: ${place} is in no document`];
      const strange = [...kinds].filter((kind) => !told.includes(kind));
      return strange.length > 0
        ? [`${name}: ${place} is ${strange}, documented as ${[...new Set(told)]}`]
        : [];
    });
  });
}
