/** A verification as a report in Markdown, signed off with the name of the person who agreed to its cost. */
import { marked, type Verification, type VerificationStep } from '@sluice/sdk';

export function verificationReport(verification: Verification): string {
  const { path, id, model, modes, facts, steps } = verification;
  const parts = [
    `# Verification of ${marked(path)}`,
    `Measured with ${marked(model)} (${modes.join(', ')}). Id: \`${id}\`.`,
    `## Sign-off\n\n${signOff(verification)}`,
    `## Steps\n\n${[['Step', 'Result', 'What was found'], ['---', '---', '---'], ...steps.map(row)]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n')}`,
    `## Facts written to the dossier\n\n${
      facts.length === 0 ? 'None.' : facts.map(({ text }) => `- ${marked(text)}`).join('\n')
    }`,
    `## Result link\n\n${link(verification)}`,
    `## Tasks\n\n${steps.flatMap(taskLines).join('\n') || 'None were ordered.'}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function signOff(verification: Verification): string {
  const { confirmed_by: by, confirmed_at: at, worst_case: worst, spent, budget, state } = verification;
  const agreed =
    by === null
      ? '- Nobody has agreed to its cost; nothing was ordered.'
      : `- ${marked(by)} agreed to at most ${worst} USD at ${at}.`;
  const ended = verification.ended_at === null ? 'It has not ended.' : `Ended at ${verification.ended_at}.`;
  return [
    agreed,
    `- Spent by the gateway’s books: ${spent} USD of ${budget} USD.`,
    `- State: ${state}. ${ended}`,
  ].join('\n');
}

function row({ kind, state, finding, what }: VerificationStep): string[] {
  return [kind, state, marked(finding ?? what)];
}

function link({ link_watch: watch }: Verification): string {
  if (watch === null) return 'No link was watched.';
  const seen = `First seen at ${watch.first_seen_at}, last alive at ${watch.last_alive_at}, ${watch.looks} looks.`;
  if (watch.state === 'dead') return `${seen} Dead at ${watch.dead_at}.`;
  if (watch.state === 'given_up') return `${seen} It is not watched any more.`;
  return `${seen} It is still watched; the next look is at ${watch.next_look_at}.`;
}

function taskLines({ kind, task_ids: ids }: VerificationStep): string[] {
  return ids.map((id) => `- ${kind}: \`${id}\``);
}
