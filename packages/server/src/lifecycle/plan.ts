/**
 * Reads an order, checks its inputs, prices it on every path and chooses the route. Used by stage 1 and by quotes, so
 * that a quote and the task that follows it can never disagree. Writes nothing.
 */
import {
  type CreateGeneration,
  type ModelDefinition,
  microsFromDecimal,
  type Order,
  type Refusal,
} from '@sluice/contract';
import {
  checkInputs,
  type FactsByName,
  FIELD_OF_ROLE,
  readOrder,
  withMeasuredInputs,
} from '../decide/order.ts';
import { type RenderSpread, renderSpread, shapeOf } from '../decide/polling.ts';
import { type Route, type RoutingWish, route } from '../decide/routing.ts';
import type { Caller } from './1-accept.ts';
import { routeCandidates } from './candidates.ts';
import type { Context } from './context.ts';

export type PlannedOrder = {
  kind: 'planned';
  order: Order;
  model: ModelDefinition;
  route: Route;
  /** How often a render that failed upstream may be begun again, on another path. */
  rerunsMost: number;
  currency: 'USD';
  spread: RenderSpread;
};

export type PlanAnswer = PlannedOrder | { kind: 'refused'; refusal: Refusal };

const FILE_PREFIX = 'file:';
const RERUNS_MOST = 1;

export async function planOrder(
  context: Context,
  caller: Caller,
  input: CreateGeneration,
): Promise<PlanAnswer> {
  const read = readOrder(input, context.catalogue);
  if (!read.ok) return { kind: 'refused', refusal: read.refusal };
  const inputs = await measureInputs(context, caller, read.order, read.model);
  if (inputs.kind === 'refused') return inputs;
  const forbidden = await refuseAddresses(context, read.order, input);
  if (forbidden) return { kind: 'refused', refusal: forbidden };
  const { markupPercent } = await context.gate.termsOf(caller.accountId);
  const candidates = await routeCandidates(context, inputs.order, read.model, markupPercent);
  const { wish, rerun } = await wishOf(context, caller, input);
  const answer = route(inputs.order, candidates, wish);
  if (!answer.ok) return { kind: 'refused', refusal: answer.refusal };
  const spread = await expectedSpread(context, inputs.order, read.model, answer.route.chosen);
  return {
    kind: 'planned',
    order: inputs.order,
    model: read.model,
    route: answer.route,
    rerunsMost: rerun && answer.route.pathNames.length > 1 ? RERUNS_MOST : 0,
    currency: 'USD',
    spread,
  };
}

/** Render times measured on this path, or what the catalogue declares. */
export async function expectedSpread(
  context: Context,
  order: Order,
  model: ModelDefinition,
  pathName: string,
): Promise<RenderSpread> {
  const samples = await context.gate.renderTimes(pathName, shapeOf(order));
  return renderSpread(samples, declaredRenderMs(order, model));
}

export function declaredRenderMs(order: Order, model: ModelDefinition): number {
  const { base, per_second } = model.expected_render_seconds;
  return 1000 * (base + per_second * (order.seconds ?? order.inputSeconds ?? 5));
}

/** The order's own words over its account's. */
async function wishOf(
  context: Context,
  caller: Caller,
  input: CreateGeneration,
): Promise<{ wish: RoutingWish; rerun: boolean }> {
  const nowMs = context.clock.now();
  const { routing } = await context.gate.termsOf(caller.accountId);
  const { policy = 'cheapest', weights = {}, regions = [], rerun = true } = { ...routing, ...input.routing };
  const wish: RoutingWish = {
    pinned: input.path ?? null,
    policy,
    weights,
    regions,
    maxPriceMicros: input.max_price === undefined ? null : microsFromDecimal(input.max_price),
    startWithinMs: input.start_by === undefined ? null : Date.parse(input.start_by) - nowMs,
    finishWithinMs: input.finish_by === undefined ? null : Date.parse(input.finish_by) - nowMs,
    fraction: context.random.fraction(),
  };
  return { wish, rerun };
}

/** What a client sends may end at an upstream that fetches it, or at us who call it: neither may lead inside. */
async function refuseAddresses(
  context: Context,
  order: Order,
  { callback_url: callbackUrl }: CreateGeneration,
): Promise<Refusal | null> {
  const links = order.inputs.flatMap(({ url, role }) =>
    url === undefined || url.startsWith(FILE_PREFIX) ? [] : [{ url, field: FIELD_OF_ROLE[role] }],
  );
  if (callbackUrl !== undefined) links.push({ url: callbackUrl, field: 'callback_url' });
  for (const { url, field } of links) {
    const why = await context.addressRefusal(url);
    if (why !== null) return { code: 'input_unreachable', field, message: `${field}: ${why}.` };
  }
  return null;
}

type MeasuredInputs = { kind: 'measured'; order: Order } | { kind: 'refused'; refusal: Refusal };

async function measureInputs(
  context: Context,
  caller: Caller,
  order: Order,
  model: ModelDefinition,
): Promise<MeasuredInputs> {
  const uploads = order.inputs.flatMap((input) =>
    input.url?.startsWith(FILE_PREFIX) ? [{ input, fileId: input.url.slice(FILE_PREFIX.length) }] : [],
  );
  if (uploads.length === 0) return { kind: 'measured', order };
  const files = await context.store.files.factsOf(
    caller.accountId,
    uploads.map(({ fileId }) => fileId),
    context.clock.now(),
  );
  const facts: Record<string, FactsByName[string]> = {};
  for (const { input, fileId } of uploads) {
    const known = files.get(fileId);
    if (!known) {
      const message = `There is no upload ${fileId}.`;
      return { kind: 'refused', refusal: { code: 'invalid_input', field: input.role, message } };
    }
    facts[input.name] = known;
  }
  const refusal = checkInputs(order, model, facts);
  return refusal
    ? { kind: 'refused', refusal }
    : { kind: 'measured', order: withMeasuredInputs(order, facts) };
}
