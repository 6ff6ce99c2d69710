/**
 * Checks what was measured of the inputs (uploads, or addresses that were looked at) against the limits of
 * the model, and puts measured lengths into the order.
 */
import type { InputRole, ModelDefinition, Order, OrderInput, Refusal } from '@sluice/contract';
import { applicableRules, brokenRule, refusalOfRule } from '../rules.ts';
import { FIELD_OF_ROLE } from './inputs.ts';

/** What is known of one file; null where it could not be found out. */
export type MediaFacts = {
  /** jpeg, png, webp, mp4, mov, webm. */
  format: string;
  bytes: number;
  width: number | null;
  height: number | null;
  /** Null for pictures. */
  seconds: number | null;
  framesPerSecond?: number | null;
};

export type FactsByName = Readonly<Record<string, MediaFacts>>;

/** Roles whose length is the length of the clip. */
const LENGTH_ROLES: readonly InputRole[] = ['base_video', 'motion_video'];

/**
 * The order with the measured length of its input videos; a measurement beats what the client stated. References do not
 * set the length of the clip, but some vendors count their seconds.
 */
export function withMeasuredInputs(order: Order, facts: FactsByName): Order {
  const roles: readonly InputRole[] = order.seconds === null ? LENGTH_ROLES : ['reference_video'];
  const lengths = order.inputs
    .filter((input) => roles.includes(input.role))
    .map((input) => facts[input.name]?.seconds ?? null);
  let measured = 0;
  for (const seconds of lengths) {
    if (seconds === null) return order;
    measured += seconds;
  }
  return lengths.length === 0 ? order : { ...order, inputSeconds: measured };
}

export function checkInputs(order: Order, model: ModelDefinition, facts: FactsByName): Refusal | null {
  for (const input of order.inputs) {
    const known = facts[input.name];
    const refusal = known === undefined ? null : checkInput(input, model, known);
    if (refusal) return refusal;
  }
  const measured = withMeasuredInputs(order, facts);
  const broken = brokenRule(model, measured);
  return broken === null ? null : refusalOfRule(model, order.mode, broken);
}

function checkInput(input: OrderInput, model: ModelDefinition, facts: MediaFacts): Refusal | null {
  const limit = model.input_limits[input.role];
  if (limit === undefined) return null;
  const refuse = (what: string, allowed: unknown): Refusal => ({
    code: 'invalid_input',
    field: FIELD_OF_ROLE[input.role],
    message: `${input.name} (${input.role.replaceAll('_', ' ')}): ${what}.`,
    allowed,
    fix: 'Send a file within these limits.',
  });
  const format = facts.format.toLowerCase() === 'jpg' ? 'jpeg' : facts.format.toLowerCase();
  if (!limit.formats.includes(format)) return refuse(`${model.name} does not read ${format}`, limit.formats);
  if (facts.bytes > limit.max_bytes) return refuse(`${facts.bytes} bytes`, { max_bytes: limit.max_bytes });
  for (const measure of measuresOf(facts, limit)) {
    if (measure.value === null) continue;
    if (measure.value < measure.min || measure.value > measure.max) {
      return refuse(`${measure.name} ${round(measure.value)}`, {
        ...(measure.min === 0 ? {} : { min: measure.min }),
        ...(measure.max === Number.POSITIVE_INFINITY ? {} : { max: measure.max }),
      });
    }
  }
  return null;
}

type Measure = { name: string; value: number | null; min: number; max: number };
type Limit = NonNullable<ModelDefinition['input_limits'][InputRole]>;

function measuresOf(facts: MediaFacts, limit: Limit): Measure[] {
  const { width, height } = facts;
  const both = width !== null && height !== null;
  const span = (name: string, value: number | null, min?: number, max?: number): Measure => ({
    name,
    value,
    min: min ?? 0,
    max: max ?? Number.POSITIVE_INFINITY,
  });
  return [
    span('width in pixels', width, limit.min_side, limit.max_side),
    span('height in pixels', height, limit.min_side, limit.max_side),
    span('width divided by height', both ? width / height : null, limit.min_ratio, limit.max_ratio),
    span('pixels', both ? width * height : null, undefined, limit.max_pixels),
    span('length in seconds', facts.seconds, limit.min_seconds, limit.max_seconds),
    span('frames per second', facts.framesPerSecond ?? null, limit.min_fps, limit.max_fps),
  ];
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/**
 * The shortest and the longest that the clip can become, in seconds. One number where the length was ordered
 * or measured; otherwise what the model takes as input, narrowed by the rules that apply to this order.
 */
export function lengthRange(order: Order, model: ModelDefinition): { min: number; max: number } | null {
  const known = order.seconds ?? order.inputSeconds;
  if (known !== null) return { min: known, max: known };
  const source = order.inputs.find((input) => LENGTH_ROLES.includes(input.role));
  const limit = source === undefined ? undefined : model.input_limits[source.role];
  if (limit?.max_seconds === undefined) return null;
  let min = limit.min_seconds ?? 0;
  let max = limit.max_seconds;
  for (const rule of applicableRules(model, order)) {
    for (const term of rule.then) {
      if (term.fact !== 'input_seconds') continue;
      min = Math.max(min, term.min ?? min);
      max = Math.min(max, term.max ?? max);
    }
  }
  return { min, max };
}
