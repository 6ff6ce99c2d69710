/** Price sheets of the operator's own contract, from scratch or on top of a shipped one. A sheet never changes. */
import { type PriceOverlay, PriceSheet, type Refusal } from '@sluice/contract';
import type { z } from 'zod';
import { ambiguousEntries } from '../../decide/pricing.ts';
import type { Context } from '../context.ts';

export type SheetAnswer = { kind: 'sheet'; sheet: PriceSheet } | { kind: 'refused'; refusal: Refusal };

export async function createPriceSheet(
  context: Context,
  input: z.output<typeof PriceOverlay>,
): Promise<SheetAnswer> {
  const sheets = await allSheets(context);
  if (sheets.some((sheet) => sheet.id === input.id)) return refused(taken(input.id));
  const base = input.based_on === undefined ? null : sheets.find((sheet) => sheet.id === input.based_on);
  if (base === undefined) {
    const message = `There is no price sheet "${input.based_on}".`;
    const allowed = sheets.map((sheet) => sheet.id);
    return refused({ code: 'invalid_input', field: 'based_on', message, allowed });
  }
  const sheet = build(input, base, context.clock.now());
  const unfit = sheet ? refusalOf(context, sheet) : nothingPriced();
  if (unfit || !sheet) return refused(unfit ?? nothingPriced());
  const written = await context.store.paths.insertPriceSheet(sheet, context.clock.now());
  return written === 'exists' ? refused(taken(input.id)) : { kind: 'sheet', sheet };
}

/** The shipped ones and the operator's own. */
export async function allSheets(context: Context): Promise<PriceSheet[]> {
  return [...context.catalogue.sheets, ...(await context.store.paths.listPriceSheets())];
}

/** Without a base, amounts are in dollars. */
function build(
  input: z.output<typeof PriceOverlay>,
  base: PriceSheet | null,
  nowMs: number,
): PriceSheet | null {
  const entries = input.entries ?? base?.entries;
  if (!entries || entries.length === 0) return null;
  return PriceSheet.parse({
    id: input.id,
    unit: base?.unit ?? 'USD',
    unit_price: { amount: input.unit_price ?? base?.unit_price.amount ?? '1', currency: 'USD' },
    grade: input.grade,
    source: input.source,
    valid_from: new Date(nowMs).toISOString().slice(0, 10),
    rounding: base?.rounding ?? 'exact',
    bills_failures: base?.bills_failures ?? null,
    entries,
  });
}

function refusalOf(context: Context, sheet: PriceSheet): Refusal | null {
  const models = context.catalogue.models.map((model) => model.id);
  const strange = sheet.entries.findIndex((entry) => !models.includes(entry.model));
  if (strange >= 0) {
    const field = `entries[${strange}].model`;
    const message = `There is no model "${sheet.entries[strange]?.model}".`;
    return { code: 'invalid_input', field, message, allowed: models };
  }
  const negative = sheet.entries.findIndex((entry) => entry.amount.startsWith('-'));
  if (negative >= 0) {
    return {
      code: 'invalid_input',
      field: `entries[${negative}].amount`,
      message: 'A price is not negative.',
    };
  }
  const pair = ambiguousEntries(sheet);
  if (!pair) return null;
  const message = `Entries ${pair[0]} and ${pair[1]} price the same order, and neither is more specific.`;
  return { code: 'invalid_input', field: `entries[${pair[1]}]`, message };
}

function taken(id: string): Refusal {
  const fix = 'Choose another id: sheets never change, because tasks were quoted by them.';
  return { code: 'conflict', field: 'id', message: `There is a price sheet "${id}" already.`, fix };
}

function nothingPriced(): Refusal {
  const message = 'The sheet prices nothing.';
  return { code: 'invalid_input', field: 'entries', message, fix: 'Give entries, or a sheet to start from.' };
}

function refused(refusal: Refusal): SheetAnswer {
  return { kind: 'refused', refusal };
}
