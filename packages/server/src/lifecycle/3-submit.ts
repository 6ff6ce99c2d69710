/**
 * Stage 3: the one paid request.
 *
 * What enters: an attempt in state `sending`, written and committed by stage 2 (or by the reconciler for a repeat).
 * What leaves: `accepted` with the upstream's handle; `refused`, and the task back in the queue or at its end; or
 * `unknown`, which keeps slot and hold.
 * If it dies in the middle: before the request left, while it was under way, or after the answer came and before it was
 * written, the row says `sending`, and nobody can tell which it was. All three go the same way: after the send window
 * the attempt is `unknown` and is looked up by our own id before anything else happens (reconcile.ts).
 * While it lives it does know: what went wrong before the request left puts the task back in the queue, and an answer
 * that the database would not take is written again (until-written.ts).
 *
 * The request is sent once. Nothing below this file retries it.
 */
import { Order } from '@sluice/contract';
import { type Health, healthAfterTrouble, healthyPath, servedModel } from '../decide/health.ts';
import { limitAfterAccept, limitAfterRefusal } from '../decide/limits.ts';
import { nextPollAtMs, shapeOf } from '../decide/polling.ts';
import { type SubmitVerdict, submitVerdict } from '../decide/retry.ts';
import { newId } from '../effects/random/id.ts';
import type { PathContext, SubmitIds, SubmitOutcome } from '../providers/contract.ts';
import type { Driven } from '../providers/drive.ts';
import type { Context } from './context.ts';
import { contextFor, credentialRefused } from './credentials.ts';
import { reachableOrder } from './inputs.ts';
import { note } from './note.ts';
import type { AccessPath } from './paths.ts';
import { declaredRenderMs } from './plan.ts';
import { untilWritten } from './until-written.ts';

export type Sendable = {
  attemptId: string;
  taskId: string;
  accountId: string;
  pathName: string;
  callbackToken: string;
  credentialVersion: number;
  lease: string;
  order: unknown;
  /** The client does not want it started later than this; null: whenever. */
  startByMs: number | null;
  /** Monotonic ms at which it was leased: a process that slept through its window must not send. */
  leasedAtMonotonicMs: number;
};

export async function submitAttempt(context: Context, send: Sendable): Promise<void> {
  const ready = await readied(context, send);
  if (ready.kind === 'unsent') return putBack(context, send, ready.reason);
  const { path, at, order, ids } = ready;
  const driven = await context.drive.runSubmit(path.provider.submit(at, order, ids), at);
  const { outcome } = driven;
  const nowMs = context.clock.now();
  const verdict = submitVerdict(outcome, nowMs, context.random.fraction());
  // Before its task is in the queue again: the next admission must not walk into the same refusal.
  if (verdict.kind === 'requeue') await tryToLearn(context, path, send, outcome, verdict);
  await untilWritten(context, () => record(context, path, send, driven, verdict));
  if (verdict.kind !== 'requeue') await tryToLearn(context, path, send, outcome, verdict);
}

type Ready =
  | { kind: 'ready'; path: AccessPath; at: PathContext; order: Order; ids: SubmitIds }
  /** Nothing has left this machine, and nothing will. */
  | { kind: 'unsent'; reason: string };

