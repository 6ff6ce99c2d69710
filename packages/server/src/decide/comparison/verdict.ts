/** The verdict of a comparison, in sentences that somebody can act on: which one, why, and what to do first. */
import {
  Check,
  type Comparison,
  checkDefinitions,
  decimalFromMicros,
  type FactStatement,
} from '@sluice/contract';
import type { Ranked } from '../comparison.ts';

type Asked = { peak: number | null; seconds: number | null };

const CHECKS_FIRST: readonly Check[] = ['throughput', 'retention', 'async', 'balance'];
const CONCERNS_SAID = 4;

export function verdictOf(ranked: readonly Ranked[], asked: Asked): Comparison['verdict'] {
  const carriers = ranked.filter(({ totalMicros }) => totalMicros !== null);
  const [best, next] = carriers;
  if (!best) return { recommended: null, sentences: nobody(ranked) };
  const sentences = [
    headline(best, next, carriers.length, ranked.length),
    ...peakSentence(best, asked.peak),
    ...deliveredSentence(best),
    ...mindSentence(best),
    ...others(best, ranked),
    questionsSentence(best),
  ];
  return { recommended: best.input.name, sentences };
}

function headline(best: Ranked, next: Ranked | undefined, carriers: number, all: number): string {
  const price = `${usd(best.totalMicros)} at worst`;
  const who = best.input.sandbox ? `${best.input.name} (a sandbox)` : best.input.name;
  const what = best.input.kind === 'vendor' ? `Open an account with ${who}` : `Take ${who}`;
  if (!next) return `${what}: of ${all} it alone has a price for the whole mix, ${price}.`;
  if (next.fit.kind === 'below' && best.fit.kind !== 'below' && dearer(best, next)) {
    return `${what}: ${price}; ${next.input.name} costs less and does not carry your peak.`;
  }
  if (next.input.sandbox && !best.input.sandbox) return `${what}: the mix costs ${price}.`;
  const percent = percentMore(next.totalMicros, best.totalMicros);
  const gap = percent === 0n ? `as much as ${next.input.name}` : `${percent} % less than ${next.input.name}`;
  return `${what}: the mix costs ${price}, ${gap}, the next of ${carriers} that can do all of it.`;
}

function dearer(a: Ranked, b: Ranked): boolean {
  return (a.totalMicros ?? 0n) > (b.totalMicros ?? 0n);
}

/** By how much less the better one costs. */
function percentMore(more: bigint | null, less: bigint | null): bigint {
  return more === null || less === null || more <= 0n || more <= less ? 0n : ((more - less) * 100n) / more;
}

function peakSentence({ fit }: Ranked, peak: number | null): string[] {
  switch (fit.kind) {
    case 'not_asked':
      return [];
    case 'unknown':
      return [`Whether it carries your peak of ${peak} at once is not known: verify it before launch.`];
    case 'carries':
      return [`Its limit of ${fit.by.text} (${evidence(fit.by)}) carries your peak of ${peak}.`];
    case 'on_a_plan':
      return [
        `Your peak of ${peak} needs ${fit.by.text} (${evidence(fit.by)}); ${fit.below.text} are too few.`,
      ];
    case 'below':
      return [
        `Its limit of ${fit.most.text} (${evidence(fit.most)}) is below your peak of ${peak}: jobs will wait, until ` +
          'it is raised or a second path takes over.',
      ];
  }
}

function evidence({ grade, source }: FactStatement): string {
  return `${grade}, reviewed on ${source.reviewed_on}`;
}

function deliveredSentence({ input, listPerSecondMicros }: Ranked): string[] {
  const { deliveredPerSecondMicros: delivered } = input;
  if (delivered === null || listPerSecondMicros === null) return [];
  return [
    `A delivered second really cost ${usd(delivered)} so far; by the list it is ${usd(listPerSecondMicros)}.`,
  ];
}

function mindSentence({ concerns }: Ranked): string[] {
  const said = CHECKS_FIRST.flatMap((check) => concerns[check]).slice(0, CONCERNS_SAID);
  return said.length === 0 ? [] : [`Mind: ${said.join(' ')}`];
}

function others(best: Ranked, ranked: readonly Ranked[]): string[] {
  return ranked.filter((each) => each !== best).map((each) => `${each.input.name}: ${whyNot(each, best)}`);
}

function whyNot(other: Ranked, best: Ranked): string {
  if (other.totalMicros === null) return `not for this mix. ${other.missing[0] ?? ''}`.trim();
  const reasons = [
    ...(other.fit.kind === 'below' ? [`its limit of ${other.fit.most.text} does not carry your peak`] : []),
    ...(dearer(other, best)
      ? [`costs ${usd(other.totalMicros)}, ${percentAbove(other, best)} % more`]
      : [`costs ${usd(other.totalMicros)}`]),
    ...(other.input.sandbox ? ['is a sandbox'] : []),
    ...(other.open > best.open ? [`leaves ${other.open} questions open against ${best.open}`] : []),
  ];
  return `${reasons.join(', ')}.`;
}

function percentAbove(other: Ranked, best: Ranked): bigint {
  const base = best.totalMicros ?? 0n;
  return base === 0n ? 0n : (((other.totalMicros ?? 0n) - base) * 100n) / base;
}

function questionsSentence({ input, open }: Ranked): string {
  if (open === 0) return `Nothing is left to ask ${input.dossier.provider_name}.`;
  const checks = [...new Set(input.dossier.open_questions.map(({ check }) => check))];
  const titles = Check.options
    .filter((check) => checks.includes(check))
    .map((check) => checkDefinitions[check].title.toLowerCase());
  const noun = open === 1 ? '1 question is' : `${open} questions are`;
  return `Before you commit, ${noun} open with ${input.dossier.provider_name}, on ${titles.join('; ')}.`;
}

function nobody(ranked: readonly Ranked[]): string[] {
  if (ranked.length === 0)
    return ['There is nothing to compare: no path is set up and no vendor was asked for.'];
  return [
    'None of them has a price for the whole mix.',
    ...ranked.map(({ input, missing }) => `${input.name}: ${missing[0] ?? 'no price'}`),
  ];
}

function usd(micros: bigint | null): string {
  return micros === null ? 'no price' : `${decimalFromMicros(micros)} USD`;
}
