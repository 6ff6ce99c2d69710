/**
 * Buttons that spend, save or change something, pressed as a person would: paying by card, taking files along, asking
 * for a plan, dealing with an alert, adding a path, verifying one.
 */
import { readFile } from 'node:fs/promises';
import { openTestDatabase } from '@sluice/server/store/testing/server.ts';
import type { Download, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { EMULATOR_KEY } from '../processes/emulator.ts';
import { PATH } from '../processes/installation.ts';
import { type House, STRIPE_SECRET, type Visitor } from './house.ts';
import { bringAxe, faults, overhang, resize, THEMES, violations, wear } from './look.ts';
import type { Who } from './pages.ts';
import { useHouse } from './use-house.ts';

let house: House;
let databaseUrl: string;

useHouse((all) => {
  ({ house, databaseUrl } = all);
});

async function visit(as: Who, address: string, act: (visitor: Visitor) => Promise<void>): Promise<void> {
  const visitor = await house.visit(as);
  await bringAxe(visitor.context);
  await visitor.page.goto(`${house.url}/console/${address}`);
  await act(visitor);
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
}

async function textOf(download: Promise<Download>): Promise<{ name: string; text: string }> {
  const file = await download;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

const available = async () => (await house.studio.sluice.balance.get()).available;

describe('paying by card', () => {
  const pay = async (page: Page, amount: string) => {
    await page.getByRole('button', { name: 'Pay by card' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pay by card' });
    await dialog.getByLabel('Amount in USD').fill(amount);
    await dialog.getByRole('button', { name: 'Go to the payment' }).click();
  };

  test('there and back: the balance rises once, although the webhook comes twice', async () => {
    const before = Number(await available());
    house.stripe.webhook({ url: `${house.url}/payments/stripe`, secrets: [STRIPE_SECRET], copies: 2 });
    await visit('billing', 'money', async ({ page }) => {
      await pay(page, '37.50');
      await page.getByRole('heading', { name: 'Balance top-up' }).waitFor();
      expect(page.url()).toContain(house.stripe.url);
      await page.getByRole('button', { name: 'Pay', exact: true }).click();
      const outcome = page.getByRole('status', { name: 'Payment' });
      await outcome.getByText(/\$37\.50 was added to your balance/).waitFor();
      await page.getByRole('cell', { name: /Paid/ }).waitFor();
      await page.getByRole('button', { name: 'Top-up' }).first().click();
      await page.getByText('assets:stripe').waitFor();
      expect(await faults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Close' }).click();
      await outcome.waitFor({ state: 'detached' });
    });
    expect(Number(await available()) - before).toBe(37.5);
    const paid = (await house.studio.sluice.ledger.list()).data.filter(({ reference }) =>
      /^stripe:/.test(reference),
    );
    expect(paid).toHaveLength(1);
    house.stripe.webhook({ url: `${house.url}/payments/stripe`, secrets: [STRIPE_SECRET] });
  });

  test('leaving the page costs nothing, and one can go on', async () => {
    await visit('developer', 'money', async ({ page }) => {
      await pay(page, '20');
      await page.getByRole('button', { name: 'Back' }).click();
      const outcome = page.getByRole('status', { name: 'Payment' });
      await outcome.getByText('Nothing was charged').waitFor();
      await outcome.getByRole('link', { name: 'Go on paying' }).click();
      await page.getByRole('button', { name: 'Pay by bank, days later' }).click();
      await outcome.getByText('Waiting for Stripe').waitFor();
      const session = house.stripe.emulator.sessions().at(-1);
      house.stripe.emulator.arrive(session?.id ?? '', true);
      await outcome.getByText(/\$20\.00 was added to your balance/).waitFor();
    });
  });

  test('an amount out of bounds is refused with the bounds', async () => {
    await visit('billing', 'money', async ({ page, complaints }) => {
      await pay(page, '3');
      await page.getByRole('alert').getByText('at least 5.00').waitFor();
      // The browser itself writes refusals into its log.
      complaints.length = 0;
    });
  });
});

/** How much of it is reached by scrolling sideways only. */
const beyond = (box: { scrollWidth: number; clientWidth: number }): number =>
  box.scrollWidth - box.clientWidth;

describe('the ledger', () => {
  test('says which way each amount goes; a hold is no charge; what is filtered stands in the address', async () => {
    await visit('billing', 'money', async ({ page }) => {
      const rows = page.getByRole('region', { name: 'Ledger', exact: true }).getByRole('row');
      await rows.filter({ hasText: 'Charge' }).first().getByText('−$0.42').waitFor();
      const held = rows.filter({ hasText: 'Hold' }).first();
      await held.getByText('set aside').waitFor();
      expect(await held.innerText()).not.toMatch(/[−+]/);
      await page.getByLabel('Kind').selectOption('top_up');
      await page.waitForURL(/kind=top_up/);
      await rows.filter({ hasText: 'Charge' }).first().waitFor({ state: 'detached' });
      await rows.filter({ hasText: 'Top-up' }).getByText('+$10,000.00').waitFor();
      await page.getByLabel('To', { exact: true }).fill('2020-01-01');
      await page.getByText('Nothing like that is booked').waitFor();
      await page.reload();
      await page.getByText('Nothing like that is booked').waitFor();
      await page.getByRole('button', { name: 'Clear' }).click();
      await rows.filter({ hasText: 'Charge' }).first().waitFor();
    });
  });

  test('has what, when and how much in sight on a narrow screen', async () => {
    await visit('operator', 'money', async ({ page }) => {
      await resize(page, 320);
      const table = page.getByRole('region', { name: 'Ledger', exact: true });
      await table.getByText('−$0.42').first().waitFor();
      expect(await table.evaluate(beyond)).toBe(0);
      const accounts = page.getByRole('region', { name: 'Balances' });
      expect(await accounts.evaluate(beyond)).toBe(0);
    });
  });
});

describe('the list of tasks', () => {
  test('is searched, kept under a name, and taken along as it is filtered', async () => {
    await visit('developer', 'tasks', async ({ page }) => {
      const row = (text: string) => page.getByRole('row').filter({ hasText: text });
      await row('a paper boat').waitFor();
      await page.getByLabel('Search tasks').fill('MISTY heron');
      await page.keyboard.press('Enter');
      await page.waitForURL(/search=MISTY/);
      await row('a paper boat').waitFor({ state: 'detached' });
      await row('a heron').waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'CSV' }).click();
      const { name, text } = await textOf(download);
      expect(name).toMatch(/^tasks-\d{4}-\d{2}-\d{2}\.csv$/);
      expect([text.includes('a heron'), text.includes('a paper boat')]).toEqual([true, false]);
      await page.getByRole('button', { name: 'Keep these filters' }).click();
      await page.getByLabel('Name of these filters').fill('birds');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'birds' }).waitFor();
      expect(await page.getByRole('button', { name: 'Keep these filters' }).count()).toBe(0);
      for (const theme of THEMES) {
        await wear(page, theme);
        expect(await violations(page, theme === 'dark' ? 'color-contrast' : undefined)).toEqual([]);
      }
      await page.getByRole('button', { name: 'Clear' }).click();
      await row('a paper boat').waitFor();
      await page.reload();
      await page.getByRole('link', { name: 'birds' }).click();
      await row('a paper boat').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Forget birds' }).click();
      await page.getByRole('link', { name: 'birds' }).waitFor({ state: 'detached' });
      await page.getByLabel('Search tasks').fill(house.things.taskId);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: /a heron/ }).waitFor();
    });
  });

  test('is walked by j and k, and opened by Enter', async () => {
    await visit('developer', 'tasks', async ({ page }) => {
      const rows = page.locator('main [role=row] bdi');
      await rows.first().waitFor();
      const second = await rows.nth(1).innerText();
      for (const key of ['j', 'j', 'j', 'k', 'Enter']) await page.keyboard.press(key);
      await page.getByRole('heading', { level: 1, name: second }).waitFor();
    });
  });
});

