/** Our costs beside the vendor's statement, in words: whether they agree, and the lines that do not. */
import type { PathStatement } from '@sluice/sdk';
import type { Paint } from '../output/output.ts';
import { table } from '../output/table.ts';
import { clean, moment, NOTHING } from '../output/text.ts';

export function statementText(statement: PathStatement, paint: Paint): string {
  const { color } = paint;
  const { checked, different, complete, path } = statement;
  if (checked === 0 && complete) return `Nothing ended on ${clean(path)} in that time.`;
  const mark = different === 0 ? color.green('✓') : color.red('✗');
  const found = different === 0 ? 'none differs' : `${different} differ${different === 1 ? 's' : ''}`;
  const head = `${mark} ${clean(path)}: ${checked} attempts compared, ${found}.`;
  const rest = complete ? '' : '\n  The vendor did not answer for all of them: try again later.';
  const more = statement.next_cursor === null ? '' : '\n  There are older ones: --limit shows more of them.';
  const odd = statement.data.filter(({ finding }) => finding !== 'equal');
  const lines = odd.length === 0 ? '' : `\n\n${linesTable(odd, paint)}`;
  return `${head}${rest}${more}${lines}`;
}

const WORDS = {
  equal: 'equal',
  different: 'different',
  not_stated: 'no amount stated',
  not_found: 'no longer known there',
} as const;

function linesTable(lines: PathStatement['data'], paint: Paint): string {
  return table(
    [
      { title: 'task', cell: (line) => clean(line.task_id) },
      { title: 'upstream', cell: (line) => clean(line.upstream_id) },
      { title: 'ended', cell: (line) => moment(line.ended_at) },
      { title: 'ours', cell: (line) => line.recorded ?? NOTHING, align: 'right' },
      { title: 'theirs', cell: (line) => line.stated ?? NOTHING, align: 'right' },
      { title: 'unit', cell: (line) => clean(line.unit ?? NOTHING) },
      { title: 'finding', cell: (line) => WORDS[line.finding] },
    ],
    lines,
    paint,
  );
}
