/** Models with what they cost here, and quotes. */
import type { ModelDefinition, PriceEntry, PriceSheet } from '@sluice/contract';
import { decimalFromMicros } from '@sluice/contract';
import { isStale } from '../../../catalogue/catalogue.ts';
import { roundedUp, unitPriceOf } from '../../../decide/pricing/arithmetic.ts';
import { modelsOf } from '../../../lifecycle/operate/path-report.ts';
import type { AccessPath } from '../../../lifecycle/paths.ts';
import { quoteTask } from '../../../lifecycle/quote.ts';
import { accountOf, type Caller } from '../../auth.ts';
import type { HttpContext } from '../../context.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';

export const catalogueHandlers: Pick<Handlers, 'listModels' | 'getModel' | 'createQuote'> = {
  listModels: async ({ context, caller }) => {
    const offers = await offersOf(context, caller);
    const data = context.catalogue.models.map((model) => modelView(context, model, offers));
    return ok({ object: 'list', data, next_cursor: null });
  },
  getModel: async ({ context, caller, params }) => {
    const match = context.catalogue.model(params.id);
    return match ? ok(modelView(context, match.model, await offersOf(context, caller))) : notFound;
  },
  createQuote: async ({ context, caller, body }) => {
    const account = accountOf(caller);
    if (!account.ok) return refused(account.refusal);
    const payer = { accountId: account.accountId, keyId: caller.keyId };
    const answer = await quoteTask(context, payer, body);
    if (answer.kind === 'refused') return refused(answer.refusal);
    const row = await context.store.accounts.find(account.accountId);
    if (!row) return notFound;
    const available = row.posted_micros - row.held_micros + row.credit_limit_micros;
    return ok({ ...answer.quote, covered: available >= answer.holdMicros });
  },
};

type Offers = { markupPercent: number; paths: readonly { path: AccessPath; models: readonly string[] }[] };

/** Operators see list prices, accounts see what they would pay. */
async function offersOf(context: HttpContext, caller: Caller): Promise<Offers> {
  await context.paths.refresh(context.clock.now());
  const { accountId } = caller;
  return {
    markupPercent: accountId === null ? 0 : (await context.gate.termsOf(accountId)).markupPercent,
    paths: context.paths
      .all()
      .filter((path) => path.row.state !== 'retired')
      .map((path) => ({ path, models: modelsOf(context, path) })),
  };
}

function modelView(context: HttpContext, model: ModelDefinition, offers: Offers) {
  const serving = offers.paths.filter(({ models }) => models.includes(model.id)).map(({ path }) => path);
  return {
    ...model,
    object: 'model',
    prices: serving.flatMap((path) =>
      path.sheet ? pricesOf(context, model, path, path.sheet, offers.markupPercent) : [],
    ),
    paths: serving.map((path) => path.name),
    doors: doorNamesOf(context, model.id),
  };
}

function doorNamesOf({ catalogue }: HttpContext, modelId: string) {
  return catalogue.doors.flatMap(({ id: door, models }) =>
    models
      .filter(({ order }) => order.model === modelId)
      .map(({ name, order: { mode = null, quality = null } }) => ({ door, name, mode, quality })),
  );
}

function pricesOf(
  context: HttpContext,
  model: ModelDefinition,
  path: AccessPath,
  sheet: PriceSheet,
  markupPercent: number,
) {
  const stale = isStale(sheet, context.catalogue, context.clock.now());
  return sheet.entries
    .filter((entry) => entry.model === model.id)
    .flatMap((entry) =>
      linesOf(entry).map(({ mode, sound }) => ({
        path: path.name,
        sheet: sheet.id,
        mode,
        resolution: entry.resolution ?? ANY,
        sound,
        video_input: entry.video_input ?? false,
        per: entry.per,
        price: priceOf(entry, sheet, markupPercent),
        grade: sheet.grade,
        source: sheet.source.name,
        date: sheet.valid_from,
        stale,
      })),
    );
}

/** A dimension that the price does not depend on. */
const ANY = 'any';

function linesOf(entry: PriceEntry): { mode: string; sound: string }[] {
  const modes: string[] = entry.modes ?? [ANY];
  const sounds: string[] = entry.sound ?? [ANY];
  return modes.flatMap((mode) => sounds.map((sound) => ({ mode, sound })));
}

function priceOf(entry: PriceEntry, sheet: PriceSheet, markupPercent: number): string {
  const factors = {
    amount: entry.amount,
    unitPrice: sheet.unit_price.amount,
    markupPercent: markupPercent.toFixed(4),
  };
  return decimalFromMicros(roundedUp(unitPriceOf(factors)));
}
