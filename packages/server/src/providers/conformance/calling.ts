/** Laws 16 and 17: callbacks and cancelling. */
import assert from 'node:assert/strict';
import { type Trial, trial } from './laws.ts';
import { answer, handleFor, lost, pathOf, play } from './play.ts';
import type { CallbackCase, Subject } from './subject.ts';

const nonsense = [
  '',
  'null',
  '[]',
  '{}',
  '"x"',
  '{"id":',
  '<xml/>',
  '{"id":{},"status":1}',
  '['.repeat(50_000),
];

export function callingTrials(subject: Subject): Trial[] {
  return [
    ...subject.callbacks.map((given) => trial(16, given.about, () => judged(subject, given))),
    trial(16, 'bodies that say nothing are rejected and break nothing', () => {
      for (const path of Object.values(subject.paths)) {
        for (const body of nonsense) {
          const read = subject.provider.readCallback(
            path,
            { headers: {}, body, receivedAtMs: path.nowMs },
            [],
          );
          assert.equal(read.kind, 'rejected', body.slice(0, 40));
        }
      }
    }),
    ...Object.keys(subject.paths).map((path) => trial(17, path, () => cancelIsHonest(subject, path))),
  ];
}

function judged(subject: Subject, { path, callback, keys = [], expect }: CallbackCase): void {
  const [first, second] = [1, 2].map(() =>
    subject.provider.readCallback(path, structuredClone(callback), keys),
  );
  assert.deepEqual(first, second, 'a repeat is read the same');
  if (expect === 'rejected') {
    assert.equal(first?.kind, 'rejected');
    return;
  }
  assert.ok(first?.kind === 'hint', JSON.stringify(first));
  assert.equal(first.verified, expect === 'verified');
  assert.ok(first.upstreamId !== null || first.correlationId !== null, 'a hint must name the attempt');
  if (!first.verified) assert.equal(first.deliveryId, null, 'an unsigned delivery id proves nothing');
}

function cancelIsHonest(subject: Subject, path: string): void {
  const { provider } = subject;
  const ask = (response: Parameters<typeof play>[1]) =>
    play(provider.cancel(pathOf(subject, path), handleFor(subject, path)), response);
  const answers = [lost, answer('', 500), answer('{}'), answer('<html>', 404)].map(ask);
  for (const { requests, outcome } of answers) {
    assert.ok(requests.every((request) => !request.billable));
    if (provider.abilities.cancel === 'none') {
      assert.equal(requests.length, 0, 'a vendor without cancel is not asked');
      assert.equal(outcome.kind, 'too_late');
    } else {
      assert.notEqual(outcome.kind, 'canceled', 'no such answer proves a cancellation');
    }
  }
}
