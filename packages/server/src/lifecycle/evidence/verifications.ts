/**
 * Verifications as people handle them: planned with a worst case, agreed to, read, stopped. What carries them out is
 * verify.ts. A plan orders nothing; a start counts once, and its repeat gets the same answer only under its
 * Idempotency-Key.
 */
import {
  decimalFromMicros,
  microsFromDecimal,
  type PlanVerification,
  type Refusal,
  type StartVerification,
  type Verification,
  VerificationStepKind,
} from '@sluice/contract';
import type { z } from 'zod';
import { planSteps } from '../../decide/verification/plan.ts';
import { type StepRecord, VerificationRecord } from '../../decide/verification/record.ts';
import { type SeenTask, spentMicros } from '../../decide/verification/seen.ts';
import { newId } from '../../effects/random/id.ts';
import type { VerificationRow } from '../../store/verifications.ts';
import type { Context } from '../context.ts';
import { createAccount } from '../operate/accounts.ts';
import { record as recordAction } from '../operate/actions.ts';
import { newKey } from '../operate/keys.ts';
import type { AccessPath } from '../paths.ts';
import { tasksOf } from '../verify-view.ts';
import { probesFor } from './probes.ts';

export type VerificationAnswer =
  | { kind: 'verification'; verification: Verification }
  | { kind: 'refused'; refusal: Refusal };

export async function planVerification(
  context: Context,
  pathName: string,
  input: z.output<typeof PlanVerification>,
): Promise<VerificationAnswer> {
  const nowMs = context.clock.now();
  await context.paths.refresh(nowMs, true);
  const path = context.paths.byName(pathName);
  if (!path) return refused({ code: 'not_found' });
  const budgetMicros = microsFromDecimal(input.budget);
  if (budgetMicros < 0n) {
    return refused({ code: 'invalid_input', field: 'budget', message: 'A budget is not negative.' });
  }
  if (path.sheet === null) {
    const message = `${pathName} has no price sheet, so no worst case can be stated.`;
    return refused({ code: 'no_price', field: 'path', message, fix: 'Set price_sheet of the path.' });
  }
  const probes = probesFor(context, path, input);
  if (probes === null) {
    const message = 'No mode of any wanted model can be ordered on this path with the inputs given.';
    return refused({ code: 'no_route', field: 'model', message, fix: 'Name another model, or give image.' });
  }
  const record = await recordOf(context, path, { input, budgetMicros, ...probes });
  const row = await context.store.verifications.insert(
    newId('ver', nowMs, context.random),
    pathName,
    record,
    nowMs,
  );
  return row ? answered(context, row) : refused({ code: 'not_found' });
}

type Planned = NonNullable<ReturnType<typeof probesFor>> & {
  input: z.output<typeof PlanVerification>;
  budgetMicros: bigint;
};

async function recordOf(
  context: Context,
  path: AccessPath,
  { input, budgetMicros, model, probes, leftOut }: Planned,
): Promise<VerificationRecord> {
  const slots = await context.store.stats.slots();
  const slot = slots.find((each) => each.path_name === path.name && each.family === model.family);
  const { publicUrl, localUrl } = context.settings;
  const steps = planSteps({
    budgetMicros,
    probes,
    leftOut,
    steps: input.steps ?? VerificationStepKind.options,
    concurrencyMost: input.concurrency_most,
    configuredLimit: slot?.configured ?? null,
    calledBack: publicUrl !== null || (path.row.sandbox && localUrl !== null),
    abilities: path.provider.abilities,
  });
  return {
    budgetMicros,
    worstMicros: steps.reduce((sum, { worstMicros }) => sum + worstMicros, 0n),
    model: model.id,
    family: model.family,
    probes,
    steps,
    facts: [],
    watch: null,
    confirmedBy: null,
    confirmedAtMs: null,
  };
}

export async function startVerification(
  context: Context,
  keyId: string,
  id: string,
  input: z.output<typeof StartVerification>,
): Promise<VerificationAnswer> {
  const row = await context.store.verifications.read(id);
  if (!row) return refused({ code: 'not_found' });
  const record = VerificationRecord.parse(row.record);
  if (microsFromDecimal(input.worst_case) !== record.worstMicros) {
    const worst = decimalFromMicros(record.worstMicros);
    const message = `The plan’s worst case is ${worst} USD; agree to exactly that.`;
    return refused({ code: 'conflict', field: 'worst_case', message, allowed: [worst] });
  }
  if (row.state !== 'planned') {
    return refused({ code: 'conflict', message: `It is ${row.state}; only a planned one can be started.` });
  }
  const nowMs = context.clock.now();
  const caller = await accountFor(context, row, record);
  const agreed = { ...record, confirmedBy: input.confirmed_by, confirmedAtMs: nowMs };
  const started = await context.store.verifications.start(id, caller, agreed, nowMs);
  if (!started) {
    const message = 'Another verification of this path is under way; stop it or wait for its end.';
    return refused({ code: 'conflict', message });
  }
  const detail = { path: row.path_name, worst_case: input.worst_case, confirmed_by: input.confirmed_by };
  await recordAction(context, keyId, 'verification.started', id, detail);
  context.wake('verify');
  return answered(context, started);
}

