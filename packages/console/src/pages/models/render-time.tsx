/** How long a model takes: measured on this installation where there is anything to measure, else as declared. */
import type { Model } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { activityQuery } from '../../api/queries.ts';
import { Grade, gradeOf } from '../../ui/grade.tsx';
import { Fact } from '../../ui/panel.tsx';
import { spanText } from '../../ui/time.tsx';

/** Thirty days. */
const HOURS = 720;
const EXAMPLE_SECONDS = 5;

function useMeasured(model: Model) {
  const activity = useQuery(activityQuery(HOURS));
  return activity.data?.models.find((each) => each.model === model.id) ?? null;
}

/** A figure that nobody stands behind: another model's, or a guess. The word `unknown` beside a number is a riddle. */
function isAssumed(grade: string): boolean {
  return gradeOf(grade) === 'unknown';
}

export function RenderTime({ model }: { model: Model }) {
  const measured = useMeasured(model);
  const { base, per_second, grade, source } = model.expected_render_seconds;
  if (measured?.render_seconds) {
    return (
      <span className="flex items-center gap-1.5 whitespace-nowrap text-ink-2">
        {spanText(measured.render_seconds.p50)}
        <Grade grade="measured" source={`median of ${measured.succeeded} renders here, last 30 days`} />
      </span>
    );
  }
  return (
    <span className="flex items-center gap-1.5 whitespace-nowrap text-ink-2">
      ≈ {spanText(base + per_second * EXAMPLE_SECONDS)}
      {isAssumed(grade) && ', assumed'}
      <Grade grade={grade} source={source.name} date={source.reviewed_on} />
    </span>
  );
}

export function Times({ model }: { model: Model }) {
  const measured = useMeasured(model);
  const { base, per_second, grade, source } = model.expected_render_seconds;
  return (
    <dl className="grid gap-x-6 gap-y-4 sm:grid-cols-2 lg:grid-cols-4">
      <Fact name="Expected render, 5 s clip">
        <span className="flex flex-wrap items-center gap-x-1.5">
          ≈ {spanText(base + per_second * EXAMPLE_SECONDS)}
          <Grade grade={grade} source={source.name} date={source.reviewed_on} word={!isAssumed(grade)} />
          {isAssumed(grade) && <span className="text-ink-3">no measurement yet, assumed</span>}
        </span>
      </Fact>
      <Measured name="Wait for a slot, here" spread={measured?.wait_seconds} count={measured?.ordered} />
      <Measured name="Slot to stored, here" spread={measured?.render_seconds} count={measured?.succeeded} />
      <Fact name="Ended well, here">
        {measured?.success_share == null
          ? 'nothing to measure yet'
          : `${Math.round(measured.success_share * 1_000) / 10} % of ${measured.succeeded + measured.failed}`}
      </Fact>
    </dl>
  );
}

type MeasuredProps = {
  name: string;
  spread: { p50: number; p95: number } | null | undefined;
  count: number | undefined;
};

function Measured({ name, spread, count }: MeasuredProps) {
  return (
    <Fact name={name}>
      {spread ? (
        <span className="flex flex-wrap items-center gap-x-1.5">
          {spanText(spread.p50)} <span className="text-ink-3">p95 {spanText(spread.p95)}</span>
          <Grade grade="measured" source={`${count ?? 0} tasks on this installation, last 30 days`} />
        </span>
      ) : (
        'nothing to measure yet'
      )}
    </Fact>
  );
}
