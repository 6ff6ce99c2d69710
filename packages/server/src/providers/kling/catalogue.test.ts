/**
 * Two independent readings against ours: the catalogue (what we sell) and the emulator (what is taken).
 * An order that the catalogue allows must be possible here, and one that we build must be taken there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Mode, type ModeCapability, ModelDefinition, type Order } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { brokenRule } from '../../decide/rules.ts';
import type { Stage } from '../conformance/subject.ts';
import { createDrive, upstreamLimits } from '../drive.ts';
import { kling } from './adapter.ts';
import { klingModels } from './models.ts';
import { declaredOrders, inputOf, orderOf, shotsFor } from './testing/orders.ts';
import { apiKey } from './testing/stage.ts';
import { ids, klingSubject, paths } from './testing/subject.ts';

const folder = new URL('../../../catalogue/models/', import.meta.url);

const sold = readdirSync(folder)
  .map((file) => ModelDefinition.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))))
  .filter(({ id }) => Object.hasOwn(klingModels, id));

/** Every combination of what a client may choose, with the least inputs and with one more of each role. */
function* ordersOf(model: string, mode: Mode, capability: ModeCapability): Generator<Order> {
  const roles = Object.entries(capability.inputs) as [
    Parameters<typeof inputOf>[0],
    { min: number; max: number },
  ][];
  const needed = roles.filter(([, { min }]) => min > 0).map(([role]) => inputOf(role));
  const more = roles
    .filter(([, { min, max }]) => min === 0 && max > 0)
    .map(([role]) => [...needed, inputOf(role)]);
  for (const inputs of [needed, ...more]) {
    for (const resolution of capability.resolutions) {
      for (const sound of capability.sound) {
        for (const multiShot of capability.multi_shot) {
          for (const seconds of capability.seconds?.allowed ?? [null]) {
            const shots = multiShot === 'custom' ? shotsFor(seconds ?? 5) : [];
            const orientation = capability.orientations.at(-1) ?? null;
            const aspectRatio = capability.aspect_ratio_default;
            const choice = { resolution, sound, multiShot, seconds, shots, orientation, aspectRatio };
            yield orderOf({ model, mode, inputs, ...choice });
          }
        }
      }
    }
  }
}

describe('the catalogue', () => {
  test('sells every model that this adapter can render, under the same slot family', () => {
    const families = Object.entries(klingModels).map(([id, { family }]) => [id, family]);
    expect(sold.map(({ id, family }) => [id, family]).sort()).toEqual(families.sort());
  });

  test.each(sold.map((model) => [model.id, model] as const))(
    'sells nothing of %s that cannot be sent',
    (id, model) => {
      let tried = 0;
      for (const mode of Mode.options) {
        const capability = model.modes[mode];
        if (!capability) continue;
        for (const order of ordersOf(id, mode, capability)) {
          if (brokenRule(model, order) !== null) continue;
          tried += 1;
          expect(kling.supports(order, paths.new), JSON.stringify(order)).toEqual({ ok: true });
        }
      }
      expect(tried).toBeGreaterThan(3);
    },
  );
});

describe('the emulator takes every declared order', () => {
  test.each(Object.keys(paths))('on the %s path', async (name) => {
    const { emulated } = klingSubject();
    const refusals: unknown[] = [];
    for (const { about, order, onLegacy } of declaredOrders()) {
      if (name === 'legacy' && !onLegacy) continue;
      const stage = emulated?.open(name);
      if (!stage) throw new Error('no emulator');
      const known = order.inputs.some(({ role }) => role === 'element')
        ? await withElement(stage, order)
        : order;
      const clock = { now: stage.nowMs, monotonic: stage.nowMs };
      const drive = createDrive({ outbound: stage.outbound, clock });
      const { outcome } = await drive.runSubmit(kling.submit(stage.path(), known, ids), stage.path());
      if (outcome.kind !== 'accepted') refusals.push([about, outcome]);
    }
    expect(refusals).toEqual([]);
  });
});

/** Elements live in the account's library: makes one there and puts its long id into the order. */
async function withElement(stage: Stage, order: Order): Promise<Order> {
  const image = 'https://media.example/face.png';
  const element = {
    element_name: 'boat',
    element_description: 'a paper boat',
    reference_type: 'image_refer',
    element_image_list: { frontal_image: image, refer_images: [{ image_url: image }] },
  };
  const url = 'https://api-singapore.klingai.com/v1/general/advanced-custom-elements';
  const ask = async (method: 'GET' | 'POST', body?: string) => {
    const answer = await stage.outbound.request({
      method,
      url,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
      trust: 'configured',
      limits: upstreamLimits,
      redirects: 0,
    });
    return answer.kind === 'answered' ? new TextDecoder().decode(answer.body) : '';
  };
  await ask('POST', JSON.stringify(element));
  stage.advance(60_000);
  const elementId = /"element_id":\s*(\d{15,19})/.exec(await ask('GET'))?.[1];
  if (!elementId) throw new Error('the emulator made no element');
  const inputs = order.inputs.map((input) => (input.role === 'element' ? { ...input, elementId } : input));
  return { ...order, inputs };
}
