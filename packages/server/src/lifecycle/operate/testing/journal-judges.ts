/**
 * The exported book before three judges: our own addition, and Debian's `ledger` and `hledger` where they are
 * installed.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

export type Judgement = { program: string; ok: boolean; said: string };

/** In a plain locale, which is the strictest; the system's own configuration stays out. */
const ENVIRONMENT = { PATH: process.env.PATH ?? '', LC_ALL: 'C', LANG: 'C', LEDGER_FILE: '' };
const FOREIGN = ['ledger', 'hledger'] as const;

/** Those of the foreign judges that are installed here. */
export async function foreignJudges(): Promise<(typeof FOREIGN)[number][]> {
  const found = await Promise.all(
    FOREIGN.map((program) =>
      run(program, ['--version'], { env: ENVIRONMENT }).then(
        () => program,
        () => null,
      ),
    ),
  );
  return found.filter((program) => program !== null);
}

export async function judge(
  journal: string,
  programs: readonly (typeof FOREIGN)[number][],
): Promise<Judgement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  try {
    const file = join(folder, 'book.journal');
    await writeFile(file, journal);
    const foreign = await Promise.all(programs.map((program) => foreignJudgement(program, file)));
    return [ownJudgement(journal), ...foreign];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Adds up each entry and the whole, by reading the text as a stranger would. */
function ownJudgement(journal: string): Judgement {
  const sums = new Map<string, bigint>();
  for (const entry of journal.split(/\n(?=\d{4}-\d\d-\d\d )/).slice(1)) {
    let sum = 0n;
    for (const [, account = '', amount = ''] of entry.matchAll(/^ {4}([a-z]\S*)\s+(-?\d+\.\d{6}) [A-Z]+/gm)) {
      const micros = BigInt(amount.replace('.', ''));
      sum += micros;
      sums.set(account, (sums.get(account) ?? 0n) + micros);
    }
    if (sum !== 0n) return { program: 'sum', ok: false, said: `an entry is off by ${sum}: ${entry}` };
  }
  const drift = [...sums.values()].reduce((total, micros) => total + micros, 0n);
  return { program: 'sum', ok: drift === 0n && sums.size > 0, said: `drift ${drift}, ${sums.size} accounts` };
}

async function foreignJudgement(program: string, file: string): Promise<Judgement> {
  const flags = program === 'hledger' ? ['bal', '--flat', '-E'] : ['bal', '--flat', '--empty'];
  try {
    const { stdout } = await run(program, ['-f', file, ...flags], {
      env: ENVIRONMENT,
      maxBuffer: MOST_OUTPUT_BYTES,
    });
    const total = stdout.trimEnd().split('\n').at(-1)?.trim() ?? '';
    return { program, ok: /^0(\.0*)?( [A-Z]+)?$/.test(total), said: `total ${total}` };
  } catch (error) {
    return { program, ok: false, said: String(error) };
  }
}
