/** Being told, set up as an operator would: a chat room is added, tested, and told of a path that was paused. */
import { createServer, type Server } from 'node:http';
import { createTestDatabase } from '@sluice/server/store/testing/test-database.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PATH } from '../processes/installation.ts';
import { type House, openHouse } from './house.ts';
import { bringAxe, faults } from './look.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 });

/** A chat room that takes what Slack takes, and answers as Slack does. */
type Room = { url: string; texts: string[]; hears(text: string): Promise<string>; close(): Promise<void> };

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let house: House;
let room: Room;

beforeAll(async () => {
  database = await createTestDatabase();
  [house, room] = await Promise.all([openHouse(database.url), openRoom()]);
});

afterAll(async () => {
  await house?.close();
  await room?.close();
  await database?.drop();
});

async function openRoom(): Promise<Room> {
  const texts: string[] = [];
  const listeners = new Set<() => void>();
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const known =
        typeof body === 'object' &&
        body !== null &&
        'text' in body &&
        request.headers['webhook-id'] === undefined;
      if (known) texts.push(String(body.text));
      response.writeHead(known ? 200 : 400, { 'content-type': 'text/plain' }).end(known ? 'ok' : 'no_text');
      for (const listener of listeners) listener();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/services/T0001/B0002/a-long-secret-w0rd`,
    texts,
    hears: (text) =>
      new Promise((resolve) => {
        const look = () => {
          const found = texts.find((each) => each.includes(text));
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

test('a room is added, tested, told what happens, and removed, without a mouse where keys will do', async () => {
  const { context, page, complaints } = await house.visit('operator');
  await bringAxe(context);
  await page.goto(`${house.url}/console/settings`);
  await page.getByRole('button', { name: 'Add a place' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Add a place' });
  await dialog.getByLabel('Address').fill(room.url);
  await dialog.getByLabel('Name').fill('#video-ops');
  expect(await faults(page)).toEqual([]);
  await dialog.getByLabel('Name').press('Enter');
  await dialog.waitFor({ state: 'hidden' });

  const row = page.getByRole('row').filter({ hasText: '#video-ops' });
  await row.getByText('nothing yet').waitFor();
  expect(await page.locator('main').innerText()).not.toContain('a-long-secret');
  await row.getByRole('button', { name: 'Test' }).press('Enter');
  await page.getByText('The test arrived.').waitFor();
  await row.getByText('delivered').waitFor();
  expect(room.texts[0]).toMatch(/^A test: /);

  await house.installation.operator.paths.update(PATH, { state: 'paused' });
  const threshold = page.getByLabel('A warning is told after, minutes');
  await threshold.fill('0');
  await threshold.press('Enter');
  await page.getByText('set here, the default is 5').waitFor();
  expect(await room.hears(`The path ${PATH} is paused`)).toMatch(
    /^🟠 Warning: .*\nResume it, or retire it\./,
  );
  await house.installation.operator.paths.update(PATH, { state: 'active' });
  await page.getByRole('button', { name: 'Back to the defaults' }).click();
  await page.getByText('set here, the default is 5').waitFor({ state: 'detached' });
  expect(await faults(page)).toEqual([]);

  await row.getByLabel('What is told at #video-ops').selectOption('critical only');
  await expect.poll(async () => (await places())[0]?.least_severity).toBe('critical');
  await row.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  expect(await places()).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});

const places = async () =>
  (await house.installation.operator.webhooks.list({ of: 'installation' })).data.filter(
    ({ format }) => format === 'slack',
  );

test('the people of an account are told of theirs, and a room that does not answer is seen', async () => {
  const { context, page } = await house.visit('developer');
  await page.goto(`${house.url}/console/settings`);
  await page.getByText('Nobody is told').waitFor();
  await page.getByRole('button', { name: 'Add a place' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add a place' });
  await dialog.getByText('Program').click();
  await dialog.getByLabel('Address').fill(`${room.url}?not=a-room`);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('Deliveries are signed with it').waitFor();
  await page.getByRole('button', { name: 'I have it' }).click();
  const row = page.getByRole('row').filter({ hasText: 'signed events' });
  await row.getByRole('button', { name: 'Test' }).click();
  await page.getByText('The test did not arrive: 400').waitFor();
  await page.getByLabel('A balance is below, of its currency').waitFor();
  expect(await page.getByLabel('A wallet lasts less than, hours').count()).toBe(0);
  await context.close();
});
