/**
 * `npm run shots [-- <page> …]`: a picture of each page, wide and narrow, light and dark, into docs/screens/. They are
 * taken on the sandbox with a bit of finished traffic, and kept small: one palette of 256 colours is enough for an
 * interface.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { openHouse } from './house.ts';
import { open, resize, THEMES, WIDTHS, wear } from './look.ts';
import { PAGES, type Who } from './pages.ts';

const FOLDER = resolve(import.meta.dirname, '../../docs/screens');
/** A page is as long as its content; a picture of it need not be. */
const HIGHEST = { 1280: 1_600, 320: 1_400 } as const;

const wanted = process.argv.slice(2);
const shown = wanted.length === 0 ? PAGES : PAGES.filter(({ name }) => wanted.includes(name));
await mkdir(FOLDER, { recursive: true });
const house = await openHouse();
try {
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
