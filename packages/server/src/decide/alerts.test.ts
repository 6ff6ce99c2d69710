import { describe, expect, test } from 'vitest';
import { AWAY_MS, RETURN_MS, type Severity, whenGone, whenSeen } from './alerts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = 1_000 * HOUR;
const rules = { tellAfterMs: 5 * MINUTE, remindAfterMs: 24 * HOUR };

const fresh = (agoMs: number) => ({ firstSeenMs: NOW - agoMs, lastSeenMs: NOW, raised: null });
const told = (severity: Severity, agoMs: number) => ({
  ...{ firstSeenMs: NOW - 30 * 24 * HOUR, lastSeenMs: NOW },
  raised: { severity, toldMs: NOW - agoMs },
});

describe('an alert that is seen', () => {
  test.each([
    ['a critical one is told at once', fresh(0), 'critical', null, 'new'],
    ['a warning is not', fresh(0), 'warning', null, null],
    ['a warning is told when it stood', fresh(5 * MINUTE), 'warning', null, 'new'],
    ['a critical one that returned has to stand', fresh(0), 'critical', NOW - MINUTE, null],
    ['and is told then', fresh(5 * MINUTE), 'critical', NOW - 6 * MINUTE, 'new'],
    ['a warning that returned has to stand longer', fresh(14 * MINUTE), 'warning', NOW - 20 * MINUTE, null],
    ['and is told then', fresh(15 * MINUTE), 'warning', NOW - 20 * MINUTE, 'new'],
    ['what was over for an hour is new', fresh(0), 'critical', NOW - RETURN_MS, 'new'],
    ['once told, it is not told again', told('warning', HOUR), 'warning', null, null],
    ['unless it got worse', told('warning', MINUTE), 'critical', null, 'worse'],
    ['getting better is not news', told('critical', MINUTE), 'warning', null, null],
    ['nor is worse again', told('critical', MINUTE), 'critical', null, null],
    [
      'people are reminded of a critical one after a day',
      told('critical', 24 * HOUR),
      'critical',
      null,
      'reminder',
    ],
    ['of a warning not', told('warning', 6 * 24 * HOUR), 'warning', null, null],
    ['but after a week', told('warning', 7 * 24 * HOUR), 'warning', null, 'reminder'],
  ] as const)('%s', (_, standing, severity, clearedMs, expected) => {
    expect(whenSeen(standing, severity, clearedMs, rules, NOW)).toBe(expected);
  });

  test('nobody is reminded where that is switched off', () => {
    const never = { ...rules, remindAfterMs: null };
    expect(whenSeen(told('critical', 1_000 * HOUR), 'critical', null, never, NOW)).toBeNull();
  });
});

describe('an alert that is not seen', () => {
  const gone = (awayMs: number, raised: boolean) => ({
    ...{ firstSeenMs: NOW - 10 * HOUR, lastSeenMs: NOW - awayMs },
    raised: raised ? { severity: 'warning' as const, toldMs: NOW - HOUR } : null,
  });
  test.each([
    ['for a moment is still the same one', gone(AWAY_MS - 1, true), 'wait'],
    ['for a while is over, and that is told', gone(AWAY_MS, true), 'clear'],
    ['and was never told is forgotten', gone(AWAY_MS, false), 'forget'],
  ] as const)('%s', (_, standing, expected) => {
    expect(whenGone(standing, NOW)).toBe(expected);
  });
});
