import { expect, test } from 'vitest';
import { type CopyTrouble, copyVerdict } from './copying.ts';

const NOW = 1_000_000;
const verdict = (trouble: CopyTrouble, tries: number, expiresAtMs: number | null = null) =>
  copyVerdict(trouble, { tries, expiresAtMs, nowMs: NOW });
const again = (gapMs: number, freshLink: boolean) => ({ kind: 'again', atMs: NOW + gapMs, freshLink });

const dead: CopyTrouble = { kind: 'link_dead', status: 403 };
const passing: CopyTrouble = { kind: 'passing' };

test.each([
  ['trouble that passes: again', passing, 1, null, again(2_000, false)],
  ['twice', passing, 2, null, again(4_000, false)],
  ['the eighth time', passing, 8, null, again(256_000, false)],
  ['for ever, every five minutes', passing, 500, null, again(300_000, false)],
  ['a link that is about to die', passing, 1, NOW + 1, again(2_000, false)],
  ['a link past its end: with a fresh one', passing, 1, NOW, again(2_000, true)],
  ['a dead link: with a fresh one', dead, 1, NOW + 1, again(2_000, true)],
  ['a dead link, fifth try', dead, 5, null, again(32_000, true)],
  ['a dead link, sixth try', dead, 6, null, { kind: 'give_up', code: 'result_unavailable' }],
  ['no clip: perhaps the next link is one', { kind: 'not_a_clip' }, 2, null, again(4_000, true)],
  ['no clip, third try', { kind: 'not_a_clip' }, 3, null, { kind: 'give_up', code: 'result_mismatch' }],
  ['too large', { kind: 'too_large' }, 1, null, { kind: 'give_up', code: 'result_unavailable' }],
  [
    'an address of ours',
    { kind: 'forbidden_address' },
    1,
    null,
    { kind: 'give_up', code: 'result_unavailable' },
  ],
] as const)('%s', (_what, trouble, tries, expiresAtMs, expected) => {
  expect(verdict(trouble, tries, expiresAtMs)).toEqual(expected);
});
