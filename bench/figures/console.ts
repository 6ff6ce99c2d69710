/**
 * The console in a browser on the same machine: from the start of the navigation until a page stands whole, with its
 * heading, what it is about and nothing still to come. A visitor's first page of all, with an empty cache, and one they
 * open again; beside them an empty document of the same gateway, which is what the browser takes by itself.
 */
import { type House, openHouse } from '@sluice/e2e/console/house.ts';
import { type Page as Entry, PAGES } from '@sluice/e2e/console/pages.ts';
import { type Figure, type Line, quantity } from '../figure.ts';
import { interleave, medianOf } from '../measure.ts';

const WHOLE_MOST_MS = 1_000;

type Readings = { first: number; again: number; empty: number };

export const pages: Figure = {
  name: 'console',
  title: 'Console: pages in a browser on the same machine, until they stand whole',
  run: async ({ quick, progress }) => {
    progress.say('a gateway with some finished traffic, and a browser');
    const house = await openHouse();
    try {
      const read = await interleave(
        quick ? 2 : 7,
        Object.fromEntries(PAGES.map((entry) => [entry.name, () => visited(house, entry)])),
        (done, all) => progress.step('visits', done, all),
      );
      const medians = Object.entries(read).map(([name, each]) => ({
        name,
        first: medianOf(each.map(({ first }) => first)),
        again: medianOf(each.map(({ again }) => again)),
      }));
      const empty = medianOf(Object.values(read).flatMap((each) => each.map((reading) => reading.empty)));
      const line = (figure: string, ms: number, most: number | null): Line => ({
        figure,
        sluice: quantity(ms, 'ms'),
        baseline: quantity(empty, 'ms'),
        aim: most === null ? null : { of: 'sluice', most },
      });
      const [slowest] = medians.toSorted((a, b) => b.first - a.first);
      const [slowestAgain] = medians.toSorted((a, b) => b.again - a.again);
      if (!slowest || !slowestAgain) throw new Error('there are no pages');
      return [
        line(
          `first visit, slowest of ${medians.length} pages: ${slowest.name}`,
          slowest.first,
          WHOLE_MOST_MS,
        ),
        line('first visit, the page in the middle', medianOf(medians.map(({ first }) => first)), null),
        line(`opened again, slowest: ${slowestAgain.name}`, slowestAgain.again, WHOLE_MOST_MS),
        line('opened again, the page in the middle', medianOf(medians.map(({ again }) => again)), null),
      ];
    } finally {
      await house.close();
    }
  },
};

async function visited(house: House, entry: Entry): Promise<Readings> {
  const { context, page } = await house.visit(entry.as);
  try {
    await page.goto(`${house.url}/healthz`);
    const empty = Number(await page.evaluate('performance.getEntriesByType("navigation")[0].loadEventStart'));
    await page.addInitScript({ content: watch(entry) });
    const address = `${house.url}/console/${entry.at(house.things)}`;
    const whole = async (): Promise<number> => {
      await page.goto(address, { waitUntil: 'commit' });
      return Number(await page.evaluate('window.benchWhole'));
    };
    return { empty, first: await whole(), again: await whole() };
  } finally {
    await context.close();
  }
}

/** Looked at before each frame, by the page's own clock, which begins with the navigation. */
function watch({ heading, shows }: Entry): string {
  return `window.benchWhole = new Promise((done) => {
    const look = () => {
      const title = document.querySelector('h1')?.textContent ?? '';
      const coming = document.querySelector('.still-shimmer, [aria-busy=true]');
      const text = document.querySelector('main')?.textContent ?? '';
      if (${heading}.test(title) && ${shows}.test(text) && coming === null) done(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  });`;
}
