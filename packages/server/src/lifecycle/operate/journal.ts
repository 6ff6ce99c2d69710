/**
 * The book as a plain-text-accounting journal that both `ledger` and `hledger` accept: foreign programs add it up
 * again and check our running balances, so they are independent judges of the books. Pure text, one entry at a time.
 *
 * What the two programs agree on: `commodity` with a `format` line, six decimals behind a point, the balance assertion
 * `= amount` on an account without its sub-accounts. hledger checks assertions in order of date, so dates never go
 * back here: an entry that was booked a moment before its predecessor carries the later day, and its true instant
 * in the comment. Text is ASCII, because hledger refuses anything else in a plain locale; brackets and colons of free
 * text are replaced, because both programs read dates and tags in comments.
 */
import { Currency } from '@sluice/contract';
import type { LedgerRow } from '../../store/accounts.ts';

export type JournalEntry = Pick<
  LedgerRow,
  'id' | 'kind' | 'reference' | 'task_id' | 'currency' | 'posting_accounts' | 'posting_micros' | 'note' | 'at'
>;

export type Journal = {
  head(): string;
  entry(entry: JournalEntry): string;
  /** One entry of nothing per currency, which asserts every balance. */
  end(): string;
};

export type JournalOptions = {
  /** An account's balance is asserted at each n-th of its postings. */
  assertEvery: number;
};

type Running = { micros: bigint; postings: number };

const NAME_COLUMNS = 68;
const MICROS = 1_000_000n;

export function createJournal({ assertEvery }: JournalOptions = { assertEvery: 1_000 }): Journal {
  const balances = new Map<string, Map<string, Running>>();
  let day = '0000-00-00';

  function posting(currency: string, account: string, micros: bigint): string {
    const running = runningOf(balances, currency, account);
    running.micros += micros;
    running.postings += 1;
    const checked = running.postings % assertEvery === 0 ? ` = ${amount(running.micros, currency)}` : '';
    return `    ${account.padEnd(NAME_COLUMNS)}  ${amount(micros, currency)}${checked}\n`;
  }

  return {
    head: () =>
      `; Sluice: the whole book, in the order in which it was written\n\n${Currency.options
        .map((currency) => `commodity ${currency}\n    format 1000.000000 ${currency}\n`)
        .join('\n')}`,
    entry: (entry) => {
      const at = new Date(entry.at).toISOString();
      if (at.slice(0, 10) > day) day = at.slice(0, 10);
      const facts = [
        `id: ${entry.id}`,
        ...(entry.task_id === null ? [] : [`task: ${entry.task_id}`]),
        `at: ${at}`,
        ...(entry.note === null ? [] : [`note: ${freeText(entry.note)}`]),
      ];
      const postings = entry.posting_accounts.map((account, index) =>
        posting(entry.currency, account, entry.posting_micros[index] ?? 0n),
      );
      const code = ascii(entry.reference).replace(/[()]/g, '|');
      return [
        `\n${day} * (${code}) ${entry.kind}\n`,
        ...facts.map((fact) => `    ; ${fact}\n`),
        ...postings,
      ].join('');
    },
    end: () =>
      [...balances]
        .map(([currency, accounts]) => {
          const lines = [...accounts].map(([account, { micros }]) => {
            const name = account.padEnd(NAME_COLUMNS);
            return `    ${name}  ${amount(0n, currency)} = ${amount(micros, currency)}\n`;
          });
          return `\n${day} * (end) balances in ${currency}\n${lines.join('')}`;
        })
        .join(''),
  };
}

function runningOf(balances: Map<string, Map<string, Running>>, currency: string, account: string): Running {
  const accounts = balances.get(currency) ?? new Map<string, Running>();
  balances.set(currency, accounts);
  const running = accounts.get(account) ?? { micros: 0n, postings: 0 };
  accounts.set(account, running);
  return running;
}

/** All six decimals, so that neither program has to guess a precision. */
function amount(micros: bigint, currency: string): string {
  const magnitude = micros < 0n ? -micros : micros;
  const fraction = (magnitude % MICROS).toString().padStart(6, '0');
  return `${micros < 0n ? '-' : ''}${magnitude / MICROS}.${fraction} ${currency}`;
}

function freeText(text: string): string {
  return ascii(text).replaceAll('[', '(').replaceAll(']', ')').replaceAll(':', '=');
}

function ascii(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[^ -~]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
