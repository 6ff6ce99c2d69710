/**
 * Verifies paths: carries agreed verifications out, one move at a time.
 *
 * What enters: verifications that are due. What leaves: tasks of the verification's own account, pinned to the path,
 * through the ordinary front (1-accept.ts), so that money, holds and the rule of one send are those of every order;
 * findings and measured facts, written with the step that found them; and a link that is looked at until it is dead.
 * If it dies in the middle: the lease ends and the next claim decides anew from what is there. Orders carry the
 * verification's step and number as their key, so they exist once; questions and cancels may come twice. Only the
 * repeated create (duplicate_key) would buy again: it is written down before it leaves, and one whose answer was not
 * written down counts as lost and is never sent again.
 */
import { createHash } from 'node:crypto';
import { CreateGeneration, factDefinitions } from '@sluice/contract';
import { scopeKey, valueText } from '../decide/dossier/values.ts';
import { canonicalJson } from '../decide/order.ts';
import { upstreamCost } from '../decide/postings.ts';
import { afterLook } from '../decide/verification/link.ts';
import { type StepRecord, VerificationRecord } from '../decide/verification/record.ts';
import { currentStep, isOver, type MeasuredFact, type Move, nextMove } from '../decide/verification.ts';
import { newId } from '../effects/random/id.ts';
import type { NewFact } from '../store/facts.ts';
import type { VerificationRow } from '../store/verifications.ts';
import { acceptTasks } from './1-accept.ts';
import { cancelTask } from './cancel.ts';
import type { Context } from './context.ts';
import { checkCredential, keepWallet } from './operate/wallet.ts';
import type { AccessPath } from './paths.ts';
import { findLink, lookAtLink, repeatCreate } from './verify-upstream.ts';
import { seenBy } from './verify-view.ts';

export type Work = {
  row: VerificationRow;
  lease: string;
  path: AccessPath;
  record: VerificationRecord;
  step: StepRecord;
};

/** What a move left behind. `waitMs` null: go on at once. */
type Came = { record: VerificationRecord; facts: readonly NewFact[]; waitMs: number | null };

const MOVES_MOST = 20;

/** One verification, as far as it goes without waiting. False: none is due. */
export async function verifyPaths(context: Context): Promise<boolean> {
  const nowMs = context.clock.now();
  const lease = newId('lease', nowMs, context.random);
  const row = await context.store.verifications.claim(lease, nowMs, nowMs + context.settings.sendWindowMs);
  if (!row) return false;
  await context.paths.refresh(nowMs, true);
  const path = context.paths.byName(row.path_name);
  if (path) await carryOn(context, { row, lease, path });
  return true;
}

async function carryOn(context: Context, given: Pick<Work, 'row' | 'lease' | 'path'>): Promise<void> {
  let record = VerificationRecord.parse(given.row.record);
  let { state } = given.row;
  for (let moves = 0; moves < MOVES_MOST; moves += 1) {
    const step = currentStep(record);
    const work =
      step === null
        ? null
        : { ...given, record: withStep(record, begun(step, context)), step: begun(step, context) };
    const came = work === null ? finished(record) : await makeMove(context, work, state);
    record = came.record;
    const saved = await save(context, given, came, state === 'stopping');
    if (saved === null || came.waitMs !== null || currentStep(record) === null) return;
    state = saved;
  }
}

function finished(record: VerificationRecord): Came {
  return { record, facts: [], waitMs: null };
}

function begun(step: StepRecord, { clock }: Context): StepRecord {
  return step.state === 'running' ? step : { ...step, state: 'running', startedAtMs: clock.now() };
}

async function makeMove(context: Context, work: Work, state: VerificationRow['state']): Promise<Came> {
  const seen = await seenBy(context, work);
  if (state === 'stopping') return stop(context, work, seen.tasks);
  return carryOut(context, work, nextMove(work.record, work.step, seen));
}

