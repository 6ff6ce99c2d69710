/** Documents of a vendor as fixtures hold them: several in one file, each with its source, date and outcome. */
import { z } from 'zod';
import type { VendorDocument } from './subject.ts';

const Document = z.strictObject({
  name: z.string(),
  source: z.string(),
  read: z.iso.date(),
  path: z.string().default('main'),
  operation: z.enum(['submit', 'observe', 'find', 'balance']),
  status: z.int(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown(),
  expect: z.strictObject({
    kind: z.string(),
    class: z.string().optional(),
    upstreamId: z.string().optional(),
    status: z.string().optional(),
    failure: z.string().optional(),
    outputs: z.int().optional(),
    cost: z.strictObject({ unit: z.string(), micros: z.string() }).optional(),
    ids: z.array(z.string()).optional(),
    retryAfterMs: z.int().optional(),
  }),
});

export function readDocuments(text: string): VendorDocument[] {
  return z.array(Document).parse(JSON.parse(text));
}
