/** The words of an order: length, whether they are needed, and the inputs that they speak of. */
import type { CreateGeneration, Order, OrderInput } from '@sluice/contract';
import { name } from './options.ts';
import { type Refused, read, refuse, type Step } from './step.ts';

type Place = Parameters<typeof name>[0];

export function readPrompt(
  input: CreateGeneration,
  place: Place,
  multiShot: Order['multiShot'] | null,
): Step<{ prompt: string; negativePrompt: string | null }> {
  const { capability } = place;
  const prompt = input.prompt ?? '';
  if (prompt.length > capability.prompt_max) {
    return refuse('prompt', `The prompt has ${prompt.length} characters.`, {
      allowed: { max: capability.prompt_max },
      fix: `Shorten it to ${capability.prompt_max} characters.`,
    });
  }
  // Shots that the client cut carry the words themselves; the vendor ignores `prompt` beside them.
  if (capability.prompt_required && multiShot !== 'custom' && prompt.trim() === '') {
    return refuse('prompt', `${name(place)} needs a prompt.`, {
      allowed: { min: 1, max: capability.prompt_max },
      fix: 'Send prompt.',
    });
  }
  const negative = input.negative_prompt ?? '';
  if (negative !== '' && !capability.negative_prompt) {
    return refuse('negative_prompt', `${name(place)} takes no negative prompt.`, {
      fix: 'Leave negative_prompt out, and say in prompt what must not appear.',
    });
  }
  return read({ prompt, negativePrompt: negative === '' ? null : negative });
}

/** `<<<image_1>>>` points at an input on the legacy and routed APIs, `@image_1` on Kling's newer one. */
const MARKER = /<<<\s*(?<legacy>[a-z]+_\d+)\s*>>>|@(?<current>(?:image|video|element)_\d+)/g;

export function refuseDanglingMarkers(order: Order): Refused | null {
  const texts = [
    { field: 'prompt', text: order.prompt },
    ...order.shots.map((shot, index) => ({
      field: `model_params.multi_prompt[${index}].prompt`,
      text: shot.prompt,
    })),
  ];
  for (const { field, text } of texts) {
    for (const marker of text.matchAll(MARKER)) {
      const target = marker.groups?.legacy ?? marker.groups?.current ?? '';
      if (!order.inputs.some((input) => input.name === target)) {
        return refuse(field, `The prompt speaks of ${marker[0]}, but there is no such input.`, {
          allowed: order.inputs.map((input: OrderInput) => input.name),
          fix: 'Add the input, or correct the marker.',
        });
      }
    }
  }
  return null;
}
