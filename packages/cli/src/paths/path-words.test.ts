import { samplePath } from '@sluice/sdk/testing';
import pico from 'picocolors';
import { expect, test } from 'vitest';
import { pathsTable, pathText } from './path-words.ts';

const NOW_MS = Date.parse('2026-10-01T12:00:00Z');
const paint = { color: pico.createColors(false), columns: 200, nowMs: NOW_MS };

test('a model that the vendor refuses is named, with why and when it is tried again', () => {
  const [limit] = samplePath().limits;
  if (!limit) throw new Error('the sample has a limit');
  const resting = { detail: '1103: no right to this model', until: '2026-10-01T12:00:40Z' };
  const limits = [
    { ...limit, resting },
    { ...limit, family: 'kling-o1' },
  ];
  const path = samplePath({ health: 'ok', limits });
  expect(pathsTable([path], paint)).toContain('ok, refuses kling-v3');
  const text = pathText(path, paint);
  expect(text).toMatch(/refused +kling-v3: 1103: no right to this model; tried again in 40s/);
  expect(pathText(samplePath({ limits: [limit] }), paint)).not.toMatch(/^ +refused /m);
});
