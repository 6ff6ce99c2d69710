/**
 * People are told what needs them while nobody looks.
 *
 * What enters: what `operate/alerts.ts` finds at this moment, for the operators and for each account, and the alerts
 * that stand from the look before. One process looks at a time, once a minute, by a lease.
 * What leaves: alerts begun, kept and ended; and where somebody is to hear of it by now (`decide/alerts.ts`), an event
 * `alert.raised` or `alert.cleared` with a delivery to each endpoint that asks for it. All of that is one transaction,
 * in which the lease is held; stage 7 sends the deliveries.
 * If it dies in the middle: before the transaction nothing is noted and nobody is told, and whoever looks next, a lease
 * later, finds the same things anew; after it, the telling is a delivery like any other, sent at least once under one
 * event id. A process that was paused beyond its lease writes nothing at all. So an alert is told once, however many
 * looks die, and only what began and ended between two looks is never told.
 */
import { AWAY_MS, RETURN_MS, type Severity, whenGone, whenSeen } from '../decide/alerts.ts';
import { newId } from '../effects/random/id.ts';
import type { AlertChanges, AlertRow, ListenerRow } from '../store/alerts.ts';
import type { Context } from './context.ts';
import { type AllThresholds, allThresholds, rulesOf } from './operate/alert-settings.ts';
import { type AlertFacts, everybodysAlerts, identityOf, type Reader } from './operate/alerts.ts';

const EVERY_MS = 60_000;
const KEPT_MS = 90 * 24 * 3_600_000;

type Found = { reader: Reader; facts: AlertFacts };
type Why = 'new' | 'worse' | 'reminder' | 'cleared';
/** `since`: only places that were added after this are told; null: all that ask for it. */
type Step = { row: AlertRow; why: Why | null; since: number | null };

/** One round; answers whether another one at once may find more. */
export async function tellAlerts(context: Context): Promise<boolean> {
  const { store, clock, random, settings, gate } = context;
  const startedMs = clock.now();
  // A restored copy tells nobody anything: the original does.
  if (await gate.quarantined()) return false;
  const lease = newId('lease', startedMs, random);
  if (!(await store.alerts.claimWatch(startedMs, lease, startedMs + settings.leaseMs))) return false;
  const found = (await everybodysAlerts(context)).flatMap(({ reader, alerts }) =>
    alerts.map((facts) => ({ reader, facts })),
  );
  const thresholds = allThresholds(await store.alerts.allSettings());
  const nowMs = clock.now();
  const look = {
    ...{ lease, nowMs, nextMs: nowMs + EVERY_MS },
    ...{ clearedSinceMs: nowMs - RETURN_MS - AWAY_MS, keptSinceMs: nowMs - KEPT_MS },
  };
  const written = await store.alerts.record(look, (rows, listeners) => {
    const { steps, forgotten } = stepsOf(context, found, rows, listeners, thresholds, nowMs);
    return changesOf(context, steps, forgotten, listeners, nowMs);
  });
  if (written === null) return false;
  for (const { type, reader } of written.events) {
    context.telemetry.count('sluice_alerts_told_total', {
      event: type,
      to: reader === null ? 'operators' : 'account',
    });
  }
  if (written.deliveries.length > 0) context.wake('notify');
  return false;
}

function stepsOf(
  context: Context,
  found: readonly Found[],
  rows: readonly AlertRow[],
  listeners: readonly ListenerRow[],
  thresholds: AllThresholds,
  nowMs: number,
): { steps: Step[]; forgotten: string[] } {
  const standing = new Map<string, AlertRow>();
  const clearedMs = new Map<string, number>();
  for (const row of rows) {
    if (row.cleared_at === null) standing.set(nameOf(row), row);
    else clearedMs.set(nameOf(row), Math.max(row.cleared_at, clearedMs.get(nameOf(row)) ?? 0));
  }
  const seen = new Map<string, Step>();
  for (const { reader, facts } of found) {
    const name = JSON.stringify([reader, identityOf(facts)]);
    // The first of two that cannot be told apart is the more severe.
    if (seen.has(name)) continue;
    const before = standing.get(name) ?? null;
    const row = seenRow(context, reader, facts, before, nowMs);
    const rules = rulesOf(thresholds.of(reader));
    const why = whenSeen(standingOf(row), facts.severity, clearedMs.get(name) ?? null, rules, nowMs);
    seen.set(
      name,
      why === null ? lateStep(row, listeners, nowMs) : { row: toldRow(row, nowMs), why, since: null },
    );
  }
  const gone = [...standing].filter(([name]) => !seen.has(name)).map(([, row]) => row);
  const verdicts = gone.map((row) => ({ row, verdict: whenGone(standingOf(row), nowMs) }));
  const cleared = verdicts.filter(({ verdict }) => verdict === 'clear');
  return {
    steps: [
      ...seen.values(),
      ...cleared.map(
        ({ row }): Step => ({
          row: { ...row, cleared_at: nowMs, told_at: nowMs },
          why: 'cleared',
          since: null,
        }),
      ),
    ],
    forgotten: verdicts.filter(({ verdict }) => verdict === 'forget').map(({ row }) => row.id),
  };
}

