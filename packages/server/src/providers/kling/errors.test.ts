import { describe, expect, test } from 'vitest';
import { answer, submitTo } from '../conformance/play.ts';
import { errorTable, readQuestionError } from './errors.ts';
import { klingSubject } from './testing/subject.ts';

const subject = klingSubject();

function submitted(code: number | string, status: number, message = 'x', headers = {}) {
  return submitTo(subject, 'new', answer(JSON.stringify({ code, message }), status, headers)).outcome;
}

describe('answers to a create', () => {
  test.each(Object.entries(errorTable))('code %s as documented, and alike in a 200', (code, row) => {
    const expected =
      row.created === 'maybe' ? { kind: 'unknown' } : { kind: 'refused', class: row.class, code };
    expect(submitted(Number(code), row.http)).toMatchObject(expected);
    expect(submitted(Number(code), 200)).toMatchObject(expected);
    expect(submitted(code, row.http)).toMatchObject(expected);
  });

  test('the three kinds of 429 are three classes', () => {
    const classes = [1302, 1303, 1102, 1304].map((code) => submitted(code, 429));
    expect(classes).toMatchObject([
      { class: 'throttled' },
      { class: 'no_slot' },
      { class: 'wallet' },
      { class: 'forbidden' },
    ]);
  });

  test.each([
    ['External_task_id att-0001 already exists', 'duplicate_key'],
    ['external_task_id x\ny already exists', 'duplicate_key'],
    ['The prompt "already exists" is too long', 'bad_input'],
    ['Voice id not found', 'bad_input'],
  ])('1201 with %j is %s', (message, expected) => {
    expect(submitted(1201, 400, message)).toMatchObject({ class: expected });
  });

  test.each([
    [400, 'bad_input'],
    [401, 'credentials'],
    [402, 'wallet'],
    [403, 'forbidden'],
    [404, 'bad_input'],
    [429, 'throttled'],
  ])('a code of tomorrow with HTTP %i is %s', (status, expected) => {
    expect(submitted(1999, status)).toMatchObject({ kind: 'refused', class: expected, code: '1999' });
  });

  test.each([200, 302, 408, 409, 500, 503])('a code of tomorrow with HTTP %i is unknown', (status) => {
    expect(submitted(9999, status)).toMatchObject({ kind: 'unknown' });
  });

  test('another server at the base URL rests the path, not the task', () => {
    const { outcome } = submitTo(subject, 'new', answer('<html>nginx</html>', 404));
    expect(outcome).toMatchObject({ kind: 'refused', class: 'forbidden', code: 'http_404' });
  });

  test('a token outside its window may be tried again at once, and the upstream’s clock is told', () => {
    const headers = { date: 'Sun, 20 Sep 2026 10:00:00 GMT', 'retry-after': '60' };
    const outcome = submitted(1003, 401, 'not yet valid', headers);
    expect(outcome).toMatchObject({ class: 'credentials', retryAfterMs: 0 });
    expect(JSON.stringify(outcome)).toContain('Sun, 20 Sep 2026');
  });

  test('an answer about another external id is not ours', () => {
    const data = { id: '1', status: 'submitted', external_id: 'att-0002' };
    const { outcome } = submitTo(subject, 'new', answer(JSON.stringify({ code: 0, data })));
    expect(outcome).toMatchObject({ kind: 'unknown' });
  });

  test('an id that came as a number keeps its digits', () => {
    const { outcome } = submitTo(subject, 'new', answer('{"code":0,"data":{"id":893605946402811985}}'));
    expect(outcome).toMatchObject({ kind: 'accepted', upstreamId: '893605946402811985' });
  });
});

describe('answers to a question', () => {
  test.each([
    [1002, 401, 'credentials'],
    [1304, 429, 'credentials'],
    [1302, 429, 'throttled'],
    [1303, 429, 'throttled'],
    [1102, 429, 'unavailable'],
    [5000, 500, 'unavailable'],
    [5001, 503, 'unavailable'],
    [1200, 400, 'unreadable'],
    [1999, 500, 'unavailable'],
  ] as const)('code %i is %s %s', (code, httpStatus, expected) => {
    const failed = readQuestionError({ kind: 'error', httpStatus, code, message: '', headers: {} }, 0);
    expect(failed).toMatchObject({ kind: 'question_failed', class: expected });
  });
});
