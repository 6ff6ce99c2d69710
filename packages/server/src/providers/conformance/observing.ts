/** Laws 8 to 15 and 18: handles, observations and documents. */
import assert from 'node:assert/strict';
import { type Trial, trial } from './laws.ts';
import {
  answer,
  findOn,
  handleFor,
  lost,
  notSent,
  observed,
  observeOn,
  pathOf,
  play,
  responseOf,
  submitTo,
} from './play.ts';
import type { Subject, VendorDocument } from './subject.ts';

const strangeWords = [
  '',
  'paused',
  'SUCCEEDED',
  ' succeeded',
  'constructor',
  '__proto__',
  'toString',
  'null',
  '\u0000',
];

export function observingTrials(subject: Subject): Trial[] {
  return [
    ...handleTrials(subject),
    ...Object.keys(subject.paths).flatMap((path) => wordTrials(subject, path)),
    ...successTrials(subject),
    ...subject.documents.flatMap((document) => [
      trial(18, document.name, () => meets(document, outcomeOf(subject, document, document.body))),
      trial(18, `${document.name} with fields that nobody knows yet`, () => {
        meets(document, outcomeOf(subject, document, withExtras(document.body)));
      }),
    ]),
  ];
}

function handleTrials(subject: Subject): Trial[] {
  const sameQuestion = (path: string, first: unknown, second: unknown) => {
    const [one, two] = [first, second].map((handle) => {
      const stored = { attemptId: 'attempt-1', correlationId: subject.ids.correlationId, handle };
      return play(subject.provider.observe(pathOf(subject, path), [stored]), lost).requests;
    });
    assert.ok(one && one.length > 0, 'the handle leads to no question');
    assert.deepEqual(one, two);
  };
  return [
    ...Object.keys(subject.paths).map((path) =>
      trial(8, `${path}: through JSON`, () => {
        const { handle } = handleFor(subject, path);
        sameQuestion(path, handle, JSON.parse(JSON.stringify(handle)));
      }),
    ),
    ...subject.handles.map(({ since, path, handle }) =>
      trial(8, `${path}: a handle of ${since}`, () => sameQuestion(path, handle, structuredClone(handle))),
    ),
    trial(8, 'a handle that nobody can read raises an alarm and stops nothing else', () => {
      for (const [path, context] of Object.entries(subject.paths)) {
        const broken = { attemptId: 'broken', correlationId: 'x', handle: { v: 999, nonsense: true } };
        const stored = handleFor(subject, path);
        const word = Object.keys(subject.provider.statusWords)[0] ?? '';
        const response = answer(subject.statusAnswer(path, word));
        const { outcome } = play(subject.provider.observe(context, [broken, stored]), response);
        assert.ok(outcome.kind === 'observed');
        assert.equal(outcome.observations.get('broken')?.status, 'unrecognised');
        assert.ok(outcome.observations.has('attempt-1'));
      }
    }),
  ];
}

function wordTrials(subject: Subject, path: string): Trial[] {
  const { provider } = subject;
  const words = Object.entries(provider.statusWords);
  return [
    trial(9, `${path}: every end, asked for twice`, () => {
      for (const document of subject.documents) {
        const ended = document.expect.status === 'succeeded' || document.expect.status === 'failed';
        if (document.path !== path || !ended) continue;
        const [first, second] = [1, 2].map(() => observed(subject, path, responseOf(document)));
        assert.deepEqual(first, second, document.name);
      }
    }),
    trial(10, `${path}: every word of the table`, () => {
      for (const [word, status] of words) {
        const seen = observed(subject, path, answer(subject.statusAnswer(path, word)));
        assert.deepEqual([seen.status, seen.word], [status, word]);
      }
    }),
    trial(10, `${path}: words of no table`, () => {
      for (const word of strangeWords) {
        const seen = observed(subject, path, answer(subject.statusAnswer(path, word)));
        assert.deepEqual([seen.status, seen.word], ['unrecognised', word]);
      }
    }),
    trial(11, `${path}: questions that go wrong`, () => {
      const wrong = [lost, notSent, answer(''), answer('<html>'), answer('{"code":0,"data":{}}')];
      const statuses = [301, 400, 401, 403, 404, 429, 500, 503].map((status) =>
        answer('{"error":"x"}', status),
      );
      for (const response of [...wrong, ...statuses]) {
        const { outcome } = observeOn(subject, path, response);
        assert.equal(outcome.kind, 'question_failed', JSON.stringify(response));
      }
    }),
    trial(12, `${path}: not found`, () => {
      const document = subject.documents.find(
        (candidate) => candidate.path === path && candidate.expect.status === 'not_found',
      );
      assert.ok(document, 'no document of a task that is not found');
      const seen = observed(subject, path, responseOf(document));
      assert.equal(seen.status, 'not_found');
      assert.ok(provider.abilities.lookupGraceMs > 0, 'no grace period is declared');
    }),
    trial(13, `${path}: a success without a clip`, () => {
      const seen = observed(subject, path, answer(subject.emptySuccess(path)));
      assert.notEqual(seen.status, 'succeeded');
      assert.notEqual(seen.status, 'failed');
      assert.deepEqual(seen.outputs, []);
    }),
  ];
}

