/**
 * Laws 19 and 20, against an upstream played in this process: what is promised about lost answers is
 * counted in the emulator's own log, and the emulator itself is held against the documents.
 */
import assert from 'node:assert/strict';
import type { SubmitIds, SubmitOutcome } from '../contract.ts';
import { createDrive, type Drive } from '../drive.ts';
import { guaranteeOf } from '../guarantee.ts';
import { type Trial, trial } from './laws.ts';
import { canFind } from './play.ts';
import { shapeOf } from './shape.ts';
import type { Emulated, Stage, Subject } from './subject.ts';

const LOOKUPS_MOST = 8;
const SENDS_MOST = 4;
const MISSES_TO_BELIEVE = 2;

export function promisingTrials(subject: Subject): Trial[] {
  const { emulated } = subject;
  if (!emulated) return [];
  return Object.keys(subject.paths).flatMap((path) => [
    ...lostAnswerTrials(subject, emulated, path),
    trial(19, `${path}: a repeat under the same id`, () => repeatTrial(subject, emulated, path)),
    trial(19, `${path}: as many attempts in one question as are declared`, () =>
      batchTrial(subject, emulated, path),
    ),
    trial(19, `${path}: a lookup right after the submit finds it`, () =>
      lookupTrial(subject, emulated, path),
    ),
    trial(20, path, () => shapeTrial(subject, emulated, path)),
  ]);
}

/** Every way of losing an answer alone, and every pair of them one after the other. */
function lostAnswerTrials(subject: Subject, emulated: Emulated, path: string): Trial[] {
  const { lostAnswers } = emulated;
  const single = lostAnswers.map((first) => [first]);
  const pairs = lostAnswers.flatMap((first) => lostAnswers.map((second) => [first, second]));
  return [...single, ...pairs].map((script) =>
    trial(19, `${path}: ${script.map((one) => one.about).join(', then ')}`, async () => {
      const stage = emulated.open(path);
      for (const one of script) stage.loseNext(one.about);
      const { upstreamId, metItself } = await runJob(subject, stage);
      const guarantee = guaranteeOf(subject.provider.abilities);
      const accepts = stage.accepts();
      assert.ok(
        accepts.length <= (guarantee.acceptsMost ?? 1),
        `${accepts.length} accepts, printed: ${guarantee.text}`,
      );
      assert.ok(
        !metItself,
        'it was sent again although it had arrived; only the upstream’s refusal saved us',
      );
      if (!guarantee.settlesAlone) return;
      assert.equal(accepts.length, 1, 'the job came to no task');
      assert.equal(upstreamId, accepts[0]?.upstreamId, 'the attempt was tied to another task');
    }),
  );
}

/**
 * The submit protocol in its shortest form: send, and when the answer is lost look the attempt up until
 * it is found, or until the quiet period and more than one look say that it never arrived; then send the
 * same attempt again.
 */
async function runJob(subject: Subject, stage: Stage): Promise<JobEnd> {
  const drive = driveOn(stage);
  const { lookupGraceMs, clientKey } = subject.provider.abilities;
  let metItself = false;
  for (let sends = 1; sends <= SENDS_MOST; sends += 1) {
    const sentAtMs = stage.nowMs();
    const outcome = await submitOn(subject, stage, drive, subject.ids);
    if (outcome.kind === 'accepted') return { upstreamId: outcome.upstreamId, metItself };
    const taken = outcome.kind === 'refused' && outcome.class === 'duplicate_key';
    metItself ||= taken;
    if (clientKey === 'idempotent' && outcome.kind === 'unknown') continue;
    if ((outcome.kind === 'unknown' || taken) && clientKey === 'query') {
      const upstreamId = await lookUp(subject, stage, drive, sentAtMs + lookupGraceMs);
      if (upstreamId !== null) return { upstreamId, metItself };
    } else if (outcome.kind === 'unknown') return { upstreamId: null, metItself };
    else stage.advance(1_000);
  }
  return { upstreamId: null, metItself };
}

/** `metItself`: a resend was refused because the first send had arrived. */
type JobEnd = { upstreamId: string | null; metItself: boolean };

async function lookUp(
  subject: Subject,
  stage: Stage,
  drive: Drive,
  graceEndMs: number,
): Promise<string | null> {
  const { correlationId } = subject.ids;
  let misses = 0;
  for (let looks = 0; looks < LOOKUPS_MOST; looks += 1) {
    const path = stage.path();
    const query = { correlationId, order: stage.order, sentAtMs: graceEndMs };
    const { outcome } = await drive.run(subject.provider.find(path, [query]), path);
    if (outcome.kind === 'found') {
      const item = outcome.items.get(correlationId);
      if (item) return item.upstreamId;
      misses += 1;
      if (misses >= MISSES_TO_BELIEVE && stage.nowMs() >= graceEndMs) return null;
    }
    stage.advance(15_000);
  }
  return null;
}

function driveOn(stage: Stage): Drive {
  return createDrive({ outbound: stage.outbound, clock: { now: stage.nowMs, monotonic: stage.nowMs } });
}

async function submitOn(
  subject: Subject,
  stage: Stage,
  drive: Drive,
  ids: SubmitIds,
): Promise<SubmitOutcome> {
  const path = stage.path();
  return (await drive.runSubmit(subject.provider.submit(path, stage.order, ids), path)).outcome;
}

