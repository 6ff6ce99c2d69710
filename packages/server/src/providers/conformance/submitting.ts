/** Laws 4 to 7: what an adapter makes of the answer to a submit. */
import assert from 'node:assert/strict';
import { laws, type Trial, trial } from './laws.ts';
import {
  answer,
  canFind,
  findOn,
  lost,
  notSent,
  observeOn,
  pathOf,
  play,
  responseOf,
  submitTo,
} from './play.ts';
import type { Subject } from './subject.ts';

/** Success by its status, and nothing that names a task. */
const emptyAnswers = [
  '',
  ' ',
  '{}',
  '[]',
  'null',
  '0',
  '""',
  '{"data":{}}',
  '{"id":null}',
  '{"data":{"id":""}}',
];
const brokenAnswers = [
  '{"data":{"id":"1',
  '<!doctype html><title>ok</title>',
  '\u0000',
  '{"a":1,"a":2}',
  '[[[[',
];

export function submittingTrials(subject: Subject): Trial[] {
  return Object.keys(subject.paths).flatMap((path) => [
    ...refusalsInSuccess(subject, path),
    trial(5, `${path}: empty and broken bodies`, () => {
      for (const body of [...emptyAnswers, ...brokenAnswers, '['.repeat(100_000)]) {
        for (const status of [200, 201, 202, 204]) {
          const { outcome } = submitTo(subject, path, answer(body, status));
          assert.equal(outcome.kind, 'unknown', `HTTP ${status} with ${body.slice(0, 40)}`);
        }
      }
    }),
    trial(6, `${path}: the billable answer`, () => {
      assert.equal(submitTo(subject, path, lost).outcome.kind, 'unknown');
      assert.equal(submitTo(subject, path, notSent).outcome.kind, 'not_sent');
      for (const status of [300, 302, 307, 408, 409, 500, 502, 503, 504, 520, 599]) {
        const { outcome } = submitTo(subject, path, answer('<html></html>', status));
        assert.equal(outcome.kind, 'unknown', `HTTP ${status}`);
      }
    }),
    trial(6, `${path}: answers to free questions`, () => {
      for (const response of [lost, notSent, answer('', 502)]) {
        const outcomes = [
          observeOn(subject, path, response).outcome,
          ...(canFind(subject.provider.abilities) ? [findOn(subject, path, response).outcome] : []),
          play(subject.provider.balance(pathOf(subject, path)), response).outcome,
        ];
        for (const outcome of outcomes) {
          assert.ok(outcome.kind === 'question_failed');
          assert.equal(outcome.class, 'unavailable');
        }
      }
    }),
    ...refusalDocuments(subject, path),
  ]);
}

function refusalsInSuccess(subject: Subject, path: string): Trial[] {
  const documents = subject.documents.filter(
    (document) =>
      document.path === path &&
      document.operation === 'submit' &&
      document.expect.kind === 'refused' &&
      document.status < 300,
  );
  return documents.map((document) =>
    trial(4, document.name, () => {
      const { outcome } = submitTo(subject, path, responseOf(document));
      assert.ok(outcome.kind === 'refused');
      assert.equal(outcome.class, document.expect.class);
    }),
  );
}

function refusalDocuments(subject: Subject, path: string): Trial[] {
  const documents = subject.documents.filter(
    (document) =>
      document.path === path && document.operation === 'submit' && document.expect.kind === 'refused',
  );
  return documents.map((document) =>
    trial(7, document.name, () => {
      const { outcome } = submitTo(subject, path, responseOf(document));
      assert.ok(outcome.kind === 'refused', JSON.stringify(outcome));
      assert.equal(outcome.class, document.expect.class);
      assert.equal(outcome.retryAfterMs, document.expect.retryAfterMs ?? null);
      assert.ok(outcome.code !== '' && outcome.message !== '', 'a refusal says why');
    }),
  );
}

/** Over all paths: each class that the vendor can express is shown by a document. */
export function refusalCoverage(subject: Subject): Trial {
  return trial(7, `${laws[7]}: every class has a document`, () => {
    const shown = new Set(subject.documents.map((document) => document.expect.class));
    for (const refusal of subject.refusalClasses) assert.ok(shown.has(refusal), `no document of ${refusal}`);
  });
}
