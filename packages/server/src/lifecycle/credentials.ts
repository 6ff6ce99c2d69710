/**
 * Asks an upstream about an attempt with the credential that it was submitted with, whatever the path's is now.
 *
 * Where the vendor does not take that one any more (401), the path's present credential asks in its place. What it says
 * of the task counts. That it does not see the task proves nothing: it may be a key of another account, so such an
 * answer never makes an attempt lost and never has it sent again (`own` false). If it dies in the middle: that the old
 * one is refused was written down, or is found out once more.
 */
import { newId } from '../effects/random/id.ts';
import type { Exchange, PathContext, QuestionFailed } from '../providers/contract.ts';
import type { Context } from './context.ts';
import type { AccessPath } from './paths.ts';

export type AskedAs<Outcome> = {
  outcome: Outcome | QuestionFailed;
  /** It was had with the credential of the attempt: only then does an absence prove anything. */
  own: boolean;
};

export async function askAs<Outcome extends object>(
  context: Context,
  path: AccessPath,
  version: number,
  ask: (at: PathContext) => Exchange<Outcome>,
): Promise<AskedAs<Outcome>> {
  const at = await contextOf(context, path, version);
  const { outcome, exchanges } = await context.drive.run(ask(at.path), at.path);
  const answered = exchanges.some(({ result }) => result === 'answered');
  if (at.own === 'former' && answered && isRefused(outcome)) {
    await refuseFormer(context, path, version);
    const present = path.context(context.clock.now());
    return { outcome: (await context.drive.run(ask(present), present)).outcome, own: false };
  }
  return { outcome, own: at.own !== 'other' };
}

/** What may be asked about in one question: it goes out with one credential. */
export function byCredential<Row extends { credential_version: number }>(rows: readonly Row[]): Row[][] {
  const versions = [...new Set(rows.map((row) => row.credential_version))];
  return versions.map((version) => rows.filter((row) => row.credential_version === version));
}

/** For what is asked at a place of its own: a download. */
export async function contextFor(context: Context, path: AccessPath, version: number): Promise<PathContext> {
  return (await contextOf(context, path, version)).path;
}

/** The vendor said no to it; answers whether it was one before the present, so that another try may do better. */
export async function credentialRefused(
  context: Context,
  path: AccessPath,
  version: number,
): Promise<boolean> {
  await context.paths.refresh(context.clock.now(), true);
  const known = context.paths.byName(path.name) ?? path;
  if (known.row.credential_version === version) return false;
  await refuseFormer(context, known, version);
  return true;
}

async function contextOf(
  context: Context,
  path: AccessPath,
  version: number,
): Promise<{ path: PathContext; own: 'present' | 'former' | 'other' }> {
  // One that another process put in is not known here yet.
  if (version > path.row.credential_version) await context.paths.refresh(context.clock.now(), true);
  const known = context.paths.byName(path.name) ?? path;
  const nowMs = context.clock.now();
  if (known.row.credential_version === version) return { path: known.context(nowMs), own: 'present' };
  const former = known.formerContext(version, nowMs);
  return former === null ? { path: known.context(nowMs), own: 'other' } : { path: former, own: 'former' };
}

async function refuseFormer(context: Context, path: AccessPath, version: number): Promise<void> {
  const nowMs = context.clock.now();
  const news = await context.store.paths.refuseFormerCredential(path.name, version, nowMs);
  await context.paths.refresh(nowMs, true);
  if (!news) return;
  const detail = `credential ${version}, with which tasks under way were sent, is refused; the present one asks`;
  context.telemetry.log('warn', `path ${path.name}: ${detail}`, { path: path.name });
  const id = newId('evt', nowMs, context.random);
  await context.store.paths.recordAlarm({ id, path: path.name, health: 'former_credential', detail }, nowMs);
}

function isRefused(outcome: object): boolean {
  return (
    'kind' in outcome &&
    outcome.kind === 'question_failed' &&
    'class' in outcome &&
    outcome.class === 'credentials'
  );
}
