/**
 * Callbacks. With a webhook key they carry a signature, but it covers the task id and the time only: whoever sees one
 * genuine delivery can send the same signature with any body for as long as the time is fresh. So a right signature
 * vouches for the id and for nothing else, and the task is asked for before anything is believed.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { CallbackOutcome, PathContext, RawCallback } from '../contract.ts';
import { KieSettings } from './auth.ts';
import { type Handle, parseBody, TaskId } from './wire.ts';

const TOLERANCE_MS = 5 * 60_000;

/** The id stands in `data`, spelled in either way. */
const Body = z.object({
  data: z.union([
    z.object({ taskId: TaskId }),
    z.object({ task_id: TaskId }).transform((data) => ({ taskId: data.task_id })),
  ]),
});

export function readCallback(path: PathContext, callback: RawCallback): CallbackOutcome {
  const settings = KieSettings.safeParse(path.settings);
  if (!settings.success) return rejected('the settings of this path are not valid');
  const parsed = parseBody(callback.body);
  if (!parsed.ok) return rejected('the body is not JSON');
  const body = Body.safeParse(parsed.value);
  if (!body.success) return rejected('the body names no task');
  const { taskId } = body.data.data;
  const key = settings.data.webhook_key;
  const fault = key === undefined ? null : signatureFault(key, taskId, callback);
  if (fault !== null) return rejected(fault);
  const handle: Handle = { v: 1, taskId };
  return {
    kind: 'hint',
    verified: key !== undefined,
    deliveryId: null,
    upstreamId: taskId,
    correlationId: null,
    // Whatever the body says of the state, nobody signed it.
    word: null,
    handle,
  };
}

function rejected(reason: string): CallbackOutcome {
  return { kind: 'rejected', reason };
}

function signatureFault(key: string, taskId: string, callback: RawCallback): string | null {
  const timestamp = headerOf(callback, 'x-webhook-timestamp');
  const signature = headerOf(callback, 'x-webhook-signature');
  if (!timestamp || !signature) return 'the signature headers are missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'the timestamp is not in unix seconds';
  const ageMs = callback.receivedAtMs - Number(timestamp) * 1000;
  if (Math.abs(ageMs) > TOLERANCE_MS) return 'the delivery is more than five minutes old or ahead';
  const expected = createHmac('sha256', key).update(`${taskId}.${timestamp}`).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected)
    ? null
    : 'the signature is wrong';
}

function headerOf(callback: RawCallback, name: string): string | null {
  for (const [key, value] of Object.entries(callback.headers)) {
    if (key.toLowerCase() === name) return value;
  }
  return null;
}