/** All that can fail before the request leaves; after it, nothing may be told as unsent. */
async function readied(context: Context, send: Sendable): Promise<Ready> {
  try {
    await context.paths.refresh(context.clock.now());
    const path = context.paths.byName(send.pathName);
    if (!path) return { kind: 'unsent', reason: `this process knows no path ${send.pathName}` };
    const order = await reachableOrder(context, path, Order.parse(send.order));
    const ids = {
      correlationId: send.attemptId,
      callbackUrl: callbackUrl(context, path, send.callbackToken),
      startBeforeMs: send.startByMs,
    };
    const at = await contextFor(context, path, send.credentialVersion);
    const waitedMs = context.clock.monotonic() - send.leasedAtMonotonicMs;
    // The last look before it leaves: another process may take over soon what this one slept over.
    if (waitedMs > context.settings.sendStartWithinMs) {
      return { kind: 'unsent', reason: `this process was stopped for ${Math.round(waitedMs / 1000)} s` };
    }
    return { kind: 'ready', path, at, order, ids };
  } catch (error) {
    return { kind: 'unsent', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** What fails before the request leaves is ours: it is tried again in a moment, and says nothing about the path. */
const UNSENT_PAUSE_MS = 5_000;

/** Only the holder of the lease: where another process looks for it already, this one has nothing to say any more. */
async function putBack(context: Context, send: Sendable, reason: string): Promise<void> {
  const { attemptId, lease } = send;
  context.telemetry.log('warn', `not sent, back to the queue: ${reason}`, { attempt: attemptId });
  await untilWritten(context, async () => {
    const nowMs = context.clock.now();
    const line = note(nowMs, 'attempt.refused', `never sent: ${reason}; back to the queue`);
    const notBeforeMs = nowMs + UNSENT_PAUSE_MS;
    const back = { attemptId, lease, notBeforeMs, reason, kind: 'not_sent', note: line };
    await context.store.submit.recordRequeued([back], nowMs);
  });
}

export function callbackUrl(context: Context, path: AccessPath, token: string): string | null {
  const base = path.row.sandbox
    ? (context.settings.localUrl ?? context.settings.publicUrl)
    : context.settings.publicUrl;
  return base === null ? null : `${base}/callbacks/${path.name}/${token}`;
}

async function record(
  context: Context,
  path: AccessPath,
  send: Sendable,
  driven: Driven<SubmitOutcome>,
  verdict: SubmitVerdict,
): Promise<void> {
  const nowMs = context.clock.now();
  const { attemptId, lease } = send;
  const data = { path: path.name, exchanges: driven.exchanges };
  const { submit } = context.store;
  const kind = driven.outcome.kind === 'refused' ? driven.outcome.class : driven.outcome.kind;
  switch (verdict.kind) {
    case 'accepted': {
      if (driven.outcome.kind !== 'accepted')
        throw new Error('an accepted verdict comes from an accepted outcome');
      const { upstreamId, handle } = driven.outcome;
      const summary = `${path.name} accepted it as ${upstreamId}`;
      const line = note(nowMs, 'attempt.accepted', summary, { ...data, upstream_id: upstreamId });
      const askAtMs = await firstPollAtMs(context, path, send, nowMs);
      await submit.recordAccepted([{ attemptId, upstreamId, handle, askAtMs, note: line }], nowMs);
      return context.wake('track');
    }
    case 'requeue': {
      const line = note(nowMs, 'attempt.refused', `${path.name}: ${verdict.reason}; back to the queue`, data);
      const { notBeforeMs, reason } = verdict;
      return submit.recordRequeued([{ attemptId, lease, notBeforeMs, reason, kind, note: line }], nowMs);
    }
    case 'end': {
      const { code, message, upstreamCode } = verdict;
      const line = note(nowMs, 'attempt.refused', `${path.name} refused it: ${message}`, { ...data, code });
      const refused = { attemptId, lease, code, message, upstreamCode, kind, note: line };
      await submit.recordRefused([refused], nowMs);
      return context.wake('settle');
    }
    case 'unknown': {
      const summary = `the answer of ${path.name} was lost (${verdict.reason}); looking it up by our id`;
      const line = note(nowMs, 'attempt.unknown', summary, data);
      const { askAtMs, reason } = verdict;
      context.telemetry.count('sluice_unknown_attempts_total', { path: path.name });
      await submit.recordUnknown([{ attemptId, lease, askAtMs, reason, note: line }], nowMs);
      return context.wake('reconcile');
    }
  }
}

async function firstPollAtMs(
  context: Context,
  path: AccessPath,
  send: Sendable,
  nowMs: number,
): Promise<number> {
  const order = Order.parse(send.order);
  const model = context.catalogue.model(order.model)?.model;
  if (!model) return nowMs;
  const declaredMs = declaredRenderMs(order, model);
  const samplesMs = await context.gate.renderTimes(path.name, shapeOf(order));
  return nextPollAtMs({ nowMs, acceptedAtMs: nowMs, samplesMs, declaredMs, callbacks: false });
}

/** Losing a lesson costs only time; an answer must not be lost for it. */
async function tryToLearn(...taught: Parameters<typeof learn>): Promise<void> {
  const [context, path] = taught;
  await learn(...taught).catch((error: unknown) => {
    context.telemetry.log('error', `a lesson about a path is lost: ${String(error)}`, { path: path.name });
  });
}

/** What the answer taught about the path: its limit and its health. */
async function learn(
  context: Context,
  path: AccessPath,
  send: Sendable,
  outcome: SubmitOutcome,
  verdict: SubmitVerdict,
): Promise<void> {
  const nowMs = context.clock.now();
  const family = familyOf(context, send.order);
  if (verdict.kind === 'accepted') {
    await learnLimit(context, path.name, family, 'accepted');
    if (path.row.health !== 'ok') await changeHealth(context, path, () => healthyPath);
    if (path.row.resting.some((rest) => rest.family === family)) {
      await changeModelHealth(context, path, family, () => servedModel);
    }
    return;
  }
  if (verdict.kind === 'requeue' && verdict.noSlot) await learnLimit(context, path.name, family, 'refused');
  if (verdict.kind === 'requeue' && verdict.health !== null) {
    const { health, ...told } = verdict.health;
    const trouble = { nowMs, ...told };
    if (health === 'model_refused') {
      await changeModelHealth(context, path, family, (state) => healthAfterTrouble(state, health, trouble));
      return countRefusal(context, path, outcome);
    }
    // A key that was replaced between its admission and its sending says nothing about the one that is there now.
    if (health === 'credentials_refused' && (await credentialRefused(context, path, send.credentialVersion)))
      return;
    await changeHealth(context, path, (state) => healthAfterTrouble(state, health, trouble));
  }
  countRefusal(context, path, outcome);
}

function countRefusal(context: Context, path: AccessPath, outcome: SubmitOutcome): void {
  if (outcome.kind !== 'refused') return;
  context.telemetry.count('sluice_refusals_total', { path: path.name, kind: outcome.class });
}

function familyOf(context: Context, order: unknown): string {
  const { model } = Order.parse(order);
  return context.catalogue.model(model)?.model.family ?? model;
}

export async function learnLimit(
  context: Context,
  pathName: string,
  family: string,
  lesson: 'accepted' | 'refused',
): Promise<void> {
  const nowMs = context.clock.now();
  await context.store.limits.change({ pathName, family }, { reason: lesson, nowMs }, (limit, { accepted }) =>
    lesson === 'accepted' ? limitAfterAccept(limit, accepted) : limitAfterRefusal(limit, accepted, nowMs),
  );
  if (lesson === 'accepted') context.wake('admit');
}

type HealthChange = Parameters<Context['store']['paths']['changeHealth']>[1];

/** Changes a path's health and raises one alarm when it turns bad, one all-clear when it recovers. */
export async function changeHealth(context: Context, path: AccessPath, change: HealthChange): Promise<void> {
  const changed = await context.store.paths.changeHealth(path.name, change);
  if (changed) await tellOf(context, path, path.name, changed.before.health, changed.after);
}

type ModelHealthChange = Parameters<Context['store']['admission']['changeModelHealth']>[2];

/** The same for a model family that the vendor refuses there; the path goes on with its other models. */
async function changeModelHealth(
  context: Context,
  path: AccessPath,
  family: string,
  change: ModelHealthChange,
): Promise<void> {
  const changed = await context.store.admission.changeModelHealth(path.name, family, change);
  if (changed) await tellOf(context, path, `${path.name}, ${family}`, changed.before.health, changed.after);
}

async function tellOf(
  context: Context,
  path: AccessPath,
  what: string,
  before: Health,
  { health, detail }: { health: Health; detail: string | null },
): Promise<void> {
  if (health === before) return;
  const nowMs = context.clock.now();
  await context.paths.refresh(nowMs, true);
  const level = health === 'ok' ? 'info' : 'warn';
  context.telemetry.log(level, `path ${what}: ${health}`, { path: path.name, detail });
  const told = what === path.name || detail === null ? detail : `${what}: ${detail}`;
  await context.store.paths.recordAlarm(
    { id: newId('evt', nowMs, context.random), path: path.name, health, detail: told },
    nowMs,
  );
}