async function repeatTrial(subject: Subject, emulated: Emulated, path: string): Promise<void> {
  const { clientKey, duplicateKeyRefused } = subject.provider.abilities;
  const stage = emulated.open(path);
  const drive = driveOn(stage);
  const first = await submitOn(subject, stage, drive, subject.ids);
  const second = await submitOn(subject, stage, drive, subject.ids);
  assert.ok(first.kind === 'accepted');
  if (clientKey === 'idempotent') {
    assert.ok(second.kind === 'accepted' && second.upstreamId === first.upstreamId);
    assert.equal(stage.accepts().length, 1);
  } else if (duplicateKeyRefused) {
    assert.ok(second.kind === 'refused' && second.class === 'duplicate_key', JSON.stringify(second.kind));
    assert.equal(stage.accepts().length, 1);
  }
}

async function batchTrial(subject: Subject, emulated: Emulated, path: string): Promise<void> {
  const stage = emulated.open(path);
  const drive = driveOn(stage);
  const handles = [];
  for (let at = 0; at < subject.provider.abilities.batchQuery; at += 1) {
    const ids = { ...subject.ids, correlationId: `${subject.ids.correlationId}-${at}` };
    const outcome = await submitOn(subject, stage, drive, ids);
    assert.ok(outcome.kind === 'accepted', JSON.stringify(outcome.kind));
    handles.push({ attemptId: `a${at}`, correlationId: ids.correlationId, handle: outcome.handle });
  }
  const context = stage.path();
  const { outcome } = await drive.run(subject.provider.observe(context, handles), context);
  assert.ok(outcome.kind === 'observed');
  for (const { attemptId, correlationId } of handles) {
    const seen = outcome.observations.get(attemptId);
    assert.ok(seen?.status === 'queued' || seen?.status === 'running', `${attemptId} is ${seen?.status}`);
    if (seen.correlationId !== null) assert.equal(seen.correlationId, correlationId);
  }
}

async function lookupTrial(subject: Subject, emulated: Emulated, path: string): Promise<void> {
  const { clientKey } = subject.provider.abilities;
  if (clientKey !== 'query') return;
  const stage = emulated.open(path);
  const drive = driveOn(stage);
  const accepted = await submitOn(subject, stage, drive, subject.ids);
  assert.ok(accepted.kind === 'accepted');
  const context = stage.path();
  const known = { correlationId: subject.ids.correlationId, order: stage.order, sentAtMs: stage.nowMs() };
  const never = { ...known, correlationId: 'never-sent' };
  const { outcome } = await drive.run(subject.provider.find(context, [never, known]), context);
  assert.ok(outcome.kind === 'found');
  assert.deepEqual([...outcome.items.keys()], [known.correlationId]);
  const item = outcome.items.get(known.correlationId);
  assert.equal(item?.upstreamId, accepted.upstreamId);
  assert.deepEqual(item?.handle, accepted.handle, 'a task found again gives the handle of the submit');
}

/** A whole life, then every answer of the emulator against the documents of the same operation. */
async function shapeTrial(subject: Subject, emulated: Emulated, path: string): Promise<void> {
  const stage = emulated.open(path);
  const drive = driveOn(stage);
  const outcome = await submitOn(subject, stage, drive, subject.ids);
  assert.ok(outcome.kind === 'accepted');
  const { correlationId } = subject.ids;
  const stored = { attemptId: 'a', correlationId, handle: outcome.handle };
  let status: string | undefined;
  for (let asks = 0; asks < 200 && status !== 'succeeded'; asks += 1) {
    stage.advance(5_000);
    const context = stage.path();
    const seen = (await drive.run(subject.provider.observe(context, [stored]), context)).outcome;
    assert.ok(seen.kind === 'observed');
    status = seen.observations.get('a')?.status;
  }
  assert.equal(status, 'succeeded', 'the emulated task never succeeded');
  const context = stage.path();
  if (canFind(subject.provider.abilities)) {
    const query = { correlationId, order: stage.order, sentAtMs: 0 };
    await drive.run(subject.provider.find(context, [query]), context);
  }
  await drive.run(subject.provider.balance(context), context);
  const answers = stage.answers();
  assert.ok(answers.length >= 3, 'a life has at least a submit, an end and a balance');
  for (const given of answers) fitsDocuments(subject, path, given);
}

function fitsDocuments(
  subject: Subject,
  path: string,
  given: { operation: string; status: number; body: string },
): void {
  const alike = subject.documents.filter(
    (document) =>
      document.operation === given.operation &&
      document.status === given.status &&
      (document.path === path || document.operation === 'balance'),
  );
  assert.ok(alike.length > 0, `no document of ${given.operation} with HTTP ${given.status}`);
  const shapes = alike.map((document) => shapeOf(document.body));
  const body: unknown = JSON.parse(given.body);
  const found = shapeOf(body);
  const first = shapes[0] ?? new Map();
  for (const place of first.keys()) {
    const needed = shapes.every((shape) => shape.has(place));
    assert.ok(
      !needed || found.has(place),
      `${given.operation}: ${place} is in every document, not in the emulator`,
    );
  }
  for (const [place, kinds] of found) {
    const documented = shapes.flatMap((shape) => [...(shape.get(place) ?? [])]);
    const fits = documented.length === 0 || [...kinds].every((kind) => documented.includes(kind));
    assert.ok(fits, `${given.operation}: ${place} is ${[...kinds]}, documented as ${documented}`);
  }
}
