/** What a starting gateway says: on its first start the operator key, in a box, this once. */
import type { Paint } from '../output/output.ts';
import { box, fields } from '../output/table.ts';
import { clean } from '../output/text.ts';

export type Started = {
  url: string;
  /** Only on the first start. */
  operatorKey: string | null;
  /** Opens the console: signed in on the first start, by hand after that. */
  console: string;
  dataDir: string;
  database: { kind: 'embedded' | 'external'; version: string; adopted: boolean };
  /** Where the address and the key were written for the commands of this machine. */
  savedIn: string;
  /** Its paths, where there is one. */
  sandbox: string[] | null;
};

export function startedText(started: Started, paint: Paint): string {
  const { bold, dim, green } = paint.color;
  const { database } = started;
  const kept = database.adopted ? ', kept from the last run' : '';
  const facts = fields(
    [
      ['console', bold(clean(started.console))],
      ['API', `${started.url}/v1`],
      ['reference', `${started.url}/docs`],
      ['health', `${started.url}/readyz`],
      ['database', `PostgreSQL ${clean(database.version)}, ${database.kind}${kept}`],
      ['data', started.dataDir],
      ['sandbox', started.sandbox && paint.color.yellow(sandboxText(started.sandbox))],
    ],
    paint,
  );
  const head = `${green('●')} ${bold(`Sluice runs at ${started.url}`)}`;
  if (started.operatorKey === null) return `${head}\n${facts.replace(/^/gm, '  ')}`;
  const lines = [
    head,
    '',
    ...facts.split('\n'),
    '',
    `${dim('operator key')}  ${bold(started.operatorKey)}`,
    dim('Shown this once. The commands on this machine find it in'),
    dim(started.savedIn),
    dim('The console link signs you in, once; later: sluice console'),
    '',
    dim('Next, in another terminal:'),
    ...(started.sandbox ? ['  sluice generate "a fox in the snow" -m kling-3.0'] : NEXT_STEPS),
  ];
  return box(lines, paint);
}

const NEXT_STEPS = [
  '  sluice paths add kling',
  '  sluice accounts create "My team"',
  '  sluice topup <account> 100',
  '  sluice keys create "mine" --account <account> --save',
  '  sluice generate "a fox in the snow" -m kling-3.0',
];

function sandboxText(paths: readonly string[]): string {
  const [only = '', ...others] = paths;
  if (others.length === 0) return `path ${only}: an emulator, nothing is paid`;
  return [`${paths.length} paths, each to an emulator, nothing is paid:`, ...paths].join('\n');
}
