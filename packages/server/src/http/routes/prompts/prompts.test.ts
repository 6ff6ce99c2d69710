import { CreateGeneration } from '@sluice/contract';
import { expect, test } from 'vitest';
import { addPath } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

test('every worked example can be ordered as it is', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const { body } = await rig.ask('GET', '/v1/prompts', { key });
  expect(body.data.length).toBeGreaterThanOrEqual(5);
  for (const { order, title, shipped } of body.data) {
    expect(shipped).toBe(true);
    const quote = await rig.ask('POST', '/v1/quotes', { key, body: CreateGeneration.parse(order) });
    expect(quote.status, title).toBe(200);
  }
});

test('a team keeps its own, newest first, and nobody else sees them', async () => {
  const rig = use();
  const own = await rig.account();
  const other = await rig.account();
  const add = (title: string) =>
    rig.ask('POST', '/v1/prompts', {
      key: own.key,
      body: { title, order: { model: 'kling-3.0', prompt: '<script>alert(1)</script> 🛶 مرحبا' } },
    });
  const first = await add('One');
  rig.clock.advance(1_000);
  await add('Two');
  const titles = async (key: string) =>
    (await rig.ask('GET', '/v1/prompts', { key })).body.data
      .filter((prompt: { shipped: boolean }) => !prompt.shipped)
      .map((prompt: { title: string }) => prompt.title);
  expect(await titles(own.key)).toEqual(['Two', 'One']);
  expect(await titles(other.key)).toEqual([]);
  expect(await titles(rig.operatorKey)).toEqual([]);
  expect((await rig.ask('DELETE', `/v1/prompts/${first.body.id}`, { key: other.key })).status).toBe(404);
  expect((await rig.ask('DELETE', `/v1/prompts/${first.body.id}`, { key: own.key })).status).toBe(200);
  expect(await titles(own.key)).toEqual(['Two']);
  const example = await rig.ask('DELETE', '/v1/prompts/example_paper-boat', { key: own.key });
  expect(example.status).toBe(404);
});

test.each([
  [{ title: '', order: { model: 'kling-3.0' } }, 'title'],
  [{ title: 'x', order: { model: 'no-such' } }, 'order.model'],
  [{ title: 'x', order: { model: 'kling-3.0', image_start: 'file:1' } }, 'order.image_start'],
])('%j is refused', async (body, field) => {
  const rig = use();
  const { key } = await rig.account();
  expect((await rig.ask('POST', '/v1/prompts', { key, body })).body.error.field).toBe(field);
});
