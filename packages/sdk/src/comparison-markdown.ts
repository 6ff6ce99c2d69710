/** A comparison as Markdown, for a ticket or a decision record. */
import { cellOf, mixText } from './comparison-cells.ts';
import type { Candidate, Comparison } from './types.ts';

export function comparisonMarkdown(comparison: Comparison): string {
  const { candidates, checks, verdict, made_at: madeAt, peak_in_flight: peak } = comparison;
  const names = candidates.map(({ name }) => marked(name));
  const rows = checks.map(({ check, number, title }) => [
    `**${number}. ${marked(title)}**`,
    ...candidates.map((candidate) => {
      const { text, grade, reviewedOn, stale } = cellOf(candidate, check);
      const when = [grade, ...(reviewedOn === null ? [] : [reviewedOn]), ...(stale ? ['stale'] : [])].join(
        ', ',
      );
      return `${marked(text)} _(${when})_`;
    }),
  ]);
  const parts = [
    `# Access paths for ${marked(mixText(comparison))}`,
    `Made on ${madeAt.slice(0, 10)}${peak === null ? '' : `, for ${peak} clips at once at the peak`}.`,
    `## Verdict\n\n${verdict.sentences.map((sentence) => `- ${marked(sentence)}`).join('\n')}`,
    `## Checks\n\n${[['Check', ...names], ['---', ...names.map(() => '---')], ...rows].map(line).join('\n')}`,
    `## What speaks against each\n\n${candidates.map(concernsOf).join('\n')}`,
    `## Questions to the vendors\n\n${candidates.map(questionsOf).join('\n\n')}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function concernsOf({ name, concerns }: Candidate): string {
  const said = concerns.length === 0 ? 'nothing that is known' : concerns.join(' ');
  return `- **${marked(name)}**: ${marked(said)}`;
}

function questionsOf({ provider_name: vendor, name, open_questions: open }: Candidate): string {
  const list = open.map(({ question }, index) => `${index + 1}. ${marked(question)}`);
  return `### ${marked(vendor)} (${marked(name)})\n\n${list.length === 0 ? 'Nothing is open.' : list.join('\n')}`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Text of others must neither end a cell nor start markup. */
export function marked(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, '\\$&').replace(/\s+/g, ' ');
}
