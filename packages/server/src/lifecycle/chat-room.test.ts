import { expect, test } from 'vitest';
import type { DeliveryRow } from '../store/notify.ts';
import { chatBody, shownAddress } from './chat-room.ts';

const row = (event_type: string, event_data: Record<string, unknown>): DeliveryRow => ({
  ...{ id: 'dlv_1', endpoint_id: 'ep_1', account_id: null, event_id: 'evt_1', event_at: 0, task_id: null },
  ...{ url: '', url_sealed: '', format: 'slack', tries: 1, secret_sealed: '', secret_of: 'ep_1' },
  ...{ previous_secret_sealed: null, previous_until: null, event_type, event_data },
});

const textOf = (type: string, data: Record<string, unknown>): string =>
  JSON.parse(chatBody(row(type, data), null)).text;

const empty = { message: 'The wallet is empty.', action: 'Top up.' };

test.each([
  [
    'alert.raised',
    { ...empty, why: 'new', severity: 'critical' },
    '🔴 Critical: The wallet is empty.\nTop up.',
  ],
  [
    'alert.raised',
    { ...empty, why: 'new', severity: 'warning' },
    '🟠 Warning: The wallet is empty.\nTop up.',
  ],
  [
    'alert.raised',
    { ...empty, why: 'reminder', severity: 'critical' },
    '🔴 Still critical: The wallet is empty.\nTop up.',
  ],
  ['alert.cleared', { ...empty, why: 'cleared', severity: 'critical' }, '🟢 Over: The wallet is empty.'],
  [
    'task.failed',
    { id: 'task_1', model: 'kling-3.0', error_code: 'moderated' },
    'task.failed: task_1, kling-3.0 (moderated)',
  ],
])('%s is told in a line', (type, data, text) => {
  expect(textOf(type, data)).toBe(text);
});

test('a name calls nobody and links nowhere', () => {
  const message = 'The key "<!channel> <https://evil.example|here> @everyone & co" is spent.';
  const text = textOf('alert.raised', { message, action: '', why: 'new', severity: 'warning' });
  expect(text).toContain('&lt;!channel&gt; &lt;https://evil.example|here&gt;');
  expect(text).not.toContain('@everyone');
});

test('a room takes no more than two thousand characters', () => {
  const message = 'x'.repeat(5_000);
  expect(textOf('alert.cleared', { message }).length).toBeLessThan(2_000);
});

test.each([
  ['https://hooks.slack.com/services/T1/B2/abcdefgh', 'https://hooks.slack.com/…efgh'],
  ['https://user:word@chat.example/hooks/abcdefghijkl', 'https://chat.example/…ijkl'],
  ['https://chat.example/hooks/x', 'https://chat.example/…'],
])('%s is shown as %s', (url, shown) => {
  expect(shownAddress(url)).toBe(shown);
});
