/**
 * The exam of all adapters as one table, law by law.
 *
 *   npm run exam                sits it: every trial of every provider in the registry, and says what failed
 *   npm run exam -- kling fal   these providers only
 *   npm run golden -- exam      writes docs/reference/adapter-exam.md: how many trials each law has, and the exceptions
 */
import { pathToFileURL } from 'node:url';
import { exercise } from '@sluice/server/providers/conformance/exercise.ts';
import { type Law, laws, type Trial } from '@sluice/server/providers/conformance/laws.ts';
import type { Subject } from '@sluice/server/providers/conformance/subject.ts';
import { guaranteeOf } from '@sluice/server/providers/guarantee.ts';
import { providers } from '@sluice/server/providers/registry.ts';
import { Argument, Command } from 'commander';
import { subjectOf } from './subjects.ts';

type Sitting = { id: string; subject: Subject; trials: readonly Trial[] };

/** In the order of the registry. */
export function sittings(): Sitting[] {
  return providers.map((provider) => {
    const subject = subjectOf(provider);
    return { id: provider.id, subject, trials: exercise(subject) };
  });
}

const lawNumbers = Object.keys(laws).map((law) => Number(law) as Law);

function cellOf({ subject, trials }: Sitting, law: Law): string {
  if (subject.exceptions.some((each) => each.law === law)) return '–';
  return String(trials.filter((each) => each.law === law).length);
}

/** The page of the reference. Counts only: that each of them passes is what `npm test` and `npm run exam` show. */
export function examPage(): string {
  const sat = sittings();
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = lawNumbers.map((law) =>
    row([String(law), laws[law], ...sat.map((each) => cellOf(each, law))]),
  );
  const exceptions = sat.flatMap(({ id, subject }) =>
    subject.exceptions.map(({ law, reason }) => `- **${id}, law ${law}:** ${reason}`),
  );
  return [
    '# The exam of the adapters',
    '',
    'Made by `npm run golden -- exam`. How many trials each law has for each provider; a dash is an exception, listed',
    'below with its reason. `npm run exam` sits all of them, `npm test` too. Law 19 counts the tasks that each',
    'emulator took on, in its own log, for every way of losing an answer, alone and in pairs.',
    '',
    row(['', 'law', ...sat.map(({ id }) => id)]),
    row(['---:', '---', ...sat.map(() => '---:')]),
    ...lines,
    row(['', '**trials**', ...sat.map(({ trials }) => `**${trials.length}**`)]),
    row([
      '',
      'guarantee on a lost answer',
      ...sat.map(({ subject }) => guaranteeOf(subject.provider.abilities).level),
    ]),
    '',
    'What becomes of a job whose submit was not answered, the strongest promise first. None buys a second clip,',
    'unless a path is set to `lost_answer: resubmit`:',
    '',
    '- **L4:** a repeat under the same key is the same task, so it is simply sent again.',
    '- **L3:** the upstream is asked by our own id; it is sent again only when the upstream provably has none.',
    '- **L2:** a callback or a list can show it; until then nothing is sent again and its slot stays taken.',
    '- **L1:** nothing tells; its slot stays taken until the task ends or a person decides.',
    '',
    '## Exceptions',
    '',
    ...exceptions,
    '',
  ].join('\n');
}

async function sit(wanted: readonly string[]): Promise<number> {
  let failed = 0;
  for (const { id, subject, trials } of sittings()) {
    if (wanted.length > 0 && !wanted.includes(id)) continue;
    const broken = new Map<Law, string[]>();
    for (const { law, name, run } of trials) {
      try {
        await run();
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        broken.set(law, [...(broken.get(law) ?? []), `${name}: ${said.split('\n')[0]}`]);
      }
    }
    const excepted = subject.exceptions.map(({ law }) => law);
    const marks = lawNumbers.map((law) => (excepted.includes(law) ? '–' : broken.has(law) ? '✗' : '✓'));
    const told = marks.map((mark, index) => `${lawNumbers[index]}${mark}`).join(' ');
    const { level } = guaranteeOf(subject.provider.abilities);
    print(`${id.padEnd(14)} ${told}  ${trials.length} trials, ${level} on a lost answer`);
    for (const line of [...broken.values()].flat()) print(`  ✗ ${line}`);
    for (const { law, reason } of subject.exceptions) print(`  – law ${law}: ${reason}`);
    failed += [...broken.values()].flat().length;
  }
  print('The laws by number: npm run exam -- --help. L1 to L4: docs/reference/adapter-exam.md');
  print(failed === 0 ? 'All trials passed.' : `${failed} trials failed.`);
  return failed === 0 ? 0 : 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader (`| head`) has seen enough.
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const program = new Command('npm run exam --')
    .description('Every adapter sits the same exam, over recorded answers and against its emulator.')
    .addArgument(new Argument('[provider...]', 'these only').choices(providers.map(({ id }) => id)))
    .addHelpText(
      'after',
      `\nThe laws:\n${lawNumbers.map((law) => `  ${String(law).padStart(2)}  ${laws[law]}`).join('\n')}`,
    )
    .addHelpText('after', '\nEnds with 1 when a trial failed.')
    .showHelpAfterError('(npm run exam -- --help says what there is)')
    .parse();
  process.exitCode = await sit(program.args);
}

const started = process.argv[1];
if (started && import.meta.url === pathToFileURL(started).href) await main();
