/**
 * Orders of the clients: every model that the catalogue sells first, in every mode, with the limits clients may
 * set.
 */
import type { CreateGeneration, Routing } from '@sluice/contract';
import type { Dice } from '../dice.ts';

const image = (name: string): string => `https://media.example/${name}.png`;
const video = (name: string): string => `https://media.example/${name}.mp4`;

type Draw = (dice: Dice) => CreateGeneration;

const draws: readonly Draw[] = [
  (dice) => ({ model: 'kling-3.0', duration: dice.whole(3, 15), sound: dice.pick(['on', 'off'] as const) }),
  (dice) => ({ model: 'kling-3.0', image_start: image('boat'), duration: dice.pick([5, 10]) }),
  (dice) => ({ model: 'kling-3.0-turbo', duration: dice.whole(3, 10) }),
  (dice) => ({ model: 'kling-o3', duration: dice.whole(3, 10), aspect_ratio: '9:16' }),
  (dice) => ({ model: 'kling-o3', image_urls: [image('hero'), image('car')], duration: dice.whole(3, 10) }),
  () => ({ model: 'kling-o3', mode: 'video-edit', video_url: video('street'), input_seconds: 4 }),
  (dice) => ({ model: 'kling-o1', duration: dice.pick([5, 10]) }),
  (dice) => ({ model: 'kling-o1', image_start: image('door'), duration: dice.pick([5, 10]) }),
  () => ({ model: 'kling-o1', mode: 'video-edit', video_url: video('street'), input_seconds: 5 }),
  (dice) => ({
    model: 'kling-motion-control',
    image_urls: [image('dancer')],
    video_urls: [video('dance')],
    input_seconds: 5,
    model_params: { character_orientation: dice.pick(['image', 'video'] as const) },
  }),
  (dice) => ({ model: 'kling-2.6', duration: dice.pick([5, 10]) }),
  (dice) => ({ model: 'kling-2.5-turbo', duration: dice.pick([5, 10]) }),
];

/** What most paths can do. */
const common: readonly Draw[] = [
  (dice) => ({ model: 'kling-3.0', quality: '720p', sound: 'off', duration: dice.whole(3, 10) }),
  (dice) => ({ model: 'kling-3.0', quality: '720p', sound: dice.pick(['on', 'off'] as const), duration: 5 }),
  (dice) => ({
    model: 'kling-3.0',
    quality: '720p',
    sound: 'off',
    image_start: image('boat'),
    duration: dice.pick([5, 10]),
  }),
];
const COMMON_SHARE = 0.8;

/**
 * `intent` names the wish, so that tasks made by repeats of one wish can be counted. `paths`: those of a world with
 * several; null: there is one vendor, and nothing to choose.
 */
export function drawOrder(
  dice: Dice,
  intent: string,
  nowMs: number,
  limitedShare: number,
  paths: readonly string[] | null,
): CreateGeneration {
  const drawn = dice.pick(paths !== null && dice.chance(COMMON_SHARE) ? common : draws)(dice);
  const order: CreateGeneration = {
    ...drawn,
    prompt: `A paper boat on a rainy street, take ${intent}`,
    metadata: { intent },
    priority: dice.pick(['normal', 'normal', 'normal', 'low', 'high'] as const),
  };
  if (dice.chance(0.3)) order.callback_url = `https://client.hooks.example/one-off/${intent}`;
  if (dice.chance(limitedShare)) {
    const limit = dice.pick(['start_by', 'finish_by'] as const);
    order[limit] = new Date(nowMs + dice.whole(10_000, 400_000)).toISOString();
  }
  if (dice.chance(limitedShare / 4)) order.max_price = dice.pick(['0.01', '100']);
  if (paths === null) return order;
  if (dice.chance(0.5)) order.max_price = dice.pick(['0.4', '0.8', '1.5', '3', '100', '100']);
  if (dice.chance(0.15)) order.path = dice.pick(paths);
  order.metadata = { intent, ...(order.path === undefined ? {} : { pinned: order.path }) };
  if (order.max_price !== undefined) order.metadata.max_price = order.max_price;
  if (dice.chance(0.4)) order.routing = drawRouting(dice, paths);
  return order;
}

/** As an account or an order may have it; what it leaves out follows what stands above it. */
export function drawRouting(dice: Dice, paths: readonly string[]): Routing {
  const policy = dice.pick(['cheapest', 'fastest', 'most_reliable', 'weighted', null] as const);
  const weights = Object.fromEntries(paths.map((name) => [name, dice.whole(0, 5)]));
  return {
    ...(policy === null ? {} : { policy }),
    ...(policy === 'weighted' ? { weights } : {}),
    ...(dice.chance(0.1) ? { regions: [dice.pick(['eu', 'us'])] } : {}),
    ...(dice.chance(0.5) ? { rerun: dice.chance(0.6) } : {}),
  };
}
