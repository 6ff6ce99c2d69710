/** The shape of one operation of the API, and the pieces that most operations share. */
import { z } from 'zod';
import type { Scope } from './accounts.ts';
import type { ErrorCode } from './errors.ts';

export type Operation = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With `{id}` parameters, as in OpenAPI. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  /** `public` needs no key; otherwise the scope that the key must have. */
  access: 'public' | z.infer<typeof Scope>;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Content types of the body when it is not JSON. */
  bodyTypes?: string[];
  response: { status: number; schema?: z.ZodType; contentType?: string; description: string };
  errors: ErrorCode[];
  /**
   * Honours `Idempotency-Key`. tasks: the repeat gets the same tasks, for 7 days. answer: it gets the same answer,
   * for a day, with what is shown once.
   */
  idempotent?: 'tasks' | 'answer';
};

/** A JSON answer. */
export const json = (schema: z.ZodType, description: string, status = 200) => ({
  status,
  schema,
  description,
});

/** What any operation with a body can refuse. */
export const INPUT = ['invalid_json', 'invalid_input', 'unknown_field'] as const;

export function list<T extends z.ZodType>(item: T, id: string) {
  return z
    .strictObject({ object: z.literal('list'), data: z.array(item), next_cursor: z.string().nullable() })
    .meta({ id });
}

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});

export const Deleted = z
  .strictObject({ id: z.string(), object: z.string(), deleted: z.literal(true) })
  .meta({ id: 'Deleted' });
