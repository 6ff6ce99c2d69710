/** What a run of one seed came to, as it travels between processes. */
import { z } from 'zod';

export const Verdict = z.object({
  seed: z.number().int(),
  ok: z.boolean(),
  /** Of the whole trace: equal for two runs of one seed. */
  hash: z.string(),
  steps: z.number().int(),
  /** Virtual time that passed. */
  virtualMs: z.number(),
  tasks: z.number().int(),
  realMs: z.number(),
  failure: z.object({ invariant: z.string(), message: z.string(), last: z.array(z.string()) }).nullable(),
});
export type Verdict = z.infer<typeof Verdict>;

export function describeFailure(verdict: Verdict, command: string): string {
  const { failure } = verdict;
  if (!failure) return `seed ${verdict.seed}: fine`;
  return [
    `seed ${verdict.seed} broke ${failure.invariant}: ${failure.message}`,
    `replay: ${command}`,
    `its last ${failure.last.length} steps:`,
    ...failure.last.map((line) => `  ${line}`),
  ].join('\n');
}
