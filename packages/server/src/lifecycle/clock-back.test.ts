/** A wall clock that is set back by an hour must not keep what was read before it for that hour. */
import { expect, test } from 'vitest';
import { addPath, PATH } from '../http/testing/life.ts';
import { useRig } from '../http/testing/rig.ts';
import { createGate } from './gate.ts';
import { pathDirectory } from './paths.ts';

const rig = useRig();
const HOUR_MS = 3_600_000;
const second = (text: string) => rig().database.query({ name: '', text });

test('quarantine and terms are read again', async () => {
  const { context, clock } = rig();
  let backMs = 0;
  const shifted = { ...clock, now: () => clock.now() - backMs };
  const gate = createGate(context.store, context.blobs, shifted, 0);
  const { id } = await rig().account();
  expect([await gate.quarantined(), (await gate.termsOf(id)).markupPercent]).toEqual([false, 0]);
  await context.store.nodes.writeSetting('quarantine', true);
  await second(`UPDATE accounts SET markup_basis_points = 2000 WHERE id = '${id}'`);
  backMs = HOUR_MS;
  clock.advance(1_001);
  expect([await gate.quarantined(), (await gate.termsOf(id)).markupPercent]).toEqual([true, 20]);
  await context.store.nodes.writeSetting('quarantine', false);
});

test('paths are read again', async () => {
  await addPath(rig());
  const { store, secrets, catalogue, clock } = rig().context;
  const paths = pathDirectory(store, secrets, catalogue);
  await paths.refresh(clock.now());
  await second(`UPDATE paths SET state = 'paused' WHERE name = '${PATH}'`);
  await paths.refresh(clock.now() - HOUR_MS);
  expect(paths.byName(PATH)?.row.state).toBe('paused');
});
