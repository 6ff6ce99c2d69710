/**
 * Reads a request into the canonical order, or refuses it with the field at fault, what would be allowed
 * there and what to do. Pure: every limit comes from the catalogue, and nothing was held or created when it
 * says no.
 */
import type { CreateGeneration, ModeCapability, ModelDefinition, Order, Refusal } from '@sluice/contract';
import { readInputs } from './order/inputs.ts';
import type { ModelLookup, ModelMatch } from './order/lookup.ts';
import { chooseMode } from './order/mode.ts';
import { readInputSeconds, readOptions, readSeconds } from './order/options.ts';
import { readPrompt, refuseDanglingMarkers } from './order/prompt.ts';
import { readShots } from './order/shots.ts';
import { read, type Step } from './order/step.ts';
import { brokenRule, refusalOfRule } from './rules.ts';

export { canonicalJson } from './order/canonical.ts';
export { FIELD_OF_ROLE } from './order/inputs.ts';
export type { ModelLookup, ModelMatch } from './order/lookup.ts';
export {
  checkInputs,
  type FactsByName,
  lengthRange,
  type MediaFacts,
  withMeasuredInputs,
} from './order/media.ts';

export type OrderRead = { ok: true; order: Order; model: ModelDefinition } | { ok: false; refusal: Refusal };

export function readOrder(input: CreateGeneration, catalogue: ModelLookup): OrderRead {
  const match = catalogue.model(input.model);
  if (match === null) return unknownModel(input, catalogue);
  const drafted = draftOrder(input, match);
  if (!drafted.ok) return drafted;
  const { draft, capability } = drafted.value;
  const order = settleShots(draft, match.model, capability);
  const broken = brokenRule(match.model, order);
  if (broken !== null) return { ok: false, refusal: refusalOfRule(match.model, order.mode, broken) };
  return refuseDanglingMarkers(order) ?? { ok: true, order, model: match.model };
}

/** An order in which the way of cutting shots may still be open. */
type Draft = Omit<Order, 'multiShot'> & { multiShot: Order['multiShot'] | null };

function draftOrder(
  input: CreateGeneration,
  match: ModelMatch,
): Step<{ draft: Draft; capability: ModeCapability }> {
  const { model } = match;
  const mode = chooseMode(input, match);
  if (!mode.ok) return mode;
  const capability = model.modes[mode.value];
  if (capability === undefined) throw new Error(`${model.id} has an alias for a mode that it lacks`);
  const place = { model, mode: mode.value, capability };
  const inputs = readInputs(input, match, mode.value, capability);
  if (!inputs.ok) return inputs;
  const options = readOptions(input, place);
  if (!options.ok) return options;
  const shots = readShots(input, capability);
  if (!shots.ok) return shots;
  const seconds = readSeconds(input, place, shots.value.seconds);
  if (!seconds.ok) return seconds;
  const inputSeconds = readInputSeconds(input, place);
  if (!inputSeconds.ok) return inputSeconds;
  const words = readPrompt(input, place, shots.value.multiShot);
  if (!words.ok) return words;
  const draft: Draft = {
    model: model.id,
    mode: mode.value,
    ...words.value,
    seconds: seconds.value,
    inputSeconds: inputSeconds.value,
    ...options.value,
    multiShot: shots.value.multiShot,
    shots: shots.value.shots,
    inputs: inputs.value,
  };
  return read({ draft, capability });
}

/**
 * How shots are cut has no price, so when the client says nothing the order takes the first way that the
 * rules allow: one shot, except beside a reference video, where Kling's omni model insists on cutting itself.
 */
function settleShots(draft: Draft, model: ModelDefinition, capability: ModeCapability): Order {
  const { multiShot } = draft;
  if (multiShot !== null) return { ...draft, multiShot };
  const candidates = capability.multi_shot
    .filter((way) => way !== 'custom')
    .map((way): Order => ({ ...draft, multiShot: way }));
  const allowed = candidates.find((order) => brokenRule(model, order) === null);
  return allowed ?? candidates[0] ?? { ...draft, multiShot: 'off' };
}

function unknownModel(input: CreateGeneration, catalogue: ModelLookup): OrderRead {
  const ids = catalogue.models.map((model) => model.id);
  return {
    ok: false,
    refusal: {
      code: 'unknown_model',
      field: 'model',
      message: `There is no model ${JSON.stringify(input.model)}.`,
      allowed: ids,
      fix: `Set model to one of: ${ids.join(', ')}.`,
    },
  };
}
