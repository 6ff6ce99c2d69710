/** Each of the five things to verify has a named place in everything that a comparison is written as. */
import { type Candidate, type Check, type Comparison, comparisonCsv, comparisonMarkdown } from '@sluice/sdk';
import { describe, expect, test } from 'vitest';
import { createOutput } from '../output/output.ts';
import { openTerminal } from '../testing/terminal.ts';
import { comparisonText } from './comparison-words.ts';
import { comparisonHtml } from './html.ts';

/** The five checks of the guide that the whole comparison answers, in its own order. */
const FIVE: [Check, RegExp][] = [
  ['balance', /1\. Prepaid balance, deposit and approval/],
  ['throughput', /2\. Throughput and concurrency/],
  ['integration', /3\. Authentication and integration effort/],
  ['async', /4\. Asynchronous task handling/],
  ['retention', /5\. Result retention/],
];

const TITLES = ['Prepaid balance, deposit and approval', 'Throughput and concurrency'].concat(
  'Authentication and integration effort',
  'Asynchronous task handling',
  'Result retention',
  'Price',
);
const CHECKS: Check[] = ['balance', 'throughput', 'integration', 'async', 'retention', 'price'];
const HOSTILE = '<script>alert("1")</script>|=cmd';

const standing: Candidate['checks'][number]['facts'][number]['standing'] = {
  value: 5,
  unit: 'tasks',
  text: '5 tasks',
  scope: {},
  grade: 'declared',
  origin: 'shipped',
  source: { name: HOSTILE, url: 'javascript:alert(1)', reviewed_on: '2026-11-22' },
  reviewed_by: 'somebody',
  age_days: 7,
  stale: false,
  note: null,
};

const candidate: Candidate = {
  name: 'kling',
  kind: 'path',
  provider: 'kling',
  provider_name: HOSTILE,
  sandbox: false,
  rank: 1,
  price: {
    total: '37.50',
    per_second: '0.075',
    delivered_per_second: null,
    sheet: 'a-sheet',
    sheet_date: '2026-11-22',
    sheet_stale: false,
    grade: 'declared',
    lines: [{ line: 0, price: '0.375', why_not: null }],
  },
  checks: CHECKS.map((check) => ({
    check,
    grade: 'declared',
    oldest_review: '2026-11-22',
    stale: false,
    summary: '',
    concerns: [],
    facts: [
      {
        fact: 'concurrency_limit',
        title: 'Tasks at once',
        kind: 'number',
        unit: 'tasks',
        standing,
        statements: [standing],
        disagree: false,
        question: '=1+1, how many?',
      },
    ],
  })),
  concerns: [HOSTILE],
  open_questions: [
    { check: 'balance', fact: 'deposit_minimum', question: 'How much?', because: 'nobody has looked' },
  ],
};

const comparison: Comparison = {
  object: 'comparison',
  made_at: '2026-11-29T12:00:00.000Z',
  currency: 'USD',
  stale_after_days: 90,
  mix: [
    {
      label: 'kling-3.0 text-to-video 5 s',
      model: 'kling-3.0',
      mode: 'text-to-video',
      seconds: 5,
      resolution: '720p',
      sound: 'off',
      count: 100,
    },
  ],
  clips: 100,
  seconds: 500,
  peak_in_flight: 12,
  checks: CHECKS.map((check, index) => ({ check, number: index + 1, title: TITLES[index] ?? '' })),
  candidates: [candidate],
  verdict: { recommended: 'kling', sentences: ['Take kling.', HOSTILE] },
};

describe.each(FIVE)('check %s', (_, place) => {
  test('has its place on the terminal, in Markdown and on the page', async () => {
    const terminal = await openTerminal({ terminal: true, columns: 200 });
    const { paint } = createOutput(terminal.surroundings, false).aside;
    expect(comparisonText(comparison, paint)).toMatch(place);
    expect(comparisonMarkdown(comparison)).toMatch(place);
    expect(comparisonHtml(comparison)).toMatch(place);
    await terminal.close();
  });
});

test('the table for a spreadsheet names each check by number and title, and runs no formula', () => {
  const csv = comparisonCsv(comparison);
  for (const [index, title] of TITLES.entries()) {
    const cell = title.includes(',') ? `"${title}"` : title;
    expect(csv).toContain(`,${index + 1},${cell},`);
  }
  expect(csv).toContain('"\'=1+1, how many?"');
});

test('text of others is text, on the page as in Markdown', () => {
  const page = comparisonHtml(comparison);
  expect(page).not.toContain('<script');
  expect(page).not.toContain('javascript:');
  expect(page).not.toMatch(/(?:src|href)="(?!https?:)/);
  expect(comparisonMarkdown(comparison)).not.toMatch(/[^\\]<script/);
});