describe('budgets', () => {
  test('an owner sets one, changes it and takes it away; near its end it is said', async () => {
    await visit('developer', 'money', async ({ page }) => {
      const budgets = page.getByRole('region', { name: 'Budgets' });
      const row = (name: string) => budgets.getByRole('row').filter({ hasText: name });
      await row('render worker').getByText('$0.42 of $0.45 a month').waitFor();
      await row('render worker').getByText('$0.03').waitFor();
      await page.getByRole('button', { name: 'Set a budget' }).click();
      const dialog = page.getByRole('dialog', { name: 'Set a budget' });
      await dialog.getByLabel('Key').selectOption('Studio North');
      await dialog.getByLabel('Budget', { exact: true }).fill('25');
      await dialog.getByLabel('a day').check();
      await dialog.getByRole('button', { name: 'Save' }).click();
      await row('Studio North').getByText('$0.00 of $25.00 a day').waitFor();
      await row('Studio North').getByRole('button', { name: 'Change' }).click();
      const change = page.getByRole('dialog', { name: 'Budget of Studio North' });
      await change.getByLabel('Budget', { exact: true }).fill('');
      await change.getByRole('button', { name: 'Save' }).click();
      await row('Studio North').waitFor({ state: 'detached' });
    });
    await visit('billing', 'money', async ({ page }) => {
      await page.getByRole('region', { name: 'Budgets' }).getByText('render worker').waitFor();
      expect(await page.getByRole('button', { name: /budget/i }).count()).toBe(0);
    });
  });
});

