/**
 * Whether somebody is told of an alert now. A critical one at once; a warning when it stood for a short while. One that
 * comes and goes is one alert until it was away for a while, and one that returns soon after it was said to be over has
 * to stand longer. Reminders are rare, and an alert that is over is told to be over only where it was told at all.
 */
export type Severity = 'critical' | 'warning';

export type Standing = {
  firstSeenMs: number;
  lastSeenMs: number;
  /** How severe it was told to be at most, and when something was told last; null: nobody was told. */
  raised: { severity: Severity; toldMs: number } | null;
};

export type TellingRules = { tellAfterMs: number; remindAfterMs: number | null };

export type Telling = 'new' | 'worse' | 'reminder';

const HOUR_MS = 3_600_000;
/** Not seen for so long: over. */
export const AWAY_MS = 5 * 60_000;
/** Back within this time after it was told to be over. */
export const RETURN_MS = HOUR_MS;
const LONGER = 3;
/** Of a warning people are reminded so many times more rarely. */
const WARNING_RARER = 7;

/** `clearedMs`: when the same alert was last told to be over; null: not lately. */
export function whenSeen(
  { firstSeenMs, raised }: Standing,
  severity: Severity,
  clearedMs: number | null,
  rules: TellingRules,
  nowMs: number,
): Telling | null {
  if (raised === null) {
    const returned = clearedMs !== null && firstSeenMs - clearedMs < RETURN_MS;
    return nowMs - firstSeenMs >= standsMs(severity, returned, rules) ? 'new' : null;
  }
  if (raised.severity === 'warning' && severity === 'critical') return 'worse';
  if (rules.remindAfterMs === null) return null;
  const afterMs = rules.remindAfterMs * (severity === 'critical' ? 1 : WARNING_RARER);
  return nowMs - raised.toldMs >= afterMs ? 'reminder' : null;
}

function standsMs(severity: Severity, returned: boolean, { tellAfterMs }: TellingRules): number {
  if (severity === 'critical') return returned ? tellAfterMs : 0;
  return returned ? LONGER * tellAfterMs : tellAfterMs;
}

/** `forget`: it is over, and nobody ever heard of it. */
export function whenGone({ lastSeenMs, raised }: Standing, nowMs: number): 'wait' | 'forget' | 'clear' {
  if (nowMs - lastSeenMs < AWAY_MS) return 'wait';
  return raised === null ? 'forget' : 'clear';
}
