/** What nobody knows yet, as questions to each vendor, ready to be sent. */
import type { Candidate } from '@sluice/sdk';
import { Copy } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy.ts';
import { Panel } from '../../ui/panel.tsx';

export function Questions({ candidates }: { candidates: readonly Candidate[] }) {
  const asked = candidates.filter(({ open_questions: open }) => open.length > 0);
  if (asked.length === 0) return null;
  return (
    <Panel title="Open questions" flush>
      {asked.map((candidate) => (
        <details
          key={candidate.name}
          className="border-b px-4 py-2.5 last:border-0"
          open={candidate.rank === 1}
        >
          <summary className="rounded-sm py-1 font-medium">
            {candidate.provider_name}
            <span className="font-normal text-ink-3">
              {' '}
              · {candidate.name}, {candidate.open_questions.length} open
            </span>
          </summary>
          <QuestionList questions={candidate.open_questions} />
        </details>
      ))}
    </Panel>
  );
}

export function QuestionList({ questions }: { questions: Candidate['open_questions'] }) {
  const text = questions.map(({ question }, at) => `${at + 1}. ${question}`).join('\n');
  return (
    <div className="pt-2 pb-1">
      <ol className="grid list-decimal gap-1.5 pl-5">
        {questions.map(({ fact, question, because }) => (
          <li key={`${fact} ${question}`}>
            {question} <span className="text-ink-3">{because}</span>
          </li>
        ))}
      </ol>
      <Button
        small
        className="mt-3 print:hidden"
        icon={<Copy className="size-3.5" aria-hidden="true" />}
        onClick={() => copyText(text, 'The questions are copied')}
      >
        Copy the questions
      </Button>
    </div>
  );
}