describe('files to take along', () => {
  test('a statement as CSV, and the whole book for an operator', async () => {
    await visit('billing', 'money', async ({ page }) => {
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Lines as CSV' }).click();
      const { name, text } = await textOf(download);
      expect(name).toMatch(/\.csv$/);
      expect(text.split('\r\n')[0]).toContain('reference');
      expect(text).toContain('play money of Studio North');
    });
    await visit('operator', 'money', async ({ page }) => {
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Whole book as a journal' }).click();
      const { name, text } = await textOf(download);
      expect([name, text.includes('assets:cash')]).toEqual(['sluice.journal', true]);
    });
  });

  test('a plan as a page and as data', async () => {
    await visit('operator', `plan?id=${house.things.planId}`, async ({ page }) => {
      const report = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Report' }).click();
      expect((await textOf(report)).text).toMatch(/^<!doctype html>/i);
      const data = page.waitForEvent('download');
      await page.getByRole('button', { name: 'JSON' }).click();
      const { name, text } = await textOf(data);
      expect([name, JSON.parse(text).name]).toEqual([`${house.things.planId}.json`, 'Launch week']);
    });
  });

  test('a comparison as Markdown and as CSV', async () => {
    await visit('operator', 'compare', async ({ page }) => {
      const markdown = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Markdown' }).click();
      expect((await textOf(markdown)).text).toContain(PATH);
      const csv = page.waitForEvent('download');
      await page.getByRole('button', { name: 'CSV' }).click();
      expect((await textOf(csv)).text).toContain(PATH);
    });
  });
});

/** A week in all seeds, on a machine that is busy with other tests. */
const SIMULATED_MS = 240_000;

test(
  'the form of a plan asks for one, and shows its answer',
  async () => {
    await visit('operator', 'plan', async ({ page }) => {
      await page.getByText('Nothing is simulated yet').waitFor();
      // A week of little traffic is soon simulated.
      await page.getByRole('slider', { name: 'Busiest hour', exact: true }).press('Home');
      await page.getByText('1 task, 9 a day').waitFor();
      await page.getByRole('button', { name: 'Simulate' }).click();
      await page.waitForURL(/\?id=plan_/);
      const id = new URL(page.url()).searchParams.get('id') ?? '';
      // How long it takes is the machine's affair: the gateway says when it is done, and then the page shows it.
      await house.installation.operator.plans.wait(id, { signal: AbortSignal.timeout(SIMULATED_MS) });
      await page.getByText('What it rests on').waitFor();
    });
  },
  SIMULATED_MS,
);

test('the simulated week plays through the gate, and says what it shows', async () => {
  await visit('operator', `plan?id=${house.things.planId}`, async ({ page }) => {
    const time = page.getByRole('slider', { name: 'Time of the week' });
    const said = () => time.getAttribute('aria-valuetext');
    await time.press('Home');
    expect(await said()).toMatch(new RegExp(`^Mon: 0 waiting, \\d+ of 2 slots of ${PATH} for kling-v3$`));
    await page.getByRole('button', { name: 'Play' }).click();
    await expect.poll(said).toMatch(/^Mon 1:/);
    await page.getByRole('button', { name: 'Pause' }).click();
    await time.press('End');
    await page.getByRole('combobox', { name: 'Which of them' }).selectOption('2 × the traffic');
    expect(await said()).toMatch(/^Tue 23:/);
  });
});

test('an alert is dealt with by one press', async () => {
  await house.installation.operator.paths.update(PATH, { state: 'paused' });
  await visit('operator', 'settings', async ({ page }) => {
    const alert = page.getByRole('listitem').filter({ hasText: `The path ${PATH} is paused` });
    await alert.getByRole('button', { name: 'Resume' }).click();
    await alert.waitFor({ state: 'detached' });
  });
  expect((await house.installation.operator.paths.get(PATH)).state).toBe('active');
});

