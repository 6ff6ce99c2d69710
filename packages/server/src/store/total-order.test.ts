/**
 * What is cut off by a LIMIT must not hang on the planner: every order that is cut ends with what no two rows have in
 * common. Otherwise the same world, planned anew, takes other rows first, and a page can show a row twice or never.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Unique in what is ordered there: keys, and what a statement groups by. */
const UNIQUE = /(^|\.)(id|number|name|hash|account_id|endpoint_id|request_key|currency)$/;
const CUT = /ORDER BY ((?:(?!ORDER BY|LIMIT|\bFROM\b|\bSELECT\b)[^;])*?)\s+(?:LIMIT|OFFSET)\b/g;

const sources = ['.', './sql'].flatMap((folder) =>
  readdirSync(new URL(folder, import.meta.url))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`),
);

test('every order that is cut is a total one', () => {
  const cut = sources.flatMap((name) => {
    const text = readFileSync(new URL(name, import.meta.url), 'utf8');
    return [...text.matchAll(CUT)].map(([, by = '']) => ({ name, by }));
  });
  expect(cut.length).toBeGreaterThan(60);
  const last = (by: string) => (by.split(',').at(-1) ?? '').trim().split(/\s/)[0] ?? '';
  expect(cut.filter(({ by }) => !UNIQUE.test(last(by)))).toEqual([]);
});
