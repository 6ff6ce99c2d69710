/**
 * The command line: which commands there are, in which group, and the file of each. Only the file of the
 * command that is asked for is loaded, so `--help` stays quick however much the commands import.
 */
import { Command } from 'commander';
import type { Context, Register } from './invocation.ts';

type Entry = { name: string; summary: string; load: () => Promise<{ register: Register }> };

const JOBS: Entry[] = [
  {
    name: 'generate',
    summary: 'order a clip, wait for it, save it, print the receipt',
    load: () => import('./commands/generate.ts'),
  },
  {
    name: 'quote',
    summary: 'what an order would cost, where it would go, when it would end',
    load: () => import('./commands/quote.ts'),
  },
  {
    name: 'tasks',
    summary: 'list, read, cancel, watch tasks; their timelines and clips',
    load: () => import('./commands/tasks.ts'),
  },
  {
    name: 'models',
    summary: 'what the models can do and what they cost here',
    load: () => import('./commands/models.ts'),
  },
  {
    name: 'mcp',
    summary: 'the gateway as tools for assistants, over standard input and output',
    load: () => import('./commands/mcp.ts'),
  },
];

const MONEY: Entry[] = [
  {
    name: 'topup',
    summary: 'book money received, or pay by card',
    load: () => import('./commands/topup.ts'),
  },
  {
    name: 'ledger',
    summary: 'balance, bookings, and the whole book as a journal',
    load: () => import('./commands/ledger.ts'),
  },
];

const OPERATIONS: Entry[] = [
  {
    name: 'accounts',
    summary: 'who pays: limits, shares, prices',
    load: () => import('./commands/accounts.ts'),
  },
  { name: 'keys', summary: 'API keys and their budgets', load: () => import('./commands/keys.ts') },
  {
    name: 'plan',
    summary: 'would these paths carry this traffic, at what cost, and what gives way first',
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'paths',
    summary: 'access paths: credentials, limits, pause and drain',
    load: () => import('./commands/paths.ts'),
  },
  {
    name: 'dossier',
    summary: 'what is known of a path or a vendor, by whom and how sure',
    load: () => import('./commands/dossier.ts'),
  },
  {
    name: 'facts',
    summary: 'state a fact of your own contract; the history of all of them',
    load: () => import('./commands/facts.ts'),
  },
  {
    name: 'compare',
    summary: 'paths and vendors beside each other for your mix of orders',
    load: () => import('./commands/compare.ts'),
  },
  {
    name: 'verify',
    summary: 'measure a path with a few paid clips, within a budget that you agree to',
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'measures',
    summary: 'what a path’s own traffic shows, at no extra cost',
    load: () => import('./commands/measures.ts'),
  },
  {
    name: 'prices',
    summary: 'price sheets with dates and sources',
    load: () => import('./commands/prices.ts'),
  },
  {
    name: 'webhooks',
    summary: 'endpoints, deliveries, and a local receiver',
    load: () => import('./commands/webhooks.ts'),
  },
  {
    name: 'alerts',
    summary: 'what needs a person, where it is told, and when it is one',
    load: () => import('./commands/alerts.ts'),
  },
  {
    name: 'attempts',
    summary: 'attempts whose answer was lost',
    load: () => import('./commands/attempts.ts'),
  },
  {
    name: 'console',
    summary: 'a link that opens the console signed in',
    load: () => import('./commands/console.ts'),
  },
  { name: 'system', summary: 'state of the installation', load: () => import('./commands/system.ts') },
];

const HERE: Entry[] = [
  {
    name: 'serve',
    summary: 'run a gateway, with its own PostgreSQL unless told otherwise',
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'demo',
    summary: 'a gateway, an emulated upstream and four paid jobs, start to end',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'doctor',
    summary: 'check this machine, the connection and the gateway',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'backup',
    summary: 'write database and settings to one file',
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'restore',
    summary: 'bring a backup back, quarantined until confirmed',
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'migrate',
    summary: 'bring the database schema up to date',
    load: () => import('./commands/migrate.ts'),
  },
  {
    name: 'login',
    summary: 'save the address of a gateway and a key',
    load: () => import('./commands/login.ts'),
  },
];

export const GROUPS: [title: string, entries: Entry[]][] = [
  ['Jobs:', JOBS],
  ['Money:', MONEY],
  ['Operators:', OPERATIONS],
  ['This machine:', HERE],
];

const EPILOGUE = `
Examples:
  $ sluice demo                                      see the whole of it, without any account
  $ sluice serve                                     run a gateway here
  $ sluice generate "a fox in the snow" -m kling-3.0 -d 5 -o fox.mp4
  $ sluice generate "the woman turns" -m kling-o3 --image-start face.png
  $ sluice quote "a fox in the snow" -m kling-3.0 -d 10
  $ sluice tasks list --status failed --json | jq '.data[].error'
  $ sluice paths add kling                           asks for the key and checks it

Which gateway: --url and --key, then SLUICE_URL and SLUICE_KEY, then the file of \`sluice login\`, then a
gateway in ./.sluice (SLUICE_DATA_DIR). Results are text on a terminal and JSON in a pipe or with --json.

Exit codes: 0 done, 1 refused or the task failed, 2 wrong usage, 3 no gateway answered, 130 interrupted.
`;

/** Loads the files of the commands that are named in `argv`; the others stay stubs with a summary. */
export async function buildProgram(argv: readonly string[], context: Context): Promise<Command> {
  const { stdout, stderr } = context.surroundings;
  const program = new Command('sluice')
    .description('One durable API in front of AI video generation.')
    .option('--json', 'print JSON, also on a terminal')
    .option('--no-json', 'print text, also in a pipe')
    .option('--url <address>', 'address of the gateway')
    .option('--key <key>', 'API key; better in SLUICE_KEY, where others do not see it')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this')
    .showSuggestionAfterError()
    .addHelpText('after', EPILOGUE)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => (stdout.isTerminal ? Math.min(stdout.columns, 110) : 100),
      getErrHelpWidth: () => (stderr.isTerminal ? Math.min(stderr.columns, 110) : 100),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const [title, entries] of GROUPS) {
    for (const { name, summary, load } of entries) {
      const command = program.command(name).summary(summary).description(sentence(summary)).helpGroup(title);
      if (argv.includes(name)) (await load()).register(command, context);
    }
  }
  return program;
}

export const VERSION = '0.1.0';

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
