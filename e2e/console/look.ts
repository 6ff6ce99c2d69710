/** What is held against every page: that it is whole, fits the window, and that axe finds nothing. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import type { House } from './house.ts';
import type { Page as Entry } from './pages.ts';

export const WIDTHS = [1280, 320] as const;
export const THEMES = ['light', 'dark'] as const;
const HEIGHT = 900;

/** Runs before the page's own policy has a say, so that the policy stays as it is. */
export async function bringAxe(context: BrowserContext): Promise<void> {
  const file = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await context.addInitScript({ content: await readFile(file, 'utf8') });
}

/** Goes there, and waits until nothing is missing. The stream of events stays open, so quiet on the line is no sign. */
export async function open(page: Page, house: House, entry: Entry): Promise<void> {
  await page.goto(`${house.url}/console/${entry.at(house.things)}`);
  await page.getByRole('heading', { level: 1, name: entry.heading }).waitFor();
  await page.locator('main').getByText(entry.shows).first().waitFor({ state: 'attached' });
  await whole(page);
}

export async function whole(page: Page): Promise<void> {
  await page.locator('.still-shimmer, [aria-busy=true]').first().waitFor({ state: 'detached' });
  await page.evaluate('document.fonts.ready.then(() => true)');
}

export async function resize(page: Page, width: number, height = HEIGHT): Promise<void> {
  await page.setViewportSize({ width, height });
  await drawn(page);
}

export async function wear(page: Page, theme: (typeof THEMES)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await drawn(page);
}

/** Twice: the first frame may have been under way. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))',
  );
}

/** Scripts for the page are texts: nothing of the browser's world is known here, and the page gets nothing of ours. */
const OVERHANG = `(() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll('body *')].filter(
    (each) => each.getBoundingClientRect().right > clientWidth + 0.5,
  );
  const named = wide.slice(0, 4).map((each) => each.tagName.toLowerCase() + '.' + each.getAttribute('class'));
  return [scrollWidth + ' px in ' + clientWidth + ' px', ...named];
})()`;

/** How far the page reaches past the window, and with what. */
export async function overhang(page: Page): Promise<string[]> {
  return z.array(z.string()).parse(await page.evaluate(OVERHANG));
}

/** What is wrong with the page at each width and in each theme, a line for each thing; axe must have been brought. */
export async function faults(page: Page): Promise<string[]> {
  await whole(page);
  const found: string[] = [];
  for (const width of WIDTHS) {
    await resize(page, width);
    const lines = [...(await overhang(page))];
    for (const theme of THEMES) {
      await wear(page, theme);
      lines.push(...(await violations(page, theme === 'dark' ? 'color-contrast' : undefined)));
    }
    found.push(...lines.map((line) => `${width} px: ${line}`));
  }
  await wear(page, 'light');
  await resize(page, WIDTHS[0]);
  return found;
}

const Findings = z.array(
  z.object({
    id: z.string(),
    help: z.string(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
  }),
);

/** What axe finds, in a line for each element. What a theme can break is contrast, so it need not look at all twice. */
export async function violations(page: Page, only?: 'color-contrast'): Promise<string[]> {
  // Fingers need room as well: a rule that axe leaves off by itself.
  const rules = { 'target-size': { enabled: true } };
  const options = JSON.stringify({
    resultTypes: ['violations'],
    ...(only ? { runOnly: [only] } : { rules }),
  });
  const found = await page.evaluate(`axe.run(document, ${options}).then((result) => result.violations)`);
  return Findings.parse(found).flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  );
}
