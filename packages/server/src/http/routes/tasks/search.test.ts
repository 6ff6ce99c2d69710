/** Finding tasks by what is written on them, and taking a list along. */
import { expect, test } from 'vitest';
import { copyTask } from '../../../store/testing/many-tasks.ts';
import { addPath, liveWhole, ORDER } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

type Found = { id: string; prompt: string };

test('words of the prompt, the metadata and the client’s own names find a task, whatever their case', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const order = async (prompt: string, metadata: object, name: string) => {
    const headers = { 'idempotency-key': name };
    const body = { ...ORDER, prompt, metadata };
    rig.clock.advance(1_000);
    return (await rig.ask('POST', '/v1/videos/generations', { key, body, headers })).body.id;
  };
  const heron = await order('A heron lifts off at 100 % speed', { shot: 'Opening' }, 'job-4711');
  const boat = await order('a paper boat', { shot: 'ending' }, 'job-4712');
  const found = async (search: string) => {
    const answer = await rig.ask('GET', `/v1/tasks?search=${encodeURIComponent(search)}`, { key });
    expect(answer.body.searched_back_to).toBeUndefined();
    return answer.body.data.map(({ id }: Found) => id);
  };
  expect(await found('HERON')).toEqual([heron]);
  expect(await found('speed heron')).toEqual([heron]);
  expect(await found('heron boat')).toEqual([]);
  expect(await found('opening')).toEqual([heron]);
  expect(await found('job-4712')).toEqual([boat]);
  // What means anything to the database means itself here.
  expect(await found('%')).toEqual([heron]);
  expect(await found('job-47_1')).toEqual([]);
  expect(await found('\\')).toEqual([]);
  const stranger = await rig.account();
  expect((await rig.ask('GET', '/v1/tasks?search=heron', { key: stranger.key })).body.data).toEqual([]);
  expect((await rig.ask('GET', '/v1/tasks?search=%20', { key })).body.error).toMatchObject({
    field: 'search',
  });
});

test('a search stops after twenty thousand tasks, says where, and goes on from there', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const { taskId } = await liveWhole(rig, key);
  await copyTask(rig.database, taskId, 30_000, rig.clock.now() - 60_000);
  const find = async (words: string, cursor = '') =>
    (await rig.ask('GET', `/v1/tasks?limit=10&search=${words}${cursor && `&cursor=${cursor}`}`, { key }))
      .body;
  const near = await find('clip+7');
  expect(near.data).toHaveLength(10);
  expect(near.data[0].prompt).toBe('clip 7');
  const first = await find('clip+29999');
  expect(first.data).toEqual([]);
  expect(Date.parse(first.searched_back_to)).toBeLessThan(rig.clock.now() - 19_000 * 60_000);
  const second = await find('clip+29999', first.next_cursor);
  expect(second.data.map(({ prompt }: Found) => prompt)).toEqual(['clip 29999']);
  expect([second.next_cursor, second.searched_back_to]).toEqual([null, undefined]);
});

test('a list is taken along as CSV, however long, and no cell of it is a formula', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const { taskId } = await liveWhole(rig, key);
  await copyTask(rig.database, taskId, 1_200, rig.clock.now() - 60_000);
  const body = { ...ORDER, prompt: '=cmd|"calc"!A1, and\n"quoted"' };
  await rig.ask('POST', '/v1/videos/generations', { key, body });
  const answer = await rig.ask('GET', '/v1/tasks/export', { key });
  expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(answer.text.match(/\r\n/g)).toHaveLength(1_203);
  expect(answer.text.split('\r\n')[0]).toMatch(/^id,created_at,.*,charge,currency,error_code,metadata$/);
  expect(answer.text).toContain(`"'=cmd|""calc""!A1, and\n""quoted"""`);
  const failed = await rig.ask('GET', '/v1/tasks/export?stage=failed&search=clip', { key });
  expect(failed.text.match(/\r\n/g)).toHaveLength(121);
});
