/**
 * Evaluates the combination rules of a model. Rules are data of the catalogue; this file knows how to compare
 * facts of an order with values and nothing about any vendor.
 */
import type { Mode, ModelDefinition, Order, Refusal, Rule } from '@sluice/contract';
import { InputRole } from '@sluice/contract';

/** A fact of an order. Null: not known (yet), for example the length of a video that nobody has measured. */
export type Fact = string | number | null;

type RuleTerm = Rule['then'][number];

const OPTION_FACTS = [
  'seconds',
  'input_seconds',
  'sound',
  'resolution',
  'aspect_ratio',
  'multi_shot',
  'orientation',
  'mode',
  'has_text',
  'prompt.length',
  'negative_prompt.length',
  'shots',
];

/** Terms name one fact, or a sum of facts joined by `+`: `count.reference_image+count.element`. */
export function isFactExpression(expression: string): boolean {
  return expression.split('+').every((name) => {
    if (name.startsWith('count.')) return InputRole.safeParse(name.slice('count.'.length)).success;
    return OPTION_FACTS.includes(name);
  });
}

export function factOf(order: Order, expression: string): Fact {
  const names = expression.split('+');
  if (names.length === 1) return singleFact(order, expression);
  let sum = 0;
  for (const name of names) {
    const fact = singleFact(order, name);
    if (typeof fact !== 'number') return null;
    sum += fact;
  }
  return sum;
}

function singleFact(order: Order, name: string): Fact {
  if (name.startsWith('count.')) {
    const role = name.slice('count.'.length);
    return order.inputs.filter((input) => input.role === role).length;
  }
  switch (name) {
    case 'seconds':
      return order.seconds;
    case 'input_seconds':
      return order.inputSeconds;
    case 'sound':
      return order.sound;
    case 'resolution':
      return order.resolution;
    case 'aspect_ratio':
      return order.aspectRatio;
    case 'multi_shot':
      return order.multiShot;
    case 'orientation':
      return order.orientation;
    case 'mode':
      return order.mode;
    case 'has_text':
      return order.prompt.trim() === '' ? 0 : 1;
    case 'prompt.length':
      return order.prompt.length;
    case 'negative_prompt.length':
      return order.negativePrompt?.length ?? 0;
    case 'shots':
      return order.shots.length;
    default:
      throw new RangeError(`a catalogue rule names an unknown fact: ${name}`);
  }
}

/** The first rule of the model that the order breaks, with the term at fault. */
export function brokenRule(model: ModelDefinition, order: Order): { rule: Rule; term: RuleTerm } | null {
  for (const rule of model.rules) {
    if (!applies(rule, order)) continue;
    for (const term of rule.then) {
      const fact = factOf(order, term.fact);
      // A fact that is not known yet cannot break a rule; it is asked again once it has been measured.
      if (fact !== null && !holds(term, fact)) return { rule, term };
    }
  }
  return null;
}

/** Rules whose `when` holds for this order, in catalogue order. */
export function applicableRules(model: ModelDefinition, order: Order): Rule[] {
  return model.rules.filter((rule) => applies(rule, order));
}

export function refusalOfRule(
  model: ModelDefinition,
  mode: Mode,
  broken: { rule: Rule; term: RuleTerm },
): Refusal {
  const { rule, term } = broken;
  return {
    code: 'unsupported_combination',
    field: rule.field,
    message: `${model.name}, ${mode}: ${rule.message}`,
    allowed: allowedBy(term),
    fix: fixFor(rule.field, term),
  };
}

function applies(rule: Rule, order: Order): boolean {
  if (rule.modes !== undefined && !rule.modes.includes(order.mode)) return false;
  return rule.when.every((term) => {
    const fact = factOf(order, term.fact);
    return fact !== null && holds(term, fact);
  });
}

function holds(term: RuleTerm, fact: string | number): boolean {
  if (term.in !== undefined && !term.in.includes(fact)) return false;
  if (term.min !== undefined && !(typeof fact === 'number' && fact >= term.min)) return false;
  if (term.max !== undefined && !(typeof fact === 'number' && fact <= term.max)) return false;
  return true;
}

function allowedBy(term: RuleTerm): unknown {
  if (term.in !== undefined) return term.in;
  return {
    ...(term.min === undefined ? {} : { min: term.min }),
    ...(term.max === undefined ? {} : { max: term.max }),
  };
}

function fixFor(field: string, term: RuleTerm): string {
  if (term.fact === 'multi_shot')
    return 'Set multi_shot as the rule says, or leave the input out that needs it.';
  if (term.in !== undefined) return `Set ${field} to ${term.in.join(' or ')}, or drop what the rule names.`;
  if (term.max === 0) return `Leave ${field} out, or drop what the rule names.`;
  if (term.max !== undefined) return `Keep ${field} at ${term.max} at most.`;
  return `Add ${field}.`;
}
