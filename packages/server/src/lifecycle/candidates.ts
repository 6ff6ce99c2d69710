/** What the router is told about each access path: abilities, price, what is free, and what was measured. */
import type { ModelDefinition, Order } from '@sluice/contract';
import { queueWaitMs } from '../decide/forecast.ts';
import { effectiveLimit } from '../decide/limits.ts';
import { renderSpread, shapeOf } from '../decide/polling.ts';
import { costFromUpstream, quote } from '../decide/pricing.ts';
import type { RouteCandidate } from '../decide/routing.ts';
import { queueBoard } from './board.ts';
import type { Context } from './context.ts';
import { StoredWallet } from './operate/wallet.ts';
import { type AccessPath, healthFor } from './paths.ts';
import { declaredRenderMs } from './plan.ts';

const FILE_PREFIX = 'file:';
const NO_ENDS = { failed: 0, of: 0 };

export async function routeCandidates(
  context: Context,
  order: Order,
  model: ModelDefinition,
  markupPercent: number,
): Promise<RouteCandidate[]> {
  const nowMs = context.clock.now();
  await context.paths.refresh(nowMs);
  const paths = context.paths.all();
  const priced = { markupPercent, currency: 'USD' } as const;
  // One path leaves nothing to choose: then nobody has to be asked what would be better.
  const choice = paths.length > 1 ? await measure(context, order, model, paths) : new Map<string, Measured>();
  return paths.map((path) => {
    const { row, sheet, provider } = path;
    const measured = choice.get(path.name);
    return {
      name: path.name,
      state: row.state,
      health: healthFor(path, model.family, nowMs),
      sandbox: row.sandbox,
      supported: unreachableInput(context, path, order) ?? provider.supports(order, path.context(nowMs)),
      sheet,
      priced: sheet === null ? null : quote(order, model, sheet, priced),
      regions: row.regions,
      waitMs: measured?.waitMs ?? 0,
      renderMs: measured?.renderMs ?? { medianMs: declaredRenderMs(order, model), measured: false },
      ends: measured?.ends ?? NO_ENDS,
      walletMicros: walletMicros(path),
    };
  });
}

type Measured = Pick<RouteCandidate, 'waitMs' | 'renderMs' | 'ends'>;

async function measure(
  context: Context,
  order: Order,
  model: ModelDefinition,
  paths: readonly AccessPath[],
): Promise<Map<string, Measured>> {
  const board = queueBoard(context);
  const [slots, lanes, outcomes, times] = await Promise.all([
    board.slots(),
    board.lanes(model.family),
    context.gate.outcomes(model.family),
    Promise.all(paths.map(({ name }) => context.gate.renderTimes(name, shapeOf(order)))),
  ]);
  const queued = lanes.reduce((sum, lane) => sum + lane.queued, 0);
  const declaredMs = declaredRenderMs(order, model);
  return new Map(
    paths.map(({ name }, index) => {
      const { medianMs, measured } = renderSpread(times[index] ?? [], declaredMs);
      const row = slots.find((each) => each.path_name === name && each.family === model.family);
      const limit = row ? effectiveLimit(row) : 1;
      const free = limit - (row?.occupied ?? 0);
      // What waits now goes before it, over all the slots of the path.
      const waitMs = queueWaitMs({ queued, free, slots: limit, slotMs: medianMs });
      const ends = outcomes.get(name) ?? NO_ENDS;
      return [name, { waitMs, renderMs: { medianMs, measured }, ends }];
    }),
  );
}

/** In dollars by the path's own sheet; null where it is not told, cannot be converted or does not bind. */
function walletMicros({ row, sheet }: AccessPath): bigint | null {
  const stored = StoredWallet.safeParse(row.wallet);
  if (!stored.success || stored.data.remainingMicros === null || sheet === null) return null;
  const { unit, remainingMicros, paysOtherwise } = stored.data;
  if (paysOtherwise) return null;
  return costFromUpstream({ unit, amountMicros: BigInt(remainingMicros) }, sheet);
}

/** An upload is handed to the upstream as a signed link of ours, so the upstream must be able to reach us. */
function unreachableInput(
  context: Context,
  path: AccessPath,
  order: Order,
): { ok: false; field: string; reason: string } | null {
  const upload = order.inputs.find((input) => input.url?.startsWith(FILE_PREFIX));
  if (!upload || path.row.sandbox || context.settings.publicUrl !== null) return null;
  return {
    ok: false,
    field: upload.role,
    reason: 'cannot fetch uploads from an installation without a public address (set PUBLIC_URL)',
  };
}
