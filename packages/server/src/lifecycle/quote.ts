/** What an order would cost, where it would go and when it would end. The same planning as stage 1; writes nothing. */
import { type CreateGeneration, decimalFromMicros, type Quote, type Refusal } from '@sluice/contract';
import type { z } from 'zod';
import { quoteOnTask } from '../decide/pricing.ts';
import type { Caller } from './1-accept.ts';
import type { Context } from './context.ts';
import { forecastRecordOf } from './evidence/promises.ts';
import { waitOf } from './forecast.ts';
import { planOrder } from './plan.ts';

export type QuoteAnswer =
  | { kind: 'quoted'; quote: Omit<z.infer<typeof Quote>, 'covered'>; holdMicros: bigint }
  | { kind: 'refused'; refusal: Refusal };

export async function quoteTask(
  context: Context,
  caller: Caller,
  input: CreateGeneration,
): Promise<QuoteAnswer> {
  const planned = await planOrder(context, caller, input);
  if (planned.kind === 'refused') return planned;
  const { order, model, route, spread } = planned;
  const wait = await waitOf(context, {
    id: '',
    family: model.family,
    accountId: caller.accountId,
    priority: 0,
    pathNames: route.pathNames,
    order,
  });
  return {
    kind: 'quoted',
    holdMicros: route.holdMicros,
    quote: {
      object: 'quote',
      model: model.id,
      mode: order.mode,
      price: quoteOnTask(route.priced.snapshot),
      path: route.chosen,
      reason: route.reason,
      alternatives: route.alternatives.map(({ path, priceMicros, rejectedBecause }) => ({
        path,
        price: priceMicros === null ? null : decimalFromMicros(priceMicros),
        rejected_because: rejectedBecause,
      })),
      wait,
      forecast_record: await forecastRecordOf(context, {
        path: route.chosen,
        family: model.family,
        basis: wait.basis,
      }),
      expected_render_seconds: Math.round(spread.medianMs / 100) / 10,
      sandbox: route.sandbox,
    },
  };
}
