/**
 * The console in a real browser: each page as its user sees it, what moves by itself, and what happens when the session
 * or the gateway is not what it should be.
 */
import { copyTask } from '@sluice/server/store/testing/many-tasks.ts';
import { openTestDatabase } from '@sluice/server/store/testing/server.ts';
import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { EMULATOR_KEY } from '../processes/emulator.ts';
import type { House, Visitor } from './house.ts';
import { bringAxe, open, overhang, resize, THEMES, violations, WIDTHS, wear, whole } from './look.ts';
import { PAGES, type Who } from './pages.ts';
import { useHouse } from './use-house.ts';

let house: House;
let databaseUrl: string;
const known = new Map<Who, Visitor>();

useHouse((all) => {
  ({ house, databaseUrl } = all);
});

/** Each user signs in once; what they left open stays open. */
async function visitorOf(as: Who): Promise<Visitor> {
  const before = known.get(as);
  if (before) return before;
  const visitor = await house.visit(as);
  await bringAxe(visitor.context);
  known.set(as, visitor);
  return visitor;
}

describe('each page, as its user', () => {
  for (const entry of PAGES) {
    test(`${entry.name}: nothing for axe, nothing beyond the window, no complaint`, async () => {
      const { page, complaints } = await visitorOf(entry.as);
      complaints.length = 0;
      await resize(page, WIDTHS[0]);
      await wear(page, THEMES[0]);
      await open(page, house, entry);
      const found: Record<string, string[]> = {};
      for (const width of WIDTHS) {
        await resize(page, width);
        found[`too wide at ${width}`] = await overhang(page);
        for (const theme of THEMES) {
          await wear(page, theme);
          found[`axe at ${width}, ${theme}`] = await violations(
            page,
            theme === 'dark' ? 'color-contrast' : undefined,
          );
        }
      }
      expect(Object.entries(found).filter(([, lines]) => lines.length > 0)).toEqual([]);
      expect(complaints).toEqual([]);
    });
  }
});

