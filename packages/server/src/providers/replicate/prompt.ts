/**
 * How prompts address inputs on Replicate: `<<<image_1>>>` for reference images by their place, `<<<video_1>>>` for
 * the video. How a start or end image would be addressed is not documented, so an order that does it is refused.
 */
import type { Order, OrderInput } from '@sluice/contract';

/** The marked texts of an order: one prompt, or one for each shot. */
function textsOf(order: Order): string[] {
  return [order.prompt, ...order.shots.map(({ prompt }) => prompt)];
}

/** The first input that the words address and Replicate could not find; null when there is none. */
export function unaddressable(order: Order): string | null {
  for (const text of textsOf(order)) {
    for (const found of text.matchAll(markersOf(order))) {
      const name = found[1] ?? found[2] ?? '';
      const input = order.inputs.find((one) => one.name === name);
      if (input && markerOf(order, input) === null) return name;
    }
  }
  return null;
}

export function addressed(text: string, order: Order): string {
  return text.replace(markersOf(order), (found: string, braced?: string, tagged?: string) => {
    const input = order.inputs.find((one) => one.name === (braced ?? tagged));
    return (input && markerOf(order, input)) ?? found;
  });
}

function markersOf(order: Order): RegExp {
  const names = order.inputs.map(({ name }) => name.replaceAll(/[^A-Za-z0-9_]/g, '\\$&'));
  const any = names.length === 0 ? '(?!)' : names.join('|');
  return new RegExp(`<<<\\s*(${any})\\s*>>>|(?<![A-Za-z0-9_.@])@(${any})(?![A-Za-z0-9_])`, 'g');
}

function markerOf(order: Order, input: OrderInput): string | null {
  switch (input.role) {
    case 'reference_image': {
      const images = order.inputs.filter(({ role }) => role === 'reference_image');
      return `<<<image_${images.indexOf(input) + 1}>>>`;
    }
    case 'reference_video':
    case 'base_video':
      return '<<<video_1>>>';
    default:
      return null;
  }
}