/** Whether a text holds that instant, in one of the forms that vendors write; or a link that carries its own end. */
function isTold(atMs: number | null, texts: readonly string[]): boolean {
  if (atMs === null) return true;
  const seconds = Math.floor(atMs / 1000);
  const forms = [String(seconds), seconds.toString(16), new Date(atMs).toISOString().slice(0, 19)];
  const signed = /[?&]X-Amz-Expires=\d+/i;
  return texts.some((text) => signed.test(text) || forms.some((form) => text.includes(form)));
}

function responseText(document: VendorDocument): string {
  return typeof document.body === 'string' ? document.body : JSON.stringify(document.body);
}

function handleText(subject: Subject, path: string): string {
  return JSON.stringify(handleFor(subject, path).handle);
}

function successTrials(subject: Subject): Trial[] {
  const { resultHosts } = subject.provider;
  const successes = subject.documents.filter((document) => document.expect.status === 'succeeded');
  return successes.flatMap((document) => [
    trial(14, document.name, () => {
      const seen = observed(subject, document.path, responseOf(document));
      for (const output of seen.outputs) {
        const { hostname, protocol } = new URL(output.url);
        assert.ok(protocol === 'https:' || protocol === 'http:');
        const known = resultHosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
        assert.ok(resultHosts.length === 0 || known, `${hostname} is not among the result hosts`);
        // How long it lives is a term, kept as data; when it began to, an adapter that knows of any change can tell.
        const tells = [output.expiresAtMs, output.livesFromMs].some((atMs) => Number.isSafeInteger(atMs));
        assert.ok(tells || seen.changedAtMs === null, 'nobody can tell when the link dies');
        const { expiresAtMs, url } = output;
        const told = isTold(expiresAtMs, [url, responseText(document), handleText(subject, document.path)]);
        assert.ok(told, 'an end that neither the link nor the answer nor what was asked for tells');
      }
    }),
    trial(15, document.name, () => {
      const { cost } = observed(subject, document.path, responseOf(document));
      assert.ok(cost, 'a paid task without its cost');
      assert.equal(typeof cost.amountMicros, 'bigint');
      assert.notEqual(cost.unit, '');
    }),
  ]);
}

/** What the adapter makes of a document. */
export function outcomeOf(subject: Subject, document: VendorDocument, body: unknown) {
  const response = answer(JSON.stringify(body), document.status, document.headers);
  switch (document.operation) {
    case 'submit':
      return submitTo(subject, document.path, response).outcome;
    case 'observe':
      return observeOn(subject, document.path, response).outcome;
    case 'find':
      return findOn(subject, document.path, response).outcome;
    case 'balance':
      return play(subject.provider.balance(pathOf(subject, document.path)), response).outcome;
  }
}

function meets({ expect }: VendorDocument, outcome: ReturnType<typeof outcomeOf>): void {
  assert.equal(
    outcome.kind,
    expect.kind,
    JSON.stringify(outcome, (_key, value) => printable(value)),
  );
  if (expect.class !== undefined) assert.equal('class' in outcome ? outcome.class : undefined, expect.class);
  if (outcome.kind === 'accepted') assert.equal(outcome.upstreamId, expect.upstreamId);
  if (outcome.kind === 'found') assert.deepEqual([...outcome.items.keys()], expect.ids);
  if (outcome.kind !== 'observed') return;
  const seen = outcome.observations.get('attempt-1');
  assert.equal(seen?.status, expect.status);
  assert.equal(seen?.failure?.class, expect.failure);
  if (expect.outputs !== undefined) assert.equal(seen?.outputs.length, expect.outputs);
  if (!expect.cost) return;
  assert.equal(seen?.cost?.unit, expect.cost.unit);
  assert.equal(seen?.cost?.amountMicros, BigInt(expect.cost.micros));
}

function printable(value: unknown): unknown {
  if (value instanceof Map) return [...value];
  return typeof value === 'bigint' ? String(value) : value;
}

/** The same document with a field more in every object. */
function withExtras(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withExtras);
  if (typeof value !== 'object' || value === null) return value;
  const grown = Object.entries(value).map(([name, inner]) => [name, withExtras(inner)]);
  return { ...Object.fromEntries(grown), a_field_of_tomorrow: { nested: [1, null, 'x'] } };
}
