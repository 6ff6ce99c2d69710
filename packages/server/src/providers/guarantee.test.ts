import { describe, expect, test } from 'vitest';
import { guaranteeOf } from './guarantee.ts';

const declared = {
  clientKey: 'none',
  duplicateKeyRefused: false,
  list: false,
  startDeadlineSeconds: null,
  lookupGraceMs: 30_000,
} as const;

describe('the guarantee follows from what is declared', () => {
  test.each([
    [{ clientKey: 'idempotent' }, 'L4', true],
    [{ clientKey: 'query' }, 'L3', true],
    [{ clientKey: 'correlate' }, 'L2', false],
    [{ list: true }, 'L2', false],
    [{}, 'L1', false],
  ] as const)('%o is %s', (abilities, level, settlesAlone) => {
    const found = guaranteeOf({ ...declared, ...abilities });
    expect(found).toMatchObject({ level, settlesAlone, acceptsMost: 1 });
  });

  test('the text names the quiet period, and a refused repeat only where one was declared', () => {
    const plain = guaranteeOf({ ...declared, clientKey: 'query', lookupGraceMs: 45_000 }).text;
    expect(plain).toContain('45 quiet seconds');
    expect(plain).not.toContain('refuses');
    expect(guaranteeOf({ ...declared, clientKey: 'query', duplicateKeyRefused: true }).text).toContain(
      'refuses',
    );
  });

  test('a start deadline bounds the doubt, its absence needs a person', () => {
    const bounded = guaranteeOf({ ...declared, clientKey: 'correlate', startDeadlineSeconds: 600 }).text;
    expect(bounded).toContain('600 s');
    expect(guaranteeOf({ ...declared, clientKey: 'correlate' }).text).toContain('a person decides');
  });

  test('who risks a second task is told so, where nothing else proves it', () => {
    expect(guaranteeOf({ ...declared, clientKey: 'correlate' }, 'resubmit')).toMatchObject({
      level: 'L2',
      acceptsMost: null,
      text: expect.stringContaining('A second upstream task is possible'),
    });
    expect(guaranteeOf({ ...declared, clientKey: 'query' }, 'resubmit').acceptsMost).toBe(1);
  });
});
