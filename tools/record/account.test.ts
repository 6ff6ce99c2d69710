import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readRecording, secretsOf, WrongUsage } from './account.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-account-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string): string {
  const file = join(folder, `${text.length}.txt`);
  writeFileSync(file, text);
  return file;
}

const key = fileWith('key-id:key-secret\n');

test('one line is the only field; the account is like the path that has the same fields', () => {
  const { path, like } = readRecording(['fal', '--credential', key, '--setting', 'store_io=off']);
  expect(path).toMatchObject({ credential: { api_key: 'key-id:key-secret' }, settings: { store_io: 'off' } });
  expect(like).toBe('main');
  const both = fileWith('{"api_key":"key-id:key-secret","admin_key":"admin-id:admin-secret"}');
  const admin = readRecording(['fal', '--credential', both]);
  expect(admin.like).toBe('admin');
  expect(secretsOf(admin.path)).toEqual(['key-id:key-secret', 'admin-id:admin-secret']);
});

test('settings that are secret are kept out too', () => {
  const { path } = readRecording(['kie', '--credential', key, '--setting', 'webhook_key=whk-0123456789']);
  expect(secretsOf(path)).toContain('whk-0123456789');
});

test.each([
  [['nobody', '--credential', key], /Name one provider: kling/],
  [['fal'], /--credential <file>' not specified/],
  [['fal', '--credential', join(folder, 'nothing')], /cannot be read/],
  [['gptimage2', '--credential', key], /--base-url is needed/],
  [['fal', '--credential', key, '--like', 'other'], /--like is one of main, admin/],
  [['fal', '--credential', key, '--every', '0'], /--every is a number above 0/],
  [['fal', '--credential', key, '--setting', 'store_io=perhaps'], /The setting does not fit: store_io/],
  [['fal', '--credential', key, '--nonsense'], /--nonsense/],
])('%j is wrong usage', (argv, reason) => {
  expect(() => readRecording(argv)).toThrow(WrongUsage);
  expect(() => readRecording(argv)).toThrow(reason);
});

test('a credential that does not fit is never repeated', () => {
  const wrong = fileWith('{"api_key":"no colon but a secret"}');
  expect(() => readRecording(['fal', '--credential', wrong])).toThrow(/^(?!.*no colon).*credential/);
});
