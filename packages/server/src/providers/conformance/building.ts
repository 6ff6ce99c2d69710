/** Laws 1 to 3: what an adapter builds. */
import assert from 'node:assert/strict';
import type { Outbound } from '../../effects/outbound/outbound.ts';
import type { PathContext, UpstreamRequest } from '../contract.ts';
import { createDrive } from '../drive.ts';
import { type Trial, trial } from './laws.ts';
import { lost, pathOf, play } from './play.ts';
import type { Subject } from './subject.ts';

export function buildingTrials(subject: Subject): Trial[] {
  return [
    ...subject.accepted.map(({ about, path, order }) =>
      trial(1, `${path}: ${about}`, () => {
        const context = pathOf(subject, path);
        assert.deepEqual(subject.provider.supports(order, context), { ok: true });
        const { requests, outcome } = play(subject.provider.submit(context, order, subject.ids), lost);
        assert.equal(outcome.kind, 'unknown', JSON.stringify(outcome));
        const billable = requests.filter((request) => request.billable);
        assert.equal(billable.length, 1, 'exactly one request is billable');
      }),
    ),
    ...subject.refused.map(({ about, path, order, field }) =>
      trial(1, `${path} refuses: ${about}`, () => {
        const context = pathOf(subject, path);
        const found = subject.provider.supports(order, context);
        assert.ok(!found.ok, 'it is taken');
        assert.equal(found.field, field);
        const { requests, outcome } = play(subject.provider.submit(context, order, subject.ids), lost);
        assert.equal(requests.length, 0, 'nothing may be sent for an order that is not supported');
        assert.equal(outcome.kind, 'refused');
      }),
    ),
    trial(2, 'every declared order builds the same bytes twice', () => {
      for (const { path, order, about } of subject.accepted) {
        const [first, second] = [1, 2].map(() => {
          const copy = structuredClone(order);
          return play(subject.provider.submit(pathOf(subject, path), copy, subject.ids), lost).requests;
        });
        assert.deepEqual(first, second, about);
      }
    }),
    ...Object.keys(subject.paths).map((name) =>
      trial(3, `${name}: an upstream that echoes the credential`, () => secretsStayHidden(subject, name)),
    ),
    trial(3, 'a link that leads elsewhere gets no credential', () => {
      for (const path of Object.values(subject.paths)) {
        for (const url of [
          'https://elsewhere.example/clip.mp4',
          'http://127.0.0.1:9/clip.mp4',
          '/clip.mp4',
          'x:',
        ]) {
          const sent = JSON.stringify(subject.provider.downloadHeaders(path, url));
          for (const secret of secretsOf(path)) assert.ok(!sent.includes(secret), url);
        }
      }
    }),
    trial(3, 'no secret in a document', () => {
      const texts = JSON.stringify(subject.documents);
      for (const secret of Object.values(subject.paths).flatMap(secretsOf))
        assert.ok(!texts.includes(secret));
    }),
  ];
}

/** All questions, over the real drive, to an upstream whose every text repeats what it was sent. */
async function secretsStayHidden(subject: Subject, name: string): Promise<void> {
  const path = pathOf(subject, name);
  const { provider, plainOrder, ids } = subject;
  const heard: string[] = [];
  const outbound: Pick<Outbound, 'request'> = {
    async request({ url, headers, body }) {
      const text = JSON.stringify({ ...headers, ...path.credential });
      heard.push(url, typeof body === 'string' ? body : '');
      const parts = [text, JSON.stringify({ code: 1201, message: text })];
      const reply = new TextEncoder().encode(parts[heard.length % 4 === 0 ? 1 : 0]);
      return { kind: 'answered', status: 400, headers: { 'x-echo': text }, body: reply, finalUrl: url };
    },
  };
  const drive = createDrive({ outbound, clock: { now: () => 0, monotonic: () => 0 } });
  const stored = { attemptId: 'a', correlationId: ids.correlationId, handle: subject.handles[0]?.handle };
  const query = { correlationId: ids.correlationId, order: plainOrder, sentAtMs: 0 };
  const left = [
    await drive.runSubmit(provider.submit(path, plainOrder, ids), path),
    await drive.runSubmit(provider.submit(path, plainOrder, ids), path),
    await drive.run(provider.observe(path, [stored]), path),
    await drive.run(provider.find(path, [query]), path),
    await drive.run(provider.balance(path), path),
  ];
  const all = heard.join('\n') + left.map((driven) => inspect(driven)).join('\n');
  for (const secret of secretsOf(path)) assert.ok(!all.includes(secret), 'a secret got out');
}

function inspect(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Map) return [...inner];
    return typeof inner === 'bigint' ? String(inner) : inner;
  });
}

function secretsOf(path: PathContext): string[] {
  return Object.values(path.credential).flatMap((value) => (value ? [value] : []));
}

/** The body of the billable request, for checks of an adapter's own. */
export function billableBody(requests: readonly UpstreamRequest[]): string {
  const request = requests.find((candidate) => candidate.billable);
  assert.ok(request?.body, 'there is no billable request with a body');
  return request.body;
}
