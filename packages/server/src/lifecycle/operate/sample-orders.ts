/** The plainest order of each mode of a model: what a path is asked about to see which models it can do at all. */
import type { InputRole, ModeCapability, ModelDefinition, Order, OrderInput } from '@sluice/contract';

const SAMPLE_ADDRESS = 'https://example.com/input';

export function sampleOrders(model: ModelDefinition): Order[] {
  return Object.entries(model.modes).flatMap(([mode, capability]) =>
    capability ? [sampleOrder(model.id, mode as Order['mode'], capability)] : [],
  );
}

export function sampleOrder(model: string, mode: Order['mode'], capability: ModeCapability): Order {
  return {
    model,
    mode,
    prompt: 'a sample',
    negativePrompt: null,
    seconds: capability.seconds?.default ?? null,
    inputSeconds: capability.seconds === null ? 5 : null,
    aspectRatio: capability.aspect_ratio_default,
    resolution: capability.resolution_default,
    sound: capability.sound_default,
    multiShot: capability.multi_shot.includes('off') ? 'off' : (capability.multi_shot[0] ?? 'off'),
    shots: [],
    orientation: capability.orientations[0] ?? null,
    watermark: false,
    inputs: sampleInputs(capability),
  };
}

function sampleInputs(capability: ModeCapability): OrderInput[] {
  return Object.entries(capability.inputs).flatMap(([role, count]) =>
    Array.from({ length: count?.min ?? 0 }, (_, index) => sampleInput(role as InputRole, index + 1)),
  );
}

function sampleInput(role: InputRole, number: number): OrderInput {
  const name = `${role}_${number}`;
  return role === 'element' ? { role, elementId: '1', name } : { role, url: SAMPLE_ADDRESS, name };
}
