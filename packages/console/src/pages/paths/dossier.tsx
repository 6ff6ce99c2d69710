/** The dossier of a path or a vendor: five checks, each fact with how sure it is, by whom and since when. */
import type { DossierCheck, DossierFact, FactStatement } from '@sluice/sdk';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { sluice } from '../../api/client.ts';
import { Grade } from '../../ui/grade.tsx';
import { Failure, SkeletonRows } from '../../ui/panel.tsx';
import { QuestionList } from '../compare/questions.tsx';

const dossierQuery = (name: string) =>
  queryOptions({
    queryKey: ['paths', name, 'dossier'],
    queryFn: ({ signal }) => sluice.paths.dossier(name, { signal }),
    staleTime: 60_000,
  });

export function Dossier({ name }: { name: string }) {
  const dossier = useQuery(dossierQuery(name));
  if (dossier.isPending) return <SkeletonRows rows={6} />;
  if (dossier.isError) {
    return (
      <Failure error={dossier.error} what="The dossier could not be read." retry={() => dossier.refetch()} />
    );
  }
  const { checks, open_questions: open } = dossier.data;
  return (
    <div className="grid gap-1">
      {checks.map((check) => (
        <Check key={check.check} check={check} />
      ))}
      {open.length > 0 && (
        <details className="border-t pt-2">
          <summary className="rounded-sm py-1 font-medium">
            {open.length === 1 ? 'One question' : `${open.length} questions`} to the vendor
          </summary>
          <QuestionList questions={open} />
        </details>
      )}
    </div>
  );
}

function Check({ check }: { check: DossierCheck }) {
  return (
    <details className="border-b pb-2">
      <summary className="grid gap-0.5 rounded-sm py-1.5">
        <span className="flex flex-wrap items-baseline justify-between gap-x-4">
          <span className="font-medium">
            {check.number}. {check.title}
          </span>
          <span className="text-[0.93rem] text-ink-3">
            {check.grade}, {check.known} known{check.open > 0 && `, ${check.open} open`}
          </span>
        </span>
        <span className="text-ink-2">{check.summary}</span>
      </summary>
      <dl className="mt-1 grid gap-2.5 pl-4">
        {check.facts.map((fact) => (
          <FactLine key={fact.fact} fact={fact} />
        ))}
      </dl>
    </details>
  );
}

function FactLine({ fact }: { fact: DossierFact }) {
  const others = fact.statements.slice(fact.standing === null ? 0 : 1);
  return (
    <div className="grid gap-x-4 sm:grid-cols-[12rem_minmax(0,1fr)]">
      <dt className="text-ink-3">{fact.title}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">
        {fact.standing === null ? (
          <span className="inline-flex items-center gap-1.5 text-ink-3">
            <Grade grade="unknown" /> unknown
          </span>
        ) : (
          <Statement statement={fact.standing} />
        )}
        {fact.disagree && <span className="block text-warn">Statements disagree:</span>}
        {(fact.disagree ? others : []).map((each) => (
          <Statement key={`${each.origin} ${each.text} ${JSON.stringify(each.scope)}`} statement={each} />
        ))}
      </dd>
    </div>
  );
}

function Statement({ statement }: { statement: FactStatement }) {
  const { text, grade, source, stale, reviewed_by: by, scope, note } = statement;
  const where = Object.values(scope).join(', ');
  return (
    <span className="block">
      <Grade
        grade={grade}
        source={`${source.name}, looked at by ${by}`}
        date={source.reviewed_on}
        stale={stale}
      />{' '}
      {text}
      {where !== '' && <span className="text-ink-3"> ({where})</span>}
      {note && <span className="block text-[0.93rem] text-ink-3">{note}</span>}
    </span>
  );
}
