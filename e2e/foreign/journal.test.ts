/**
 * The exported book before programs that know nothing of us: Debian's `ledger` and `hledger` must accept it, and must
 * refuse it when a single micro of it is off. Where they are not installed, that is said and our own addition judges.
 */

import { foreignJudges, judge } from '@sluice/server/lifecycle/operate/testing/journal-judges.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { order, times, untilEnded, useInstallation } from '../stories/story.ts';

const PROGRAMS = ['sum', 'ledger', 'hledger'] as const;
const RENDER_MS = 60_000;

const installation = useInstallation();
let installed: string[] = [];
let book = '';

/** Every kind of posting: top-ups, holds, charges, voided holds, costs, adjustments both ways. */
beforeAll(async () => {
  installed = ['sum', ...(await foreignJudges())];
  const { operator, openAccount, emulator } = installation();
  const customer = await openAccount({ name: 'a customer "with; odd = signs"' });
  const { sluice } = customer;
  const ended = await untilEnded(sluice, [
    ...(await Promise.all(times(2, (number) => sluice.tasks.create(order(`a kite, take ${number}`))))),
    await sluice.tasks.create(order('a kite [refuse]')),
    await sluice.tasks.create(order('a kite [moderate]')),
  ]);
  expect(ended.map((task) => task.status).sort()).toEqual(['completed', 'completed', 'failed', 'failed']);
  await operator.accounts.adjust(customer.id, {
    amount: '0.123457',
    reference: 'correction 1',
    note: 'a refund; with = signs',
  });
  await operator.accounts.adjust(customer.id, {
    amount: '-0.000001',
    reference: 'correction 2',
    note: 'taken back',
  });
  // The book is exported while this one is under way, so that it holds money that nobody has been charged yet.
  await emulator.faults({
    next: [{ at: 'task', fault: { do: 'slow-render', factor: RENDER_MS / 150 }, times: 1 }],
  });
  await sluice.tasks.create(order('a kite that takes its time'));
  book = await new Response(await operator.ledger.export()).text();
  const { held } = await sluice.balance.get();
  expect(Number(held)).toBeGreaterThan(0);
}, 120_000);

describe.each(PROGRAMS)('%s', (program) => {
  test('accepts the book', async (context) => {
    const { ok, said } = await asked(program, book, context.skip);
    expect({ ok, said }).toMatchObject({ ok: true });
  });

  test('refuses it when one posting is off by one micro', async (context) => {
    const { ok } = await asked(program, oneMicroOff(book), context.skip);
    expect(ok).toBe(false);
  });
});

async function asked(
  program: (typeof PROGRAMS)[number],
  journal: string,
  skip: (note: string) => never,
): Promise<{ ok: boolean; said: string }> {
  if (!installed.includes(program)) skip(`${program} is not installed here (apt-get install ${program})`);
  const judges = await foreignJudges();
  const judgement = (await judge(journal, judges)).find((each) => each.program === program);
  if (!judgement) throw new Error(`${program} said nothing`);
  return judgement;
}

/** The last digit of one amount in the middle. */
function oneMicroOff(journal: string): string {
  const amounts = [...journal.matchAll(/\d\.\d{6} [A-Z]{3}$/gm)];
  const one = amounts[Math.floor(amounts.length / 2)];
  if (!one) throw new Error('no amount in the journal');
  const at = one.index + '0.00000'.length;
  const digit = Number(journal[at]);
  return `${journal.slice(0, at)}${digit === 9 ? 8 : digit + 1}${journal.slice(at + 1)}`;
}
