/** What a plan answers: verdict, the week as a picture, what-if side by side, five validations, assumptions. */
import type { Plan, PlanOutcome, PlanResult, PlanValidation } from '@sluice/sdk';
import type { ReactNode } from 'react';
import { Amount } from '../../ui/amount.tsx';
import { countText } from '../../ui/locale.ts';
import { Panel } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';
import { spanText } from '../../ui/time.tsx';
import { Tone, type ToneWord } from '../../ui/tone.tsx';
import { type Named, Play } from './play.tsx';
import { Week } from './week.tsx';

export function PlanAnswer({ plan }: { plan: Plan }) {
  if (plan.result) return <Result result={plan.result} />;
  if (plan.status === 'failed' || plan.status === 'interrupted') {
    return (
      <p role="alert" className="rounded-lg border border-bad/40 bg-bad-soft p-4 text-bad">
        {plan.error ?? 'The process that worked on it ended. Simulate it again.'}
      </p>
    );
  }
  const percent = Math.round(plan.progress * 100);
  return (
    <Panel title="Simulating">
      <div role="status" className="grid gap-2">
        <p className="text-ink-2">
          {plan.status === 'waiting'
            ? 'Waiting for another plan to end'
            : `${percent} % of the runs are done`}
        </p>
        <progress
          className="h-2 w-full accent-[var(--accent)]"
          aria-label="Progress"
          max={1}
          value={plan.progress}
        />
      </div>
    </Panel>
  );
}

function Result({ result }: { result: PlanResult }) {
  const { verdict, base, variants, carries, needs, simulated } = result;
  const outcomes: Named[] = [{ name: 'As asked', outcome: base }, ...variants];
  return (
    <>
      <section aria-label="Verdict" className="rounded-lg border border-accent-line bg-accent-soft p-4">
        <p className="text-[1.07rem] font-medium">{verdict.sentence}</p>
        {!verdict.sentence.includes(verdict.bottleneck.sentence) && (
          <p className="mt-1 text-ink-2">{verdict.bottleneck.sentence}</p>
        )}
        <ul className="mt-2 grid gap-1 text-ink-2">
          {verdict.advice.map((each) => (
            <li key={each}>{each}</li>
          ))}
          {carries && <li>{carries.sentence}</li>}
          {needs?.map(({ path, family, because }) => (
            <li key={`${path} ${family}`}>
              Slots of {path} for {family}: {because}
            </li>
          ))}
        </ul>
        <p className="mt-2 text-[0.93rem] text-ink-3">
          {countText(simulated.tasks)} tasks in {simulated.runs} runs of {simulated.days} days.
        </p>
      </section>
      <Play outcomes={outcomes} />
      <Week outcome={base} />
      <Beside outcomes={outcomes} />
      <Validations validations={Object.entries(result.validations)} />
      <Assumptions assumptions={result.assumptions} />
    </>
  );
}

const ROWS: { name: string; of: (outcome: PlanOutcome) => ReactNode }[] = [
  {
    name: 'Meets the target',
    of: ({ meets_target: meets }) => (meets ? <Tone tone="ok">yes</Tone> : <Tone tone="bad">no</Tone>),
  },
  { name: 'Wait, half of them', of: ({ overall }) => spanText(overall.wait.p50.mean) },
  { name: 'Wait, 95 %', of: ({ overall }) => spanText(overall.wait.p95.mean) },
  { name: 'Order to stored, 95 %', of: ({ overall }) => spanText(overall.finish.p95.mean) },
  { name: 'Slots taken, at most', of: ({ peak }) => countText(Math.round(peak.running.mean)) },
  { name: 'Slots wanted, in the fullest moment', of: ({ peak }) => countText(Math.round(peak.wanted.mean)) },
  { name: 'Longest backlog', of: ({ peak }) => countText(Math.round(peak.waiting.mean)) },
  {
    name: 'Vendors take, a month',
    of: ({ cost_per_month: cost }) => <Amount amount={cost.mean} currency="USD" />,
  },
  {
    name: 'A delivered second',
    of: ({ cost_per_delivered_second: cost }) =>
      cost === null ? '–' : <Amount amount={cost.mean} currency="USD" />,
  },
];

function Beside({ outcomes }: { outcomes: readonly Named[] }) {
  return (
    <Panel title="What if" flush>
      <Table
        label="What if, side by side"
        columns={[
          { title: <span className="sr-only">Figure</span> },
          ...outcomes.map(({ name }) => ({ title: name, right: true })),
        ]}
      >
        {ROWS.map(({ name, of }) => (
          <tr key={name}>
            <td className="text-ink-2">{name}</td>
            {outcomes.map((each) => (
              <td key={each.name} className="text-right whitespace-nowrap" title={each.changes}>
                {of(each.outcome)}
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

const TONES: Record<PlanValidation['judgement'], ToneWord> = {
  good: 'ok',
  tight: 'warn',
  bad: 'bad',
  unknown: 'off',
};

function Validations({ validations }: { validations: [name: string, validation: PlanValidation][] }) {
  return (
    <Panel title="To validate before launch" flush>
      <ul>
        {validations.map(([name, { question, answer, judgement, grade }]) => (
          <li key={name} className="border-b px-4 py-3 last:border-0">
            <p className="flex flex-wrap items-baseline justify-between gap-x-4">
              <span className="font-medium">{question}</span>
              <Tone tone={TONES[judgement]}>{judgement}</Tone>
            </p>
            <p className="mt-0.5 text-ink-2">
              {answer} <span className="text-ink-3">Rests on what is {grade}.</span>
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Assumptions({ assumptions }: { assumptions: PlanResult['assumptions'] }) {
  return (
    <Panel title="What it rests on" flush>
      <Table
        label="Assumptions"
        columns={[{ title: 'What' }, { title: 'Value' }, { title: 'Grade' }, { title: 'From' }]}
      >
        {assumptions.map(({ subject, value, grade, source }) => (
          <tr key={`${subject} ${value} ${source}`}>
            <td className="min-w-40">{subject}</td>
            <td className="min-w-32">{value}</td>
            <td className={grade === 'assumed' ? 'text-warn' : 'text-ink-2'}>{grade}</td>
            <td className="min-w-48 text-ink-3">{source}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
