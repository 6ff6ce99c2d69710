/** Dossiers of paths and vendors, and the statements that a team adds to them. */
import { type Dossier, type FactName, factDefinitions, type Refusal, type SetFact } from '@sluice/contract';
import type { z } from 'zod';
import { scopeKey, unfitValue } from '../../decide/dossier/values.ts';
import { dossierOf } from '../../decide/dossier.ts';
import { newId } from '../../effects/random/id.ts';
import type { FactRow } from '../../store/facts.ts';
import type { Context } from '../context.ts';
import { record } from '../operate/actions.ts';
import { type DeliveredPrice, deliveredPrice } from './measures.ts';
import { type Stated, statementsOf } from './statements.ts';
import { type Subject, subjectNamed } from './subjects.ts';

const HISTORY_MOST = 500;

export async function dossierNamed(context: Context, name: string): Promise<Dossier | null> {
  const subject = await subjectNamed(context, name);
  if (!subject) return null;
  return dossierOfSubject(context, subject, await statedOn(context, [subject]));
}

/** What stands in the database about these, read once for all of them. */
export async function statedOn(context: Context, subjects: readonly Subject[]): Promise<Stated> {
  const names = subjects.filter(({ kind }) => kind === 'path').map(({ name }) => name);
  if (names.length === 0) return { rows: [], slots: [], delivered: new Map() };
  const [rows, slots] = await Promise.all([context.store.facts.current(names), context.store.stats.slots()]);
  const delivered = new Map<string, DeliveredPrice>();
  for (const name of names) {
    const price = await deliveredPrice(context, name);
    if (price !== null) delivered.set(name, price);
  }
  return { rows, slots, delivered };
}

export function dossierOfSubject(context: Context, subject: Subject, stated: Stated): Dossier {
  const { name, kind, provider, row } = subject;
  return dossierOf(
    {
      path: kind === 'path' ? name : null,
      provider: provider.id,
      providerName: context.catalogue.dossier(provider.id)?.name ?? provider.name,
      sandbox: row?.sandbox ?? false,
    },
    statementsOf(context, subject, stated),
    { nowMs: context.clock.now(), staleAfterDays: context.catalogue.staleAfterDays },
  );
}

export type FactAnswer = { kind: 'fact'; row: FactRow } | { kind: 'refused'; refusal: Refusal };

export async function setFact(
  context: Context,
  keyId: string,
  path: string,
  input: z.output<typeof SetFact>,
): Promise<FactAnswer> {
  const nowMs = context.clock.now();
  const refusal = unfit(input, nowMs);
  if (refusal) return { kind: 'refused', refusal };
  const { fact, value, scope, source } = input;
  const row = await context.store.facts.add(
    {
      id: newId('fact', nowMs, context.random),
      path,
      fact,
      origin: 'yours',
      value,
      unit: input.unit ?? factDefinitions[fact].unit,
      scope,
      scopeKey: scopeKey(scope),
      grade: value === null ? 'unknown' : input.grade === 'unknown' ? 'declared' : input.grade,
      source: { ...source, reviewed_on: source.reviewed_on ?? new Date(nowMs).toISOString().slice(0, 10) },
      reviewedBy: input.reviewed_by,
      note: input.note ?? null,
      keyId,
    },
    nowMs,
  );
  if (!row) return { kind: 'refused', refusal: { code: 'not_found' } };
  await record(context, keyId, 'path.fact_set', path, { fact, id: row.id, replaces: row.replaces });
  return { kind: 'fact', row };
}

function unfit({ fact, value, unit, source }: z.output<typeof SetFact>, nowMs: number): Refusal | null {
  const definition = factDefinitions[fact];
  const wanted = unfitValue(definition, value);
  if (wanted !== null) {
    return { code: 'invalid_input', field: 'value', message: `${fact} is ${wanted}, or null for unknown.` };
  }
  if (definition.unit !== null && unit !== undefined && unit !== definition.unit) {
    const message = `${fact} is counted in ${definition.unit}.`;
    return { code: 'invalid_input', field: 'unit', message, allowed: [definition.unit] };
  }
  if (definition.kind === 'number' && definition.unit === null && value !== null && unit === undefined) {
    const message = `${fact} needs a unit, such as "creates / min".`;
    return { code: 'invalid_input', field: 'unit', message };
  }
  if (source.reviewed_on !== undefined && Date.parse(source.reviewed_on) > nowMs + DAY_MS) {
    const message = 'Nobody can have looked at it in the future.';
    return { code: 'invalid_input', field: 'source.reviewed_on', message };
  }
  return null;
}

const DAY_MS = 86_400_000;

/** Null where there is no such path. */
export async function factHistory(
  context: Context,
  path: string,
  fact: FactName | null,
): Promise<FactRow[] | null> {
  await context.paths.refresh(context.clock.now(), true);
  if (context.paths.byName(path) === null) return null;
  return await context.store.facts.history(path, fact, HISTORY_MOST);
}
