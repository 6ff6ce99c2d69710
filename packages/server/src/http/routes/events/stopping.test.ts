import { expect, test } from 'vitest';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

test('stopping ends the streams, and the server closes without waiting for their clients', async () => {
  const rig = use();
  const { key } = await rig.account();
  await rig.app.listen({ port: 0, host: '127.0.0.1' });
  const address = rig.app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  const response = await fetch(`http://127.0.0.1:${address.port}/v1/events`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const text = response.text();
  await rig.app.close();
  expect(await text).toBe('retry: 2000\n\n');
});
