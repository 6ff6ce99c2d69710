/** A verification as its row keeps it: parsed when it is read back, for a newer release may read an older row. */
import { FactName, Mode, VerificationStepKind } from '@sluice/contract';
import { z } from 'zod';

const Micros = z.coerce.bigint();

/** One clip that may be ordered: the shortest and cheapest of its mode. */
export const Probe = z.object({ mode: Mode, order: z.record(z.string(), z.unknown()), micros: Micros });
export type Probe = z.infer<typeof Probe>;

export const Figures = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export type Figures = z.infer<typeof Figures>;

export const StepRecord = z.object({
  kind: VerificationStepKind,
  state: z.enum(['waiting', 'running', 'passed', 'failed', 'skipped']),
  what: z.string(),
  clipsMost: z.int(),
  worstMicros: Micros,
  finding: z.string().nullable(),
  figures: Figures,
  startedAtMs: z.number().nullable(),
  endedAtMs: z.number().nullable(),
});
export type StepRecord = z.infer<typeof StepRecord>;

/** The sample link. `strikes`: looks in a row that found it dead; one may be an accident. */
export const LinkWatch = z.object({
  url: z.string(),
  state: z.enum(['alive', 'dead', 'given_up']),
  madeAtMs: z.number(),
  statedEndMs: z.number().nullable(),
  firstSeenAtMs: z.number(),
  lastAliveAtMs: z.number(),
  deadAtMs: z.number().nullable(),
  nextLookAtMs: z.number().nullable(),
  looks: z.int(),
  strikes: z.int(),
});
export type LinkWatch = z.infer<typeof LinkWatch>;

export const VerificationRecord = z.object({
  budgetMicros: Micros,
  worstMicros: Micros,
  model: z.string(),
  family: z.string(),
  /** The cheapest first. */
  probes: z.array(Probe),
  steps: z.array(StepRecord),
  facts: z.array(z.object({ fact: FactName, text: z.string() })),
  watch: LinkWatch.nullable(),
  confirmedBy: z.string().nullable(),
  confirmedAtMs: z.number().nullable(),
});
export type VerificationRecord = z.infer<typeof VerificationRecord>;
