/** When an alert is one: what people have set, and the defaults for the rest. Accounts and operators have their own. */
import {
  type AlertSettings,
  AlertThresholds,
  alertThresholdNames,
  defaultAlertThresholds,
  microsFromDecimal,
  operatorThresholdNames,
  type Refusal,
  type UpdateAlertSettings,
} from '@sluice/contract';
import type { z } from 'zod';
import type { TellingRules } from '../../decide/alerts.ts';
import type { AlertSettingsRow } from '../../store/alerts.ts';
import type { WidestThresholds } from '../../store/team.ts';
import type { Context } from '../context.ts';

const Stored = AlertThresholds.partial().strip();

export function thresholdsOf(stored: unknown): AlertThresholds {
  return withDefaults(Stored.parse(stored));
}

function withDefaults(set: z.output<typeof Stored>): AlertThresholds {
  const thresholds: Record<string, unknown> = { ...defaultAlertThresholds };
  for (const [name, value] of Object.entries(set)) if (value !== undefined) thresholds[name] = value;
  return AlertThresholds.parse(thresholds);
}

export type AllThresholds = {
  of(accountId: string | null): AlertThresholds;
  /** Each that anybody may look by. */
  every: AlertThresholds[];
};

export function allThresholds(rows: readonly AlertSettingsRow[]): AllThresholds {
  const known = new Map(rows.map((row) => [row.account_id, thresholdsOf(row.value)]));
  return {
    of: (accountId) => known.get(accountId) ?? defaultAlertThresholds,
    every: [defaultAlertThresholds, ...known.values()],
  };
}

/** What is read for all of them at once. */
export function widestOf(every: readonly AlertThresholds[]): WidestThresholds {
  const given = <Value>(values: readonly (Value | null)[]) => values.filter((value) => value !== null);
  const percents = given(every.map((each) => each.key_budget_percent));
  const hours = given(every.map((each) => each.balance_hours));
  const amounts = given(every.map((each) => each.balance_below)).map(microsFromDecimal);
  return {
    budgetPercent: percents.length === 0 ? null : Math.min(...percents),
    balanceHours: hours.length === 0 ? null : Math.max(...hours),
    balanceMicros: amounts.reduce<bigint | null>(
      (most, each) => (most !== null && most > each ? most : each),
      null,
    ),
  };
}

export function rulesOf({ tell_after_minutes: minutes, remind_hours: hours }: AlertThresholds): TellingRules {
  return { tellAfterMs: minutes * 60_000, remindAfterMs: hours === null ? null : hours * 3_600_000 };
}

type Shown = z.infer<typeof AlertSettings>;

export async function readAlertSettings(context: Context, accountId: string | null): Promise<Shown> {
  return settingsView(accountId, await context.store.alerts.settings(accountId));
}

export async function changeAlertSettings(
  context: Context,
  accountId: string | null,
  { reset = [], ...change }: z.output<typeof UpdateAlertSettings>,
): Promise<{ kind: 'settings'; settings: Shown } | { kind: 'refused'; refusal: Refusal }> {
  const named = [...Object.keys(change), ...reset];
  const foreign = operatorThresholdNames.find((name) => accountId !== null && named.includes(name));
  if (foreign !== undefined) return { kind: 'refused', refusal: notTheirs(foreign) };
  const both = reset.find((name) => name in change);
  if (both !== undefined) return { kind: 'refused', refusal: contradiction(both) };
  const stored = await context.store.alerts.changeSettings(accountId, change, reset);
  await context.store.alerts.hurryWatch(context.clock.now());
  context.wake('alert');
  return { kind: 'settings', settings: settingsView(accountId, stored) };
}

function notTheirs(field: string): Refusal {
  const operators: readonly string[] = operatorThresholdNames;
  return {
    code: 'invalid_input',
    field,
    message: `${field} is about the whole installation; an account has none of its own.`,
    allowed: alertThresholdNames.filter((name) => !operators.includes(name)),
  };
}

function contradiction(field: string): Refusal {
  const message = `${field} is both given and to be reset.`;
  return { code: 'invalid_input', field: 'reset', message, fix: 'Do one of the two.' };
}

function settingsView(accountId: string | null, stored: unknown): Shown {
  const set = Stored.parse(stored);
  const value = withDefaults(set);
  const told = <Name extends keyof AlertThresholds>(name: Name) => ({
    value: value[name],
    default: defaultAlertThresholds[name],
    source: set[name] === undefined ? ('default' as const) : ('set' as const),
  });
  const operators = {
    wallet_hours: told('wallet_hours'),
    waiting_minutes: told('waiting_minutes'),
    success_percent: told('success_percent'),
    success_renders: told('success_renders'),
  };
  return {
    object: 'alert_settings',
    account: accountId,
    ...(accountId === null ? operators : {}),
    balance_hours: told('balance_hours'),
    balance_below: told('balance_below'),
    key_budget_percent: told('key_budget_percent'),
    tell_after_minutes: told('tell_after_minutes'),
    remind_hours: told('remind_hours'),
  };
}
