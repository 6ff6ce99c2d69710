/** Kie as the exam's subject: paths, orders, documents and callbacks. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { CallbackCase, Subject, VendorDocument } from '../../conformance/subject.ts';
import { recordedDocuments } from '../../conformance/testing/recorded.ts';
import type { PathContext } from '../../contract.ts';
import { kie } from '../adapter.ts';
import { declaredOrders, orderOf, refusedOrders } from './orders.ts';
import { apiKey, emulatedWith, startMs, webhookKey } from './stage.ts';

const folder = new URL('../fixtures/', import.meta.url);
export const upstreamId = '281e5b0f39b9f6a1c4d2e3f405162738';
export const ids = {
  correlationId: 'att-0001',
  callbackUrl: 'https://gateway.example/callbacks/main/tok_0123456789',
  startBeforeMs: null,
};

export const path: PathContext = {
  name: 'kie-main',
  baseUrl: kie.defaultBaseUrl,
  credential: { api_key: apiKey },
  settings: {},
  nowMs: startMs,
};
export const signedPath: PathContext = { ...path, settings: { webhook_key: webhookKey } };

const Fixture = z.object({
  name: z.string(),
  read: z.string(),
  operation: z.enum(['submit', 'observe', 'find', 'balance']),
  status: z.int(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown(),
  expect: z.object({
    kind: z.string(),
    class: z.string().optional(),
    upstreamId: z.string().optional(),
    status: z.string().optional(),
    failure: z.string().optional(),
    outputs: z.int().optional(),
    retryAfterMs: z.int().optional(),
  }),
});
const Handles = z.array(z.object({ since: z.string(), handle: z.unknown() }));

function readFixture<T>(name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')));
}

function documents(): VendorDocument[] {
  return ['creates', 'refusals', 'tasks', 'credits'].flatMap((name) =>
    readFixture(name, z.array(Fixture)).map((document) => ({ ...document, path: 'main' })),
  );
}

export function taskBody(state: string, urls: readonly string[]): string {
  const resultJson = JSON.stringify({ resultUrls: urls });
  const data = { taskId: upstreamId, state, resultJson, updateTime: startMs, completeTime: startMs };
  return JSON.stringify({ code: 200, msg: 'success', data });
}

/** Over id and time only. */
export function signedHeaders(taskId: string, atMs: number, key = webhookKey): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signature = createHmac('sha256', key).update(`${taskId}.${timestamp}`).digest('base64');
  return { 'X-Webhook-Timestamp': timestamp, 'X-Webhook-Signature': signature };
}

function callbacks(): CallbackCase[] {
  const body = taskBody('success', ['https://media.example/clip.mp4']);
  const given = (headers: Record<string, string>, text = body) => ({
    headers,
    body: text,
    receivedAtMs: startMs,
  });
  const right = signedHeaders(upstreamId, startMs);
  const other = taskBody('success', []).replaceAll(upstreamId, 'another-task');
  const altered = taskBody('fail', []);
  const cases: [string, CallbackCase['callback'], CallbackCase['expect']][] = [
    ['a right signature', given(right), 'verified'],
    ['a right signature with an altered body vouches for the id only', given(right, altered), 'verified'],
    [
      'an id spelled the other way',
      given(right, JSON.stringify({ data: { task_id: upstreamId } })),
      'verified',
    ],
    ['no signature', given({}), 'rejected'],
    ['another task under the same signature', given(right, other), 'rejected'],
    ['another key', given(signedHeaders(upstreamId, startMs, 'another-webhook-key')), 'rejected'],
    ['another time', given({ ...right, 'X-Webhook-Timestamp': String(startMs / 1000 - 1) }), 'rejected'],
    ['a replay', given(signedHeaders(upstreamId, startMs - 301_000)), 'rejected'],
    ['from the future', given(signedHeaders(upstreamId, startMs + 301_000)), 'rejected'],
    ['a signature of no length', given({ ...right, 'X-Webhook-Signature': '' }), 'rejected'],
  ];
  return [
    ...cases.map(([about, callback, expect]) => ({ about, path: signedPath, callback, expect })),
    { about: 'no key configured', path, callback: given({}), expect: 'hint' },
    {
      about: 'a body that names no task',
      path,
      callback: given({}, '{"data":{"state":"success"}}'),
      expect: 'rejected',
    },
  ];
}

export function kieSubject(): Subject {
  return {
    provider: kie,
    paths: { main: path },
    plainOrder: orderOf(),
    ids,
    upstreamId,
    accepted: declaredOrders().map((one) => ({ ...one, path: 'main' })),
    refused: refusedOrders.map((one) => ({ ...one, path: 'main' })),
    documents: [...documents(), ...recordedDocuments(folder, 'kie')],
    refusalClasses: ['bad_input', 'throttled', 'wallet', 'credentials', 'no_model', 'unavailable'],
    handles: readFixture('handles', Handles).map((one) => ({ ...one, path: 'main' })),
    statusAnswer: (_path, word) => taskBody(word, ['https://media.example/clip.mp4']),
    emptySuccess: () => taskBody('success', []),
    callbacks: callbacks(),
    exceptions: [{ law: 15, reason: 'no answer of Kie says what a task cost' }],
    emulated: emulatedWith(path),
  };
}