/**
 * An account of its own whose credit is the budget, and a key that nobody is told. One that was made for a start that
 * did not come about stays empty.
 */
async function accountFor(
  context: Context,
  { id, path_name: path }: VerificationRow,
  { budgetMicros }: VerificationRecord,
): Promise<{ accountId: string; keyId: string }> {
  const made = await createAccount(context, {
    name: `Verification of ${path} (${id})`.slice(0, 100),
    currency: 'USD',
    weight: 1,
    credit_limit: decimalFromMicros(budgetMicros),
    max_in_flight: null,
    max_queued: null,
    retention_days: null,
    markup_percent: 0,
    routing: { policy: 'cheapest', rerun: false },
  });
  if (made.kind === 'refused') throw new Error(`no account for ${id}: ${made.refusal.code}`);
  const { key } = newKey(
    context,
    {
      name: id,
      account: made.account.id,
      scopes: ['tasks:write'],
      budget: null,
      budget_period: 'total',
      max_in_flight: null,
      expires_at: null,
    },
    null,
  );
  await context.store.keys.insert(key, context.clock.now());
  return { accountId: made.account.id, keyId: key.id };
}

export async function stopVerification(
  context: Context,
  keyId: string,
  id: string,
): Promise<VerificationAnswer> {
  if ((await context.store.verifications.read(id)) === null) return refused({ code: 'not_found' });
  const row = await context.store.verifications.stop(id, context.clock.now());
  if (!row) return refused({ code: 'conflict', message: 'It has ended; there is nothing to stop.' });
  await recordAction(context, keyId, 'verification.stopped', id, { path: row.path_name });
  context.wake('verify');
  return answered(context, row);
}

export async function verificationById(context: Context, id: string): Promise<Verification | null> {
  const row = await context.store.verifications.read(id);
  return row ? viewOf(context, row) : null;
}

/** Newest first; null where there is no such path. */
export async function verificationsOf(
  context: Context,
  path: string,
  page: { before: string | null; most: number },
): Promise<Verification[] | null> {
  await context.paths.refresh(context.clock.now(), true);
  if (context.paths.byName(path) === null) return null;
  const rows = await context.store.verifications.list(path, page.before, page.most);
  return Promise.all(rows.map((row) => viewOf(context, row)));
}

async function answered(context: Context, row: VerificationRow): Promise<VerificationAnswer> {
  return { kind: 'verification', verification: await viewOf(context, row) };
}

function refused(refusal: Refusal): VerificationAnswer {
  return { kind: 'refused', refusal };
}

const isoOf = (ms: number) => new Date(ms).toISOString();
const isoOrNull = (ms: number | null) => (ms === null ? null : isoOf(ms));

async function viewOf(context: Context, row: VerificationRow): Promise<Verification> {
  const record = VerificationRecord.parse(row.record);
  const rows = row.account_id === null ? [] : await context.store.verifications.tasks(row.account_id);
  const tasks = tasksOf(record, rows);
  const repeated = record.steps.find(({ kind }) => kind === 'duplicate_key')?.figures.cost_micros;
  const spent = spentMicros(tasks) + (typeof repeated === 'string' ? BigInt(repeated) : 0n);
  return {
    id: row.id,
    object: 'verification',
    path: row.path_name,
    state: row.state,
    budget: decimalFromMicros(record.budgetMicros),
    worst_case: decimalFromMicros(record.worstMicros),
    spent: decimalFromMicros(spent),
    account: row.account_id,
    model: record.model,
    modes: record.probes.map(({ mode }) => mode),
    confirmed_by: record.confirmedBy,
    confirmed_at: isoOrNull(record.confirmedAtMs),
    steps: record.steps.map((step) => stepView(step, tasks)),
    facts: record.facts,
    link_watch: watchView(record),
    created_at: isoOf(row.created_at),
    ended_at: isoOrNull(row.ended_at),
  };
}

function stepView(step: StepRecord, tasks: readonly SeenTask[]): Verification['steps'][number] {
  return {
    kind: step.kind,
    state: step.state,
    what: step.what,
    clips_most: step.clipsMost,
    worst_case: decimalFromMicros(step.worstMicros),
    finding: step.finding,
    figures: step.figures,
    task_ids: tasks.filter((task) => task.step === step.kind).map(({ id }) => id),
    started_at: isoOrNull(step.startedAtMs),
    ended_at: isoOrNull(step.endedAtMs),
  };
}

function watchView({ watch }: VerificationRecord): Verification['link_watch'] {
  if (watch === null) return null;
  return {
    state: watch.state,
    first_seen_at: isoOf(watch.firstSeenAtMs),
    last_alive_at: isoOf(watch.lastAliveAtMs),
    dead_at: isoOrNull(watch.deadAtMs),
    next_look_at: isoOrNull(watch.nextLookAtMs),
    looks: watch.looks,
  };
}
