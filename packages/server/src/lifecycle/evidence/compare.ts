/** A comparison: every candidate's dossier and its price for exactly this mix; decide/comparison.ts ranks and tells. */
import type { CompareRequest, Comparison, MixLine, Order, Refusal } from '@sluice/contract';
import type { z } from 'zod';
import { isStale } from '../../catalogue/catalogue.ts';
import { type CandidateInput, type ComparedOrder, comparisonOf } from '../../decide/comparison.ts';
import type { ModelMatch } from '../../decide/order.ts';
import { quote } from '../../decide/pricing.ts';
import type { Context } from '../context.ts';
import { sampleOrder } from '../operate/sample-orders.ts';
import { dossierOfSubject, statedOn } from './dossiers.ts';
import type { Stated } from './statements.ts';
import { type Subject, subjectsOf } from './subjects.ts';

export type ComparisonAnswer =
  | { kind: 'comparison'; comparison: Comparison }
  | { kind: 'refused'; refusal: Refusal };

type Line = { order: Order; match: ModelMatch; shown: ComparedOrder };
type Read<Value> = { ok: true; value: Value } | { ok: false; refusal: Refusal };

export async function compare(
  context: Context,
  request: z.output<typeof CompareRequest>,
): Promise<ComparisonAnswer> {
  const lines: Line[] = [];
  for (const [index, each] of request.mix.entries()) {
    const line = lineOf(context, each, index);
    if (!line.ok) return { kind: 'refused', refusal: line.refusal };
    lines.push(line.value);
  }
  const chosen = chooseSubjects(await subjectsOf(context), request);
  if (!chosen.ok) return { kind: 'refused', refusal: chosen.refusal };
  const stated = await statedOn(context, chosen.value);
  const nowMs = context.clock.now();
  const candidates = chosen.value.map((subject): CandidateInput => {
    const { abilities } = subject.provider;
    const { sheet } = subject;
    return {
      name: subject.name,
      kind: subject.kind,
      sandbox: subject.row?.sandbox ?? false,
      dossier: dossierOfSubject(context, subject, stated),
      guaranteeLevel: subject.guarantee.level,
      callbackAuth: abilities.callbackAuth,
      cancel: abilities.cancel,
      sheet: sheet && { id: sheet.id, date: sheet.valid_from, grade: sheet.grade },
      sheetStale: sheet !== null && isStale(sheet, context.catalogue, nowMs),
      deliveredPerSecondMicros: deliveredOf(subject, stated),
      lines: lines.map((line) => priceOf(subject, line, nowMs)),
    };
  });
  const comparison = comparisonOf({
    orders: lines.map(({ shown }) => shown),
    peak: request.peak_in_flight ?? null,
    candidates,
    at: { nowMs, staleAfterDays: context.catalogue.staleAfterDays },
  });
  return { kind: 'comparison', comparison };
}

/** Of paths with traffic; a vendor may bear the name of one. */
function deliveredOf({ kind, name }: Subject, { delivered }: Stated): bigint | null {
  return kind === 'path' ? (delivered.get(name)?.perSecondMicros ?? null) : null;
}

/** A path that is retired or being drained is no choice, unless it is named. */
function chooseSubjects(
  subjects: readonly Subject[],
  { paths, vendors, sandboxes }: z.output<typeof CompareRequest>,
): Read<Subject[]> {
  if (paths === undefined) {
    const usable = subjects.filter(
      ({ row }) => row === null || row.state === 'active' || row.state === 'paused',
    );
    return {
      ok: true,
      value: usable.filter(({ kind, row }) => (kind === 'vendor' ? vendors : sandboxes || !row?.sandbox)),
    };
  }
  const unknown = paths.find((name) => !subjects.some((each) => each.name === name));
  if (unknown !== undefined) {
    const message = `There is no path or provider "${unknown}".`;
    const allowed = subjects.map(({ name }) => name);
    return { ok: false, refusal: { code: 'invalid_input', field: 'paths', message, allowed } };
  }
  return { ok: true, value: subjects.filter(({ name }) => paths.includes(name)) };
}

function priceOf(subject: Subject, { order, match }: Line, nowMs: number): CandidateInput['lines'][number] {
  const supported = subject.provider.supports(order, subject.context(nowMs));
  if (!supported.ok) return { ok: false, reason: supported.reason };
  if (subject.sheet === null) return { ok: false, reason: 'no price list' };
  const priced = quote(order, match.model, subject.sheet, { markupPercent: 0, currency: 'USD' });
  if (priced.ok) return { ok: true, micros: priced.maximumMicros };
  return { ok: false, reason: `no price in ${subject.sheet.id}` };
}

/** The plainest order of that kind, with what the line says of it. */
function lineOf(context: Context, line: z.output<typeof MixLine>, index: number): Read<Line> {
  const at = (field: string) => `mix[${index}].${field}`;
  const match = context.catalogue.model(line.model);
  if (!match) {
    const allowed = context.catalogue.models.map(({ id }) => id);
    const message = `There is no model "${line.model}".`;
    return { ok: false, refusal: { code: 'unknown_model', field: at('model'), message, allowed } };
  }
  const { model } = match;
  const modes = Object.keys(model.modes) as Order['mode'][];
  const mode = line.mode ?? match.impliedMode ?? modes[0];
  const capability = mode === undefined ? undefined : model.modes[mode];
  if (mode === undefined || capability === undefined)
    return no(at('mode'), `${model.id} has no ${mode}.`, modes);
  const order = sampleOrder(model.id, mode, capability);
  const { seconds = null, resolution = order.resolution, sound = order.sound } = line;
  if (!capability.resolutions.includes(resolution)) {
    return no(at('resolution'), `${model.id} does not render ${resolution}.`, capability.resolutions);
  }
  if (!capability.sound.includes(sound)) {
    return no(at('sound'), `${mode} of ${model.id} has no sound ${sound}.`, capability.sound);
  }
  const lengths = capability.seconds?.allowed ?? null;
  if (lengths !== null && seconds !== null && !lengths.includes(seconds)) {
    return no(at('seconds'), `${mode} of ${model.id} is not ${seconds} s long.`, lengths);
  }
  const ordered = {
    ...order,
    resolution,
    sound,
    seconds: lengths === null ? null : (seconds ?? order.seconds),
    inputSeconds: lengths === null ? (seconds ?? order.inputSeconds) : order.inputSeconds,
  };
  const clip = ordered.seconds ?? ordered.inputSeconds;
  const label = [model.id, mode, ...(clip === null ? [] : [`${clip} s`]), resolution, `sound ${sound}`].join(
    ' ',
  );
  const shown = { label, model: model.id, mode, seconds: clip, resolution, sound, count: line.count };
  return { ok: true, value: { order: ordered, match, shown } };
}

function no(field: string, message: string, allowed: readonly (string | number)[]): Read<Line> {
  return { ok: false, refusal: { code: 'unsupported_combination', field, message, allowed: [...allowed] } };
}