describe('the door', () => {
  test('shows itself to a stranger, without a complaint, and passes axe', async () => {
    const { context, page, complaints } = await house.knock();
    await bringAxe(context);
    await page.goto(`${house.url}/console/`);
    await page.getByRole('heading', { name: 'Sign in to Sluice' }).waitFor();
    for (const width of WIDTHS) {
      await resize(page, width);
      expect(await overhang(page)).toEqual([]);
      expect(await violations(page)).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a link signs in once; a key does as well; signing out ends it on the gateway', async () => {
    const { context, page } = await house.knock();
    const link = await house.signInLink('developer');
    await page.goto(link);
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    expect(page.url()).not.toContain('token');
    await page.getByRole('button', { name: 'You and this page' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Sluice' }).waitFor();
    expect((await context.request.get(`${house.url}/v1/session`)).status()).toBe(401);

    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('alert').getByText('Sign-in links work once').waitFor();

    await page.getByLabel(/key/i).fill(house.studio.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    await context.close();
  });

  test('a session that ends while somebody works: the page stays, and goes on after a key', async () => {
    const { context, page } = await house.signIn('developer');
    await page.goto(`${house.url}/console/playground?model=kling-3.0`);
    await page.getByLabel('Prompt', { exact: true }).fill('half a thought');
    await endSession(page);
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    await dialog.getByLabel(/key/i).fill(house.studio.key);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.getByLabel('Prompt', { exact: true }).inputValue()).toBe('half a thought');
    await context.close();
  });
});

/** On the gateway, as an owner who was removed would see it: the browser still has its cookie. */
async function endSession(page: Page): Promise<void> {
  const cookies = await page.context().cookies();
  const session = await (await page.request.get(`${house.url}/v1/session`)).json();
  const ended = await page.request.delete(`${house.url}/v1/session`, {
    headers: { 'x-sluice-csrf': session.csrf_token },
  });
  expect(ended.status()).toBe(200);
  await page.context().addCookies(cookies);
}

describe('how it comes', () => {
  /** What the page that is opened needs at once, as gzip. */
  const INITIAL_MOST_BYTES = 200_000;
  const PAUSED = "document.querySelector('video').paused";

  test('the scripts of the first page are small', async () => {
    const html = await (await fetch(`${house.url}/console/`)).text();
    const names = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(2);
    // Menus and dialogs come when they are opened.
    expect(names.filter((name) => name.includes('widgets'))).toEqual([]);
    let bytes = 0;
    for (const name of names) {
      const headers = { 'accept-encoding': 'gzip' };
      const answer = await fetch(`${house.url}${name}`, { headers, method: 'GET' });
      bytes += Number(answer.headers.get('content-length'));
    }
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(INITIAL_MOST_BYTES);
  });

  test('the frame stands, and what the page needs is asked for, before the large script is there', async () => {
    const { context, page, complaints } = await house.visit('developer');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    let letCome = (): void => {};
    const held = new Promise<void>((resolve) => {
      letCome = resolve;
    });
    await context.route('**/assets/base-*.js', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`${house.url}/console/tasks?stage=failed`, { waitUntil: 'commit' });
    await page.getByRole('status').getByText('Opening the console').waitFor();
    await vi.waitFor(() => expect(asked).toContain('/v1/session'));
    await vi.waitFor(() => expect(asked.some((path) => /\/assets\/tasks-/.test(path))).toBe(true));
    letCome();
    await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor();
    expect(asked.filter((path) => path === '/v1/session')).toHaveLength(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('an operator with one account works for it, and nothing is asked twice for that', async () => {
    const { context, page, complaints } = await house.visit('operator');
    const accounts = await house.installation.operator.accounts.list();
    await page.route('**/v1/accounts', (route) =>
      route.fulfill({ json: { ...accounts, data: accounts.data.slice(0, 1) } }),
    );
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${house.url}/console/`);
    const [only] = accounts.data;
    await page.getByRole('button', { name: `Account: ${only?.name}` }).waitFor();
    await page.getByText('Recent clips').waitFor();
    await whole(page);
    for (const path of ['/v1/session', '/v1/accounts', '/v1/alerts', '/v1/activity']) {
      expect([path, asked.filter((each) => each === path).length]).toEqual([path, 1]);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a grade is explained to whoever points at it, comes to it by keys or touches it', async () => {
    const { context, page } = await house.visit('developer');
    await page.goto(`${house.url}/console/models/kling-3.0`);
    const grade = page.getByRole('button', { name: /^declared/ }).first();
    const card = page.getByRole('tooltip');
    await grade.hover();
    await card.getByText('not measured here').waitFor();
    await page.mouse.move(0, 0);
    await card.waitFor({ state: 'hidden' });
    await grade.click();
    await card.waitFor();
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'Try it' }).focus();
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    while (!(await focused.getAttribute('aria-label'))?.startsWith('declared')) {
      await page.keyboard.press('Tab');
    }
    await card.getByText('not measured here').waitFor();
    await context.close();
  });

  test('charts are drawn, and numbers written, in a browser whose language is none', async () => {
    const { context, page, complaints } = await house.visit('operator');
    await context.addInitScript(`const told = { language: 'en-US@posix', languages: ['en-US@posix'] };
      for (const [name, value] of Object.entries(told))
      Object.defineProperty(Navigator.prototype, name, { get: () => value, configurable: true });`);
    await page.goto(`${house.url}/console/paths/${house.things.path}`);
    const chart = page.getByRole('img', { name: /^Tasks at once by hour/ });
    await chart.locator('canvas').waitFor();
    await page.getByText(/^\d{3},\d{3}(\.\d+)? of 1,000,000$/).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a card plays its clip when somebody points at it, and stands still before', async () => {
    const { context, page } = await house.visit('developer', { reducedMotion: 'no-preference' });
    await page.goto(`${house.url}/console/models`);
    const card = page
      .getByRole('listitem')
      .filter({ has: page.getByRole('link', { name: 'Kling 3.0', exact: true }) });
    await card.locator('img').waitFor();
    expect(await page.locator('video').count()).toBe(0);
    await card.hover();
    await card.locator('video').waitFor();
    await expect.poll(() => page.evaluate(PAUSED)).toBe(false);
    await page.mouse.move(0, 0);
    await expect.poll(() => page.evaluate(PAUSED)).toBe(true);
    await context.close();
  });
});

describe('what moves by itself', () => {
  test('a task that somebody else orders waits behind a button, and a shown one changes where it stands', async () => {
    const { context, page } = await house.visit('developer');
    await page.goto(`${house.url}/console/tasks`);
    await page.getByText('a heron').first().waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    const { sluice } = house.studio;
    await house.installation.emulator.settings({ timing: { renderBaseMs: 60_000 } });
    const { id } = await sluice.tasks.create({
      model: 'kling-3.0',
      prompt: 'ordered elsewhere',
      duration: 5,
    });
    await page.getByRole('button', { name: '1 new' }).click();
    const row = page.getByRole('row').filter({ hasText: 'ordered elsewhere' });
    await row.getByText(/rendering/i).waitFor();
    await house.installation.emulator.settings({ timing: { renderBaseMs: 200 } });
    await sluice.tasks.cancel(id).catch(() => {});
    await context.close();
  });

  test('a clip, from the prompt to the player, with what it cost', async () => {
    const { context, page, complaints } = await house.visit('developer');
    await page.goto(`${house.url}/console/playground?model=kling-3.0`);
    await page.getByLabel('Prompt', { exact: true }).fill('a kite over a harbour');
    await page.getByRole('status').getByText(/\$/).first().waitFor();
    await page.getByRole('button', { name: 'Generate', exact: true }).click();
    const clip = page.getByLabel('The clip');
    await clip.waitFor();
    const address = await clip.getAttribute('src');
    const bytes = await page.request.get(`${house.url}${address}`);
    expect(bytes.headers()['content-type']).toBe('video/mp4');
    expect((await bytes.body()).subarray(4, 8).toString()).toBe('ftyp');
    await page.getByRole('link', { name: /Download/ }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe('a fault that somebody hunts', () => {
  test('an operator sees what the vendor was told, without secrets; a customer is not offered it', async () => {
    const { context, page } = await house.visit('operator');
    await page.goto(`${house.url}/console/tasks/${house.things.taskId}`);
    await page.getByText('Raw requests').click();
    const sent = page.locator('pre').filter({ hasText: 'a heron' });
    await sent.waitFor();
    expect(await sent.innerText()).toMatch(/\/callbacks\/kling-sandbox\/…/);
    expect(await page.locator('main').innerText()).not.toContain(EMULATOR_KEY);
    await context.close();

    const { context: theirs, page: own } = await house.visit('developer');
    await own.goto(`${house.url}/console/tasks/${house.things.taskId}`);
    await own.getByText('task.completed').first().waitFor();
    expect(await own.getByText('Raw requests').count()).toBe(0);
    await theirs.close();
  });
});

describe('a gateway that is not well', () => {
  test('a read that fails says what, why and which request; trying again mends it', async () => {
    const { context, page } = await house.visit('developer');
    const broken = {
      error: {
        code: 'internal',
        type: 'api_error',
        param: null,
        message: 'The gateway stumbled.',
        fix: 'Try again.',
        retryable: false,
        request_id: 'req_seen',
      },
    };
    await page.route('**/v1/tasks?*', (route) => route.fulfill({ status: 500, json: broken }));
    await page.goto(`${house.url}/console/tasks`);
    const alert = page.getByRole('alert');
    await alert.getByText('The tasks could not be read.').waitFor();
    await alert.getByText('The gateway stumbled.').waitFor();
    await page.unroute('**/v1/tasks?*');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('a heron').first().waitFor();
    await context.close();
  });

  test('a slow read shows what is about to come, and does not jump', async () => {
    const { context, page } = await house.visit('developer');
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => {
      void page.route('**/v1/tasks?*', async (route) => {
        resolve();
        await new Promise<void>((go) => {
          answer = go;
        });
        await route.continue();
      });
    });
    await page.goto(`${house.url}/console/tasks`);
    await asked;
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    const before = await page.getByRole('heading', { level: 1 }).boundingBox();
    answer();
    await page.getByText('a heron').first().waitFor();
    expect(await page.getByRole('heading', { level: 1 }).boundingBox()).toEqual(before);
    await context.close();
  });

  test('an order that is refused says so, and that nothing is charged', async () => {
    const { context, page } = await house.visit('developer');
    await page.goto(`${house.url}/console/playground?model=kling-3.0`);
    await page.getByLabel('Prompt', { exact: true }).fill('x'.repeat(3_073));
    await page.getByRole('button', { name: 'Generate', exact: true }).click();
    const alert = page.getByRole('alert');
    await alert.getByText(/^It was not ordered, and nothing is charged/).waitFor();
    await context.close();
  });

  test('an order whose answer was lost is made once, also when it is pressed again after a reload', async () => {
    const { context, page } = await house.visit('developer');
    const prompt = 'a kite, ordered once';
    let lost = 0;
    await page.route('**/v1/videos/generations', async (route) => {
      // It arrives, and the answer does not come back: neither to the press nor to the repeat that follows by itself.
      await route.fetch();
      lost += 1;
      await route.abort('connectionreset');
    });
    await page.goto(`${house.url}/console/playground?model=kling-3.0`);
    await page.getByLabel('Prompt', { exact: true }).fill(prompt);
    const generate = page.getByRole('button', { name: 'Generate', exact: true });
    await generate.click();
    const alert = page.getByRole('alert');
    await alert.getByText('Nobody heard whether it was ordered.').waitFor();
    await alert.getByText(/never done twice/).waitFor();
    expect(lost).toBe(2);
    await page.unroute('**/v1/videos/generations');
    await page.reload();
    await generate.click();
    await page.getByText('It had arrived the first time').waitFor();
    await page.getByRole('region', { name: 'Result' }).waitFor();
    const made = async () => {
      const tasks = await house.studio.sluice.tasks.list({ limit: 20 });
      return tasks.data.filter((task) => task.prompt === prompt).length;
    };
    expect(await made()).toBe(1);
    await generate.click();
    await page
      .getByRole('button', { name: /queued|rendering|succeeded|saving/ })
      .nth(1)
      .waitFor();
    expect(await made()).toBe(2);
    await context.close();
  });

  test('the playground is found again as it was left: by the way back, by the rail, after a reload', async () => {
    const { context, page } = await house.visit('developer');
    await page.goto(`${house.url}/console/playground?model=kling-3.0`);
    const prompt = page.getByLabel('Prompt', { exact: true });
    await prompt.fill('a lighthouse in a storm');
    await page.getByRole('radio', { name: '1080p' }).press('Space');
    await page.getByRole('button', { name: 'Generate', exact: true }).click();
    await page.getByRole('link', { name: 'Receipt and timeline' }).click();
    await page.getByRole('heading', { level: 1, name: 'a lighthouse in a storm' }).waitFor();
    const asLeft = async () => {
      await page.getByRole('region', { name: 'Result' }).waitFor();
      expect(await prompt.inputValue()).toBe('a lighthouse in a storm');
      expect(await page.getByRole('radio', { name: '1080p' }).isChecked()).toBe(true);
    };
    await page.goBack();
    await asLeft();
    await page.reload();
    await asLeft();
    await page.getByRole('link', { name: 'Tasks', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor();
    await page.getByRole('link', { name: 'Playground' }).click();
    await asLeft();
    await context.close();
  });

  test('a prompt is text, whatever is in it', async () => {
    const prompt =
      '<img src=x onerror="document.title=1"> </script><script>document.title=2</script> \u202Eגשם';
    const { id } = await house.studio.sluice.tasks.create({ model: 'kling-3.0', prompt, duration: 5 });
    const { context, page } = await house.visit('developer');
    await page.goto(`${house.url}/console/tasks/${id}`);
    await page.getByRole('heading', { level: 1 }).getByText('<img src=x').waitFor();
    expect(await page.title()).toBe('Sluice');
    await context.close();
  });
});

describe('a hundred thousand tasks', () => {
  const COUNT = 100_000;
  /** Most of it is for writing them. */
  const ORDERING_MS = 180_000;
  /** Ten pages of a hundred. */
  const DEEP = 1_000;

  test(
    'are scrolled through with as few rows in the page as fit the window, and filtered by the gateway',
    async () => {
      const opened = openTestDatabase(databaseUrl);
      await copyTask(opened, house.things.taskId, COUNT, Date.now() - 3_600_000);
      await opened.close();
      const { context, page } = await house.visit('developer');
      await page.goto(`${house.url}/console/tasks`);
      await page.getByText('clip 1', { exact: true }).waitFor();
      const inPage = page.getByRole('row');
      let most = 0;
      for (let seen = 0; seen < DEEP; ) {
        await page.mouse.move(700, 500);
        await page.mouse.wheel(0, 2_400);
        most = Math.max(most, await inPage.count());
        const last = await page.locator('main [role=row] bdi').last().innerText();
        seen = Number(/^clip (\d+)$/.exec(last)?.[1] ?? 0);
      }
      expect(most).toBeLessThan(80);
      const shown = await page.locator('main [role=row] bdi').allInnerTexts();
      const numbers = shown.map((text) => Number(text.slice('clip '.length)));
      expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));

      await page.goto(`${house.url}/console/tasks?stage=failed`);
      await page.getByText('clip 10', { exact: true }).waitFor();
      const failed = await page.locator('main [role=row] bdi').allInnerTexts();
      expect(failed.filter((text) => /^clip \d*[1-9]$/.test(text))).toEqual([]);
      await context.close();
    },
    ORDERING_MS,
  );
});
