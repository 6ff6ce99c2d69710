import { describe, expect, test } from 'vitest';
import { redactorOf } from './redact.ts';

const redact = redactorOf({
  names: new Map([
    ['task-unified-1757169999-zzzz9999', 'task-unified-1757165031-abcdef12'],
    ['att_0199c0ffee0199c0ffee0199c0ffee01', 'att-0001'],
  ]),
  secrets: ['sk-live-Abc123'],
  own: ['kling-v3-text-to-video', 'A paper boat 20261129'],
});

describe('what goes', () => {
  test.each<[string, unknown, unknown]>([
    [
      'a credential, wherever it is',
      { message: 'no such key sk-live-Abc123' },
      { message: 'no such key redacted' },
    ],
    [
      'the id of the task, by the one of the documents',
      { id: 'task-unified-1757169999-zzzz9999' },
      { id: 'task-unified-1757165031-abcdef12' },
    ],
    ['our own id', { external_id: 'att_0199c0ffee0199c0ffee0199c0ffee01' }, { external_id: 'att-0001' }],
    [
      'who the account is',
      { user: { user_id: 'u_77', email: 'a@b.example', name: 'x' }, orgName: 'Acme' },
      { user: { user_id: 'redacted', email: 'redacted', name: 'x' }, orgName: 'redacted' },
    ],
    ['a numeric account', { account_id: 42 }, { account_id: 0 }],
    ['a person in a text', { message: 'contact jo@acme.example now' }, { message: 'contact redacted now' }],
    [
      'what is secret by its name',
      { webhookSecret: 'abc', 'api-key': 'abc', next_token: 'q' },
      { webhookSecret: 'redacted', 'api-key': 'redacted', next_token: 'redacted' },
    ],
  ])('%s', (_, given, expected) => {
    expect(redact(given)).toEqual(expected);
  });

  test('the signature of a link and the ids in it; not its host, its ending, nor how long it lives', () => {
    const url =
      'https://cdn.vendor.example/u/5f3c9a77b1e2/clip_0a8d04e2f1.mp4?X-Amz-Expires=3600&X-Amz-Date=20261129T010203Z&X-Amz-Signature=f00&verify=1-abc';
    const [redacted] = [redact({ url })] as [{ url: string }];
    expect(redacted.url).toMatch(/^https:\/\/cdn\.vendor\.example\/u\/redacted-\d+\/redacted-\d+\.mp4\?/);
    expect(
      JSON.stringify(redact({ url: 'https://files.vendor.example/b/0a8d04e2/idObV_output.mp4' })),
    ).toMatch(/example\/b\/redacted-\d+\/redacted-\d+\.mp4"/);
    const about = 'https://api.vendor.example/v1/tasks/task-unified-1757169999-zzzz9999/status';
    expect(redact(about)).toBe('https://api.vendor.example/v1/tasks/task-unified-1757165031-abcdef12/status');
    expect(redacted.url).toContain('X-Amz-Expires=3600&X-Amz-Date=20261129T010203Z');
    expect(redacted.url).not.toMatch(/f00|abc|5f3c9a77b1e2|0a8d04e2f1/);
  });

  test('links and ids inside JSON that stands in a text', () => {
    const given = { resultJson: '{"resultUrls":["https://x.example/a/9f8e7d6c5b4a3928.mp4?sig=1"]}' };
    expect(JSON.stringify(redact(given))).not.toMatch(/9f8e7d6c5b4a3928|sig=1/);
  });

  test('the same id is the same word everywhere, and another one is not', () => {
    const id = '0f6c1c1e-8a56-4a0e-9b0a-6f1f3f7a2d10';
    const seen = redact({
      request_id: id,
      again: `see ${id}`,
      other: '1f6c1c1e-8a56-4a0e-9b0a-6f1f3f7a2d10',
    });
    const { request_id: word, again, other } = seen as Record<string, string>;
    expect(again).toBe(`see ${word}`);
    expect(other).not.toBe(word);
    expect(word).toMatch(/^redacted-\d+$/);
  });
});

test.each([
  { status: 'completed', progress: 100, ok: true, nothing: null, model: 'kling-v3-text-to-video' },
  { created: 1757165031, duration: '5.041', credits_used: 27.5, at: '2026-11-29T01:02:03.000Z' },
  {
    prompt: 'A paper boat 20261129',
    pack: 'Trial-Video-100Units-5Con-1Months',
    billing_rule: 'per_second',
    content_type: 'video/mp4',
  },
  {
    error: {
      code: 'content_policy_violation',
      message: 'The prompt was refused.',
      type: 'invalid_request_error',
    },
  },
])('what stays: %o', (body) => {
  expect(redact(body)).toEqual(body);
});
