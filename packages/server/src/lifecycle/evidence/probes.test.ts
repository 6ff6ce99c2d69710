/** Which clips a verification orders: whatever a path sells can be tried, given a picture and a video. */
import type { Mode } from '@sluice/contract';
import { beforeAll, describe, expect, test } from 'vitest';
import { addPath, PATH } from '../../http/testing/life.ts';
import { useRig } from '../../http/testing/rig.ts';
import type { AccessPath } from '../paths.ts';
import { probesFor } from './probes.ts';

const rig = useRig();
const GIVEN = { image: 'https://files.example.com/cat.png', video: 'https://files.example.com/dance.mp4' };

let path: AccessPath;

beforeAll(async () => {
  await addPath(rig());
  await rig().context.paths.refresh(rig().clock.now(), true);
  const found = rig().context.paths.byName(PATH);
  if (!found) throw new Error('the path is there');
  path = found;
});

function probed(model: string, given: object = GIVEN) {
  return probesFor(rig().context, path, { model, ...given });
}

describe('with a picture and a video', () => {
  test.each<[string, Mode[]]>([
    ['kling-3.0', ['text-to-video', 'image-to-video']],
    ['kling-o3', ['text-to-video', 'image-to-video', 'reference-to-video', 'video-edit']],
    ['kling-o1', ['text-to-video', 'image-to-video', 'reference-to-video', 'video-edit']],
    ['kling-motion-control', ['motion-control']],
  ])('%s is tried in each of its modes', (model, modes) => {
    const found = probed(model);
    expect(found?.probes.map(({ mode }) => mode).toSorted()).toEqual(modes.toSorted());
    expect(found?.leftOut).toEqual([]);
  });

  test('the shortest length that the rules of the model allow is taken', () => {
    const lengths = probed('kling-o1')?.probes.map(({ mode, order }) => [mode, order.duration]);
    expect(lengths).toContainEqual(['image-to-video', 5]);
    expect(lengths).toContainEqual(['reference-to-video', 3]);
  });
});

test('without them the modes that need one are left out, and it is said why', () => {
  expect(probed('kling-o3', {})).toMatchObject({
    probes: [{ mode: 'text-to-video' }],
    leftOut: [
      'image-to-video needs a picture (image)',
      'reference-to-video needs a picture (image)',
      'video-edit needs a video (video)',
    ],
  });
  expect(probed('kling-motion-control', {})).toBeNull();
});
