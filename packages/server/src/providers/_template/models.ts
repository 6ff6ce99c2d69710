/** What the toy upstream renders, as data. Start here: everything else follows from this table. */
import type { Mode, Order } from '@sluice/contract';
import type { Supported } from '../contract.ts';

export type Route = {
  resolution: Order['resolution'];
  seconds: { min: number; max: number };
  /** Our aspect ratios in the upstream's words. */
  shapes: Readonly<Record<string, string>>;
  promptMax: number;
};

const models: Readonly<Record<string, { family: string; modes: Partial<Record<Mode, Route>> }>> = {
  'toy-1': {
    family: 'toy-1',
    modes: {
      'text-to-video': {
        resolution: '720p',
        seconds: { min: 1, max: 10 },
        shapes: { '16:9': 'wide', '9:16': 'tall' },
        promptMax: 1000,
      },
    },
  },
};

export function routeOf(order: Order): Route | null {
  return (Object.hasOwn(models, order.model) && models[order.model]?.modes[order.mode]) || null;
}

/** Refused before any money is held, with the field as the API spells it. */
export function supportsOrder(order: Order): Supported {
  if (!Object.hasOwn(models, order.model)) return no('model', `there is no model ${order.model} here`);
  const route = routeOf(order);
  if (!route) return no('mode', `${order.model} has no ${order.mode}`);
  const { min, max } = route.seconds;
  if (order.seconds === null || order.seconds < min || order.seconds > max) {
    return no('duration', `${min} to ${max} seconds`);
  }
  if (order.resolution !== route.resolution) return no('quality', `only ${route.resolution}`);
  if (!Object.hasOwn(route.shapes, order.aspectRatio ?? '')) {
    return no('aspect_ratio', `one of ${Object.keys(route.shapes).join(', ')}`);
  }
  if (order.prompt === '' || order.prompt.length > route.promptMax) {
    return no('prompt', `1 to ${route.promptMax} characters`);
  }
  if (order.negativePrompt !== null) return no('negative_prompt', 'there is none');
  if (order.sound !== 'off') return no('sound', 'clips are silent');
  if (order.multiShot !== 'off') return no('model_params.multi_shot', 'one shot only');
  if (order.watermark) return no('model_params.watermark_info', 'there is none');
  return order.inputs.length > 0 ? no('image_urls', 'only text is taken') : { ok: true };
}

function no(field: string, reason: string): Supported {
  return { ok: false, field, reason };
}