/** A place that was added while it stands is told of it, and only that place. */
function lateStep(row: AlertRow, listeners: readonly ListenerRow[], nowMs: number): Step {
  const { told_at: since } = row;
  const late = listeners.some((listener) => isAfter(listener, since) && hears(listener, row, 'alert.raised'));
  return since !== null && late
    ? { row: toldRow(row, nowMs), why: 'reminder', since }
    : { row, why: null, since: null };
}

function isAfter({ created_at: createdAtMs }: ListenerRow, sinceMs: number | null): boolean {
  return sinceMs !== null && createdAtMs > sinceMs;
}

function nameOf({ reader, code, subject, account_id: account, part }: AlertRow): string {
  return JSON.stringify([reader, JSON.stringify([code, subject, account, part])]);
}

function standingOf(row: AlertRow): Parameters<typeof whenGone>[0] {
  const {
    first_seen_at: firstSeenMs,
    last_seen_at: lastSeenMs,
    raised_severity: severity,
    told_at: toldMs,
  } = row;
  const raised = severity === null || toldMs === null ? null : { severity, toldMs };
  return { firstSeenMs, lastSeenMs, raised };
}

function seenRow(
  context: Context,
  reader: Reader,
  { alert: code, severity, subject, account, part, message, action, sinceMs }: AlertFacts,
  before: AlertRow | null,
  nowMs: number,
): AlertRow {
  return {
    id: before?.id ?? newId('alert', nowMs, context.random),
    ...{ reader, code, subject, account_id: account, part: part ?? null },
    ...{ severity, message, action, since: sinceMs },
    first_seen_at: before?.first_seen_at ?? nowMs,
    last_seen_at: nowMs,
    raised_at: before?.raised_at ?? null,
    raised_severity: before?.raised_severity ?? null,
    told_at: before?.told_at ?? null,
    cleared_at: null,
  };
}

function toldRow(row: AlertRow, nowMs: number): AlertRow {
  const severity: Severity = row.raised_severity === 'critical' ? 'critical' : row.severity;
  return { ...row, raised_at: row.raised_at ?? nowMs, raised_severity: severity, told_at: nowMs };
}

function changesOf(
  context: Context,
  steps: readonly Step[],
  forgotten: readonly string[],
  listeners: readonly ListenerRow[],
  nowMs: number,
): AlertChanges {
  const id = (prefix: 'evt' | 'dlv') => newId(prefix, nowMs, context.random);
  const told = steps.flatMap(({ row, why, since }) => {
    if (why === null) return [];
    const type = why === 'cleared' ? 'alert.cleared' : 'alert.raised';
    return [{ row, since, event: { id: id('evt'), reader: row.reader, type, data: eventData(row, why) } }];
  });
  const deliveries = told.flatMap(({ row, since, event }) =>
    listeners
      .filter((listener) => hears(listener, row, event.type) && (since === null || isAfter(listener, since)))
      .map(({ id: endpointId, url, format }) => ({
        ...{ id: id('dlv'), endpointId, reader: row.reader, url, format },
        ...{ eventId: event.id, eventType: event.type },
      })),
  );
  return {
    alerts: steps.map(({ row }) => row),
    forgotten,
    events: told.map(({ event }) => event),
    deliveries,
  };
}

/** An endpoint that fails is not told so at itself. */
function hears({ id, account_id, types, least_severity }: ListenerRow, row: AlertRow, type: string): boolean {
  const severe = least_severity === 'warning' || (row.raised_severity ?? row.severity) === 'critical';
  return account_id === row.reader && types.includes(type) && severe && row.subject !== id;
}

/** What was told as critical is over as critical. */
function eventData(row: AlertRow, why: Why): Record<string, unknown> {
  const { id, code, subject, account_id: account, message, action, since, first_seen_at: firstSeenMs } = row;
  return {
    ...{ id, code, severity: why === 'cleared' ? row.raised_severity : row.severity, subject, account },
    ...{ message, action, since: since === null ? null : new Date(since).toISOString() },
    first_seen_at: new Date(firstSeenMs).toISOString(),
    why,
  };
}