async function carryOut(context: Context, work: Work, move: Move): Promise<Came> {
  switch (move.kind) {
    case 'check':
      return check(context, work);
    case 'order':
      return order(context, work, move);
    case 'cancel':
      for (const id of move.taskIds) await cancelTask(context, work.row.account_id ?? '', id);
      return noted(work, move.figures, 0);
    case 'repeat':
      return repeat(context, work, move.attemptId);
    case 'find_link': {
      const found = await findLink(context, work.path, move);
      if (found.kind === 'later') return noted(work, {}, found.ms);
      if (found.kind === 'none') return ended(context, work, { state: 'failed', finding: found.why });
      return { record: { ...work.record, watch: found.watch }, facts: [], waitMs: null };
    }
    case 'look': {
      const { watch } = work.record;
      if (watch === null) return noted(work, {}, null);
      const answer = await lookAtLink(context, work.path, watch.url);
      const nowMs = context.clock.now();
      const looked = afterLook(watch, answer, nowMs);
      const waitMs = looked.nextLookAtMs === null ? null : looked.nextLookAtMs - nowMs;
      return { record: { ...work.record, watch: looked }, facts: [], waitMs };
    }
    case 'conclude':
      return ended(context, work, move);
    case 'wait':
      return noted(work, move.figures, move.ms);
  }
}

async function check(context: Context, work: Work): Promise<Came> {
  const { path } = work;
  const checked = await checkCredential(context, path.provider, path.context(context.clock.now()));
  const { wallet } = checked;
  if (wallet !== null) await keepWallet(context, path.name, wallet);
  const left = wallet?.remainingMicros ?? null;
  const figures = {
    ...(left === null ? {} : { wallet: `${Number(left) / 1_000_000}` }),
    ...(wallet === null ? {} : { unit: wallet.unit, packs: wallet.packs.length }),
  };
  if (checked.ok) return ended(context, work, { state: 'passed', finding: checked.detail, figures });
  const over = ended(context, work, { state: 'failed', finding: checked.detail, figures });
  if (checked.refusedBy !== 'credential') return over;
  // Nothing else can be learned with it, and nothing is paid for trying.
  const because = 'The credential was refused.';
  return { ...over, record: withoutTheRest(over.record, because, context.clock.now()) };
}

async function order(context: Context, work: Work, move: Extract<Move, { kind: 'order' }>): Promise<Came> {
  const { row, record, step } = work;
  const caller = { accountId: row.account_id ?? '', keyId: row.api_key_id ?? '' };
  if (step.kind === 'concurrency') {
    // What was learned from ordinary traffic is put to the proof; a refusal brings it down again.
    const of = { pathName: row.path_name, family: record.family };
    const why = { reason: 'quiet', nowMs: context.clock.now() } as const;
    await context.store.limits.change(of, why, (limit) =>
      limit.learned === null || limit.probing ? limit : { ...limit, probing: true },
    );
  }
  let placed = 0;
  let refusal = '';
  for (const { number, probe } of move.wishes) {
    const wish = CreateGeneration.parse(record.probes[probe]?.order);
    const requestHash = createHash('sha256')
      .update(`verify\n${canonicalJson(wish)}`)
      .digest('hex');
    const requestKey = `${row.id}-${step.kind}-${number}`;
    const options = { requestKey, requestHash, marked: false, batch: false };
    const answer = await acceptTasks(context, caller, [wish], options);
    if (answer.kind === 'refused') {
      refusal = answer.refusal.message ?? answer.refusal.code;
      break;
    }
    placed += 1;
  }
  if (placed === 0)
    return ended(context, work, { state: 'failed', finding: `Nothing could be ordered: ${refusal}` });
  return noted(work, { ...move.figures, asked: placed, ...(refusal === '' ? {} : { refusal }) }, 0);
}

async function repeat(context: Context, work: Work, attemptId: string): Promise<Came> {
  const { row, record } = work;
  const before = noted(work, { sent_at: context.clock.now() }, context.settings.sendWindowMs);
  if ((await save(context, work, before)) === null) return before;
  const { answer, detail } = await repeatCreate(context, work.path, attemptId);
  const micros = record.probes[0]?.micros ?? 0n;
  if (answer === 'second_task') {
    const nowMs = context.clock.now();
    const attempt = { id: `${row.id}-repeat`, taskId: '', pathName: row.path_name, currency: 'USD' };
    const cost = upstreamCost(attempt, micros, false);
    await context.store.verifications.bookRepeat(newId('ltx', nowMs, context.random), cost, nowMs);
  }
  const figures = { sent_at: context.clock.now(), answer, detail };
  return noted(work, answer === 'second_task' ? { ...figures, cost_micros: `${micros}` } : figures, null);
}

