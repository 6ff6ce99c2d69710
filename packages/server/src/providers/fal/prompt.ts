/**
 * Prompt text in fal's dialect: `@Image1`, `@Video1`, counted within the list that is sent. Our orders address inputs
 * as `<<<image_1>>>` or `@image_1`. Frames have such a name with O1 only.
 */
import type { Order, OrderInput } from '@sluice/contract';
import type { Route } from './models.ts';

const tagOf: Partial<Record<OrderInput['role'], string>> = {
  reference_image: '@Image',
  reference_video: '@Video',
  base_video: '@Video',
};

/** Only markers of inputs that the order has are rewritten; other text stays. */
function rewrite(text: string, order: Order, nameFor: (input: OrderInput) => string | null): string {
  if (order.inputs.length === 0) return text;
  const byName = new Map(order.inputs.map((input) => [input.name, input]));
  const names = [...byName.keys()].map((name) => name.replaceAll(/[^A-Za-z0-9_]/g, '\\$&')).join('|');
  const marker = new RegExp(`<<<\\s*(${names})\\s*>>>|(?<![A-Za-z0-9_.@])@(${names})(?![A-Za-z0-9_])`, 'g');
  return text.replace(marker, (found: string, braced?: string, tagged?: string) => {
    const input = byName.get(braced ?? tagged ?? '');
    return (input && nameFor(input)) ?? found;
  });
}

export function falPrompt(text: string, order: Order, route: Route): string {
  return rewrite(text, order, (input) => tagFor(order, input, route));
}

/** The name of an input that the text speaks of and that fal has no name for, or null. */
export function unnameable(text: string, order: Order, route: Route): string | null {
  let first: string | null = null;
  rewrite(text, order, (input) => {
    if (tagFor(order, input, route) === null) first ??= input.name;
    return null;
  });
  return first;
}

function tagFor(order: Order, input: OrderInput, route: Route): string | null {
  if (route.framesTagged && input.role === 'first_frame') return '@Image1';
  if (route.framesTagged && input.role === 'last_frame') return '@Image2';
  const tag = tagOf[input.role];
  if (tag === undefined) return null;
  return `${tag}${order.inputs.filter((other) => other.role === input.role).indexOf(input) + 1}`;
}
