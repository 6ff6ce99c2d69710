/**
 * A receiver of Kling's callbacks, written from its callback page (read 2026-11-22): both shapes of the body, and the
 * signature of 2026-08-07, which an account without a secret does not have.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export type KlingCallback = {
  generation: 'current' | 'legacy';
  id: string;
  status: string;
  externalId: string | null;
  urls: string[];
};

/** Its published test vector. */
export const KLING_VECTOR = {
  secret: `whsec_${Buffer.from('testsecrettestsecrettestsecret12').toString('base64')}`,
  nowMs: 1_781_080_794_000,
  headers: {
    'webhook-id': '9876543210',
    'webhook-timestamp': '1781080794',
    'webhook-signature': 'v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=',
  },
  body: '{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}',
};

const TOLERANCE_SECONDS = 300;

const Current = z.object({
  id: z.string().regex(/./),
  status: z.enum(['submitted', 'processing', 'succeeded', 'failed']),
  message: z.string(),
  create_time: z.int().min(1e12),
  update_time: z.int().min(1e12),
  external_id: z.string().nullish(),
  outputs: z.array(z.object({ type: z.string(), url: z.url(), duration: z.string() })).default([]),
});
const Legacy = z.object({
  task_id: z.string().regex(/./),
  task_status: z.enum(['submitted', 'processing', 'succeed', 'failed']),
  task_status_msg: z.string(),
  created_at: z.int().min(1e12),
  updated_at: z.int().min(1e12),
  task_info: z.object({ external_task_id: z.string().nullish() }),
  task_result: z.object({
    videos: z.array(z.object({ id: z.string(), url: z.url(), duration: z.string() })),
  }),
});

/** Null: not signed as it should be. `by`: null where no secret was made, so nothing is checked. */
export function readKlingCallback(
  headers: Readonly<Record<string, string>>,
  body: string,
  by: { secret: string; nowMs: number } | null,
): KlingCallback | null {
  if (by !== null && !isSigned(headers, body, by)) return null;
  const read = z.union([Current, Legacy]).parse(JSON.parse(body));
  if ('id' in read) {
    const { id, status, external_id: externalId = null, outputs } = read;
    return { generation: 'current', id, status, externalId, urls: outputs.map(({ url }) => url) };
  }
  const { task_id: id, task_status: status, task_info: info, task_result: result } = read;
  const urls = result.videos.map(({ url }) => url);
  return { generation: 'legacy', id, status, externalId: info.external_task_id ?? null, urls };
}

function isSigned(
  headers: Readonly<Record<string, string>>,
  body: string,
  { secret, nowMs }: { secret: string; nowMs: number },
): boolean {
  const part = (name: string) => headers[`webhook-${name}`] ?? '';
  if (Math.abs(nowMs / 1000 - Number(part('timestamp'))) > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key)
    .update(`${part('id')}.${part('timestamp')}.${body}`)
    .digest();
  return part('signature')
    .split(' ')
    .some((each) => {
      const given = Buffer.from(each.replace(/^v1,/, ''), 'base64');
      return each.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected);
    });
}