/** Nothing new is ordered, what waits is cancelled, what runs is waited for: it is paid. */
async function stop(
  context: Context,
  work: Work,
  tasks: readonly { id: string; queued: boolean; over: boolean }[],
) {
  for (const { id } of tasks.filter(({ queued }) => queued)) {
    await cancelTask(context, work.row.account_id ?? '', id);
  }
  if (tasks.some(({ over }) => !over)) return noted(work, {}, 2_000);
  const { watch } = work.record;
  const unwatched =
    watch?.state === 'alive' ? { ...watch, state: 'given_up' as const, nextLookAtMs: null } : watch;
  const record = withoutTheRest({ ...work.record, watch: unwatched }, 'Stopped.', context.clock.now());
  return { record, facts: [], waitMs: null };
}

function noted(work: Work, figures: StepRecord['figures'], waitMs: number | null): Came {
  const step = { ...work.step, figures: { ...work.step.figures, ...figures } };
  return { record: withStep(work.record, step), facts: [], waitMs };
}

type End = {
  state: 'passed' | 'failed' | 'skipped';
  finding: string;
  figures?: StepRecord['figures'];
  facts?: readonly MeasuredFact[];
};

function ended(context: Context, work: Work, { state, finding, figures = {}, facts = [] }: End): Came {
  const step: StepRecord = {
    ...work.step,
    state,
    finding,
    figures: { ...work.step.figures, ...figures },
    endedAtMs: context.clock.now(),
  };
  const texts = facts.map(({ fact, value, unit }) => {
    const definition = factDefinitions[fact];
    return { fact, text: `${definition.title}: ${valueText(definition, value, unit ?? definition.unit)}` };
  });
  const record = withStep({ ...work.record, facts: [...work.record.facts, ...texts] }, step);
  return { record, facts: facts.map((fact) => newFact(context, work, fact)), waitMs: null };
}

function newFact(context: Context, { row, record }: Work, found: MeasuredFact): NewFact {
  const nowMs = context.clock.now();
  const { fact, value, unit, scope = {}, note } = found;
  return {
    id: newId('fact', nowMs, context.random),
    path: row.path_name,
    fact,
    origin: 'measured',
    value,
    unit: unit ?? factDefinitions[fact].unit,
    scope,
    scopeKey: scopeKey(scope),
    grade: 'measured',
    source: { name: `Verification ${row.id}`, reviewed_on: new Date(nowMs).toISOString().slice(0, 10) },
    reviewedBy: record.confirmedBy ?? 'the gateway',
    note: note.slice(0, 500),
    keyId: null,
  };
}

function withStep(record: VerificationRecord, step: StepRecord): VerificationRecord {
  return { ...record, steps: record.steps.map((each) => (each.kind === step.kind ? step : each)) };
}

function withoutTheRest(record: VerificationRecord, because: string, nowMs: number): VerificationRecord {
  const steps = record.steps.map((step): StepRecord => {
    if (step.state !== 'waiting' && step.state !== 'running') return step;
    return { ...step, state: 'skipped', finding: because, endedAtMs: nowMs };
  });
  return { ...record, steps };
}

async function save(
  context: Context,
  { row, lease }: Pick<Work, 'row' | 'lease'>,
  { record, facts, waitMs }: Came,
  knewOfStop = false,
): Promise<VerificationRow['state'] | null> {
  const nowMs = context.clock.now();
  const over = isOver(record);
  const nothingLeft = currentStep(record) === null;
  const stopped = record.steps.some(({ finding }) => finding === 'Stopped.');
  return context.store.verifications.save(
    {
      id: row.id,
      lease,
      state: stopped ? 'stopped' : over ? 'done' : 'running',
      record,
      dueAtMs: nothingLeft ? null : nowMs + (waitMs ?? context.settings.sendWindowMs),
      endedAtMs: over ? nowMs : null,
      facts,
      knewOfStop,
    },
    nowMs,
  );
}
