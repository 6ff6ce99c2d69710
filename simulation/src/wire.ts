/** What a crew and its workers say to each other. */
import { z } from 'zod';
import { Verdict } from './verdict.ts';

export const FromCrew = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('run'),
    seed: z.number().int(),
    size: z.object({
      nodes: z.number().int().nullable(),
      intents: z.number().int().nullable(),
      paths: z.object({ least: z.number().int(), most: z.number().int() }).nullable(),
    }),
    plant: z.string().nullable(),
  }),
  z.object({ kind: z.literal('end') }),
]);
export type FromCrew = z.infer<typeof FromCrew>;

export const ToCrew = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({
    kind: z.literal('verdict'),
    verdict: Verdict,
    coverage: z.array(z.tuple([z.string(), z.number()])),
  }),
]);
export type ToCrew = z.infer<typeof ToCrew>;
