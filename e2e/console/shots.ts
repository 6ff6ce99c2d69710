/**
 * `npm run shots [-- <page> …]`: a picture of each page, wide and narrow, light and dark, into docs/screens/. They are
 * taken on the sandbox with a bit of finished traffic, and kept small: one palette of 256 colours is enough for an
 * interface.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Sluice } from '@sluice/sdk';
import type { Page } from 'playwright-core';
import { PATH } from '../processes/installation.ts';
import { type House, openHouse } from './house.ts';
import { open, resize, THEMES, WIDTHS, wear } from './look.ts';
import { PAGES, type Who } from './pages.ts';

const FOLDER = resolve(import.meta.dirname, '../../docs/screens');
/** A page is as long as its content; a picture of it need not be. */
const HIGHEST = { 1280: 1_600, 320: 1_400 } as const;

const SLOW = [
  'a train crosses a viaduct in the fog, aerial, slow',
  'ink spreads in clear water, macro',
  'lanterns rise over a river at dusk, wide',
  'a potter’s hands shape wet clay, close, warm light',
  'waves against a lighthouse, storm, long lens',
];

const wanted = process.argv.slice(2);
const shown = wanted.length === 0 ? PAGES : PAGES.filter(({ name }) => wanted.includes(name));
await mkdir(FOLDER, { recursive: true });
const house = await openHouse();
try {
  await keepBusy(house);
  const known = new Map<Who, Page>();
  for (const entry of shown) {
    const page = known.get(entry.as) ?? (await house.visit(entry.as)).page;
    known.set(entry.as, page);
    await resize(page, WIDTHS[0]);
    await open(page, house, entry);
    for (const width of WIDTHS) {
      await resize(page, width);
      for (const theme of THEMES) {
        await wear(page, theme);
        const file = join(FOLDER, `${entry.name}-${width}-${theme}.webp`);
        await writeFile(file, await picture(page, width));
      }
    }
    process.stdout.write(`${entry.name}\n`);
  }
} finally {
  await house.close();
}
process.exit(0);

/** Work under way while the pictures are taken: slots that are taken, and two customers who wait for one. */
async function keepBusy({ installation, studio, agency }: House): Promise<void> {
  const family = 'kling-v3-omni';
  await installation.operator.paths.update(PATH, { limits: { [family]: 4 } });
  await installation.emulator.faults({
    next: [{ at: 'task', fault: { do: 'slow-render', factor: 3_000 }, times: 4 }],
  });
  const order = (prompt: string) => ({ model: 'kling-o3', prompt, duration: 5, quality: '720p' as const });
  for (const prompt of SLOW) await studio.sluice.tasks.create(order(prompt));
  for (const prompt of SLOW.slice(0, 2)) await agency.sluice.tasks.create(order(prompt));
  await expectTaken(installation.operator, family, 4);
}

/** By the gate itself, which says so as soon as they are on their way. */
async function expectTaken(operator: Sluice, family: string, wanted: number): Promise<void> {
  for (;;) {
    const { paths } = await operator.gate.get();
    const lane = paths.flatMap(({ families }) => families).find((each) => each.family === family);
    if (lane?.occupied === wanted) return;
    await setTimeout(100);
  }
}

/** As if the window were as high as the page, by the browser itself, which writes WebP. */
async function picture(page: Page, width: (typeof WIDTHS)[number]): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  const { cssContentSize } = await session.send('Page.getLayoutMetrics');
  await resize(page, width, Math.min(HIGHEST[width], Math.ceil(cssContentSize.height)));
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 70 });
  await session.detach();
  await resize(page, width);
  return Buffer.from(data, 'base64');
}
