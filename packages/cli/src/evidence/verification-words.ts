/** Verifications in words: the plan that is agreed to, and what was found. */
import type { Verification, VerificationStep } from '@sluice/sdk';
import type { Paint } from '../output/output.ts';
import { clean, moment, secondsBetween, span } from '../output/text.ts';

export function planText(plan: Verification, paint: Paint): string {
  const { color } = paint;
  const head = `${color.bold(`Verification of ${clean(plan.path)}`)}  ${clean(plan.model)}, ${plan.modes.join(', ')}`;
  const rows = plan.steps.map((step) => {
    const { kind, what, clips_most: clips, worst_case: worst } = step;
    if (step.state === 'skipped') return color.dim(`– ${kind.padEnd(14)} ${clean(what)}`);
    const price =
      clips === 0
        ? ''
        : color.bold(` ${clips === 1 ? 'one clip' : `${clips} clips`}, ${worst} USD at worst.`);
    return `· ${kind.padEnd(14)} ${clean(what)}${price}`;
  });
  const worst = color.bold(`${plan.worst_case} USD`);
  return `${head}\n\n${rows.join('\n')}\n\nIn the worst case it costs ${worst}, of a budget of ${plan.budget} USD.`;
}

const MARKS = { waiting: '·', running: '…', passed: '✓', failed: '✗', skipped: '–' } as const;

export function stepLine(step: VerificationStep, { color }: Paint): string {
  const mark = MARKS[step.state];
  const painted =
    step.state === 'passed' ? color.green(mark) : step.state === 'failed' ? color.red(mark) : color.dim(mark);
  const said = clean(step.finding ?? step.what);
  return `${painted} ${step.kind.padEnd(14)} ${step.state === 'skipped' ? color.dim(said) : said}`;
}

export function verificationText(verification: Verification, paint: Paint): string {
  const { color } = paint;
  const { path, state, spent, budget, id, steps, facts } = verification;
  const head = `${color.bold(clean(path))}  ${state}, ${spent} of ${budget} USD spent  ${color.dim(id)}`;
  const lines = steps.map((step) => stepLine(step, paint)).join('\n');
  const found = facts.map(({ text }) => `  · ${clean(text)}`).join('\n');
  const parts = [head, lines, ...(found === '' ? [] : [`${color.bold('Written to the dossier')}\n${found}`])];
  const watch = watchText(verification);
  return [...parts, ...(watch === null ? [] : [watch])].join('\n\n');
}

export function watchText({ link_watch: watch, path, id }: Verification): string | null {
  if (watch === null || watch.state !== 'alive') return null;
  const age = span(secondsBetween(watch.first_seen_at, watch.last_alive_at));
  return (
    `The sample link is alive after ${age}; the gateway looks again at ${moment(watch.next_look_at)} UTC. ` +
    `Later: sluice verify ${clean(path)} --resume ${id}`
  );
}
