/** The requests behind a task's attempts, out of the history that each attempt keeps. Pure. */
import type { UpstreamExchange } from '@sluice/contract';
import { z } from 'zod';
import type { AttemptRow } from '../../store/reads.ts';
import { instant } from './instant.ts';
import { redactText } from './redact.ts';

/** What older attempts kept is read as well: they have no bodies. */
const Kept = z.object({
  operation: z.string(),
  method: z.string(),
  url: z.string(),
  result: z.enum(['answered', 'not_sent', 'lost']),
  status: z.int().nullable(),
  reason: z.string().nullable(),
  sentAtMs: z.number(),
  durationMs: z.int(),
  bytes: z.int(),
  request: z.string().nullable().catch(null),
  response: z.string().nullable().catch(null),
});
const History = z
  .array(z.object({ data: z.object({ exchanges: z.array(Kept).catch([]) }).catch({ exchanges: [] }) }))
  .catch([]);

export function exchangesOf(attempts: readonly AttemptRow[]): UpstreamExchange[] {
  return attempts.flatMap(({ id, path_name: path, history }) =>
    History.parse(history).flatMap(({ data }) =>
      data.exchanges.map(({ sentAtMs, durationMs, url, request, response, ...exchange }) => ({
        attempt: id,
        path,
        at: instant(sentAtMs),
        ...exchange,
        url: redactText(url),
        duration_ms: durationMs,
        request: request === null ? null : redactText(request),
        response: response === null ? null : redactText(response),
      })),
    ),
  );
}