describe('a path', () => {
  test('is added after its credential was checked for nothing; a wrong one is not saved', async () => {
    await visit('operator', 'paths', async ({ page, complaints }) => {
      await page.getByRole('button', { name: 'Add a path' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'Add a path' });
      await dialog.getByLabel('Provider').selectOption('kling');
      await dialog.getByLabel('Name').fill('by-hand');
      await dialog.getByText('More settings').click();
      await dialog.getByLabel('Address').fill(house.installation.emulator.url);
      await dialog.getByLabel('api key').fill('api-key-of-nobody');
      await dialog.getByRole('button', { name: 'Check and add' }).click();
      await dialog.getByRole('alert').waitFor();
      expect((await house.installation.operator.paths.list()).data.map(({ name }) => name)).toEqual([PATH]);
      complaints.length = 0;
      await dialog.getByLabel('api key').fill(EMULATOR_KEY);
      await dialog.getByRole('button', { name: 'Check and add' }).click();
      await page.getByRole('heading', { level: 1, name: 'by-hand' }).waitFor();
    });
    await house.installation.operator.paths.update('by-hand', { state: 'paused' });
  });

  test('is verified with a budget, after its worst case was typed', async () => {
    await visit('operator', `paths/${PATH}`, async ({ page }) => {
      await page.getByRole('button', { name: 'Verify with a budget' }).click();
      const dialog = page.getByRole('dialog', { name: `Verify ${PATH}` });
      await dialog.getByLabel('Budget in USD').fill('1');
      await dialog.getByRole('button', { name: 'Show the plan' }).click();
      await dialog.getByLabel('Who agrees').fill('Ana Roth');
      const spend = dialog.getByRole('button', { name: /^Spend at most/ });
      expect(await spend.isDisabled()).toBe(true);
      const agree = dialog.getByLabel(/^Type .* to agree$/);
      const worstCase = /Type (\S+) to agree/.exec(await dialog.innerText())?.[1] ?? '';
      expect(Number(worstCase)).toBeGreaterThan(0);
      await agree.fill(worstCase);
      await bringAxe(page.context());
      await spend.click();
      await dialog.waitFor({ state: 'hidden' });
      await page
        .getByText(/^Running|^Done/)
        .first()
        .waitFor();
      await page.getByText('agreed by Ana Roth').waitFor();
    });
    const { data } = await house.installation.operator.verifications.list(PATH);
    expect(data[0]).toMatchObject({ confirmed_by: 'Ana Roth' });
    await house.installation.operator.verifications.stop(data[0]?.id ?? '').catch(() => {});
  });
});

test('more groups of spending than are told say that they are cut', async () => {
  const opened = openTestDatabase(databaseUrl);
  await opened.query({ name: 'test.many_keys', text: MANY_KEYS }, [house.things.taskId, 2_100]);
  await opened.close();
  await visit('operator', 'money', async ({ page }) => {
    await page
      .getByRole('radio', { name: 'Key' })
      .or(page.getByRole('button', { name: 'Key', exact: true }))
      .first()
      .click();
    await page.getByText('Only the largest 2,000 are told').waitFor();
    expect(
      await page
        .getByLabel(/^Spend by key/)
        .locator('tr')
        .count(),
    ).toBe(2_001);
    expect(await overhang(page)).toEqual([]);
  });
});

/** One settled task copied to so many keys. */
const MANY_KEYS = `
  WITH n AS (SELECT n, 'task_many' || n AS id FROM generate_series(1, $2::int) n), t AS (
    INSERT INTO tasks SELECT r.* FROM n, tasks t, LATERAL jsonb_populate_record(t, jsonb_build_object(
      'id', n.id, 'request_key', NULL, 'attempt_id', NULL, 'key_id', 'key_many' || n.n)) r
    WHERE t.id = $1
  )
  INSERT INTO ledger_transactions (id, kind, reference, account_id, task_id, currency, posting_accounts,
                                   posting_micros, at)
  SELECT 'ltx_many' || n.n, 'settle', 'end:' || n.id, l.account_id, n.id, l.currency, l.posting_accounts,
         l.posting_micros, l.at
  FROM n, ledger_transactions l WHERE l.task_id = $1 AND l.kind = 'settle'`;
