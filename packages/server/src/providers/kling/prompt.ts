/**
 * Prompt text in the two dialects. Our orders address inputs as `<<<image_1>>>`, as clients of the
 * unified API write them; `@image_1` is accepted too. The new generation reads `@name`, the legacy one
 * `<<<image_n>>>` where n is the place in the list of that kind.
 */
import type { InputRole, Order, OrderInput } from '@sluice/contract';
import type { Generation } from './auth.ts';
import type { Route } from './models.ts';

/**
 * Only markers of inputs that the order has and that `nameFor` can address are rewritten; other text
 * stays.
 */
function rewriteMarkers(
  text: string,
  inputs: readonly OrderInput[],
  nameFor: (input: OrderInput) => string | null,
) {
  if (inputs.length === 0) return text;
  const byName = new Map(inputs.map((input) => [input.name, input]));
  const names = [...byName.keys()].map((name) => name.replaceAll(/[^A-Za-z0-9_]/g, '\\$&')).join('|');
  const marker = new RegExp(`<<<\\s*(${names})\\s*>>>|(?<![A-Za-z0-9_.@])@(${names})(?![A-Za-z0-9_])`, 'g');
  return text.replace(marker, (found: string, braced?: string, tagged?: string) => {
    const input = byName.get(braced ?? tagged ?? '');
    return (input && nameFor(input)) ?? found;
  });
}

/**
 * Only the legacy text and image endpoints have a field for what must not appear. Everywhere else such a wish
 * can only be said in the prompt.
 */
export function hasNegativeField(generation: Generation, route: Route): boolean {
  return generation === 'legacy' && (route.kind === 'text' || route.kind === 'image');
}

export function withNegative(prompt: string, negative: string | null): string {
  return negative === null ? prompt : `${prompt.trimEnd()}\n\nAvoid: ${negative}`;
}

/** For the new generation; customised shots are written into the text, there is no field for them. */
export function newPrompt(order: Order, addressable: ReadonlySet<InputRole>): string {
  const rewrite = (text: string) =>
    rewriteMarkers(text, order.inputs, (input) => (addressable.has(input.role) ? `@${input.name}` : null));
  if (order.multiShot !== 'custom') return rewrite(withNegative(order.prompt, order.negativePrompt));
  return order.shots
    .map((shot, index) => `shot ${index + 1}, ${shot.seconds}, ${rewrite(withoutSeparator(shot.prompt))};`)
    .join(' ');
}

/** A semicolon ends a shot in the vendor's notation, so inside one it becomes a comma. */
function withoutSeparator(words: string): string {
  return words
    .trim()
    .replace(/\s*;\s*$/, '')
    .replaceAll(';', ',');
}

export function legacyPrompt(text: string, order: Order): string {
  return rewriteMarkers(text, order.inputs, (input) => legacyMarker(order, input));
}

function legacyMarker(order: Order, input: OrderInput): string | null {
  const list = legacyListOf(input.role);
  if (!list) return null;
  const place = legacyList(order, list).indexOf(input) + 1;
  return `<<<${list}_${place}>>>`;
}

export type LegacyList = 'image' | 'video' | 'element';

function legacyListOf(role: InputRole): LegacyList | null {
  switch (role) {
    case 'first_frame':
    case 'last_frame':
    case 'reference_image':
      return 'image';
    case 'reference_video':
    case 'base_video':
      return 'video';
    case 'element':
      return 'element';
    case 'middle_frame':
    case 'motion_image':
    case 'motion_video':
      return null;
  }
}

/** The inputs of one list in the order in which they are sent; frames come first. */
export function legacyList(order: Order, list: LegacyList): OrderInput[] {
  const frames = order.inputs.filter((input) => input.role === 'first_frame');
  const ends = order.inputs.filter((input) => input.role === 'last_frame');
  const rest = order.inputs.filter((input) => input.role !== 'first_frame' && input.role !== 'last_frame');
  return [...frames, ...ends, ...rest].filter((input) => legacyListOf(input.role) === list);
}
