/** Both profiles of the family as the exam's subjects: paths, orders, documents and callbacks. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { CallbackCase, Subject, VendorDocument } from '../../conformance/subject.ts';
import { recordedDocuments } from '../../conformance/testing/recorded.ts';
import type { PathContext, Provider } from '../../contract.ts';
import { evolink, gptimage2 } from '../adapter.ts';
import { declaredOrders, orderOf, refusedOrders } from './orders.ts';
import { apiKey, emulatedWith, startMs } from './stage.ts';

const folder = new URL('../fixtures/', import.meta.url);
export const upstreamId = 'task-unified-1757165031-abcdef12';
export const ids = {
  correlationId: 'att-0001',
  callbackUrl: 'https://gateway.example/callbacks/main/tok_0123456789',
  startBeforeMs: null,
};

export function pathOf(provider: Provider): PathContext {
  // One profile has no base URL of its own; whoever runs it configures one.
  const baseUrl = provider.defaultBaseUrl || 'https://unified.example';
  return {
    name: `${provider.id}-main`,
    baseUrl,
    credential: { api_key: apiKey },
    settings: {},
    nowMs: startMs,
  };
}

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
    cost: z.object({ unit: z.string(), micros: z.string() }).optional(),
    retryAfterMs: z.int().optional(),
  }),
});
const Handles = z.array(z.object({ since: z.string(), handle: z.unknown() }));

export function readFixture<T>(name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')));
}

export function documents(): VendorDocument[] {
  return ['creates', 'refusals', 'tasks', 'credits'].flatMap((name) =>
    readFixture(name, z.array(Fixture)).map((document) => ({ ...document, path: 'main' })),
  );
}

export function taskBody(word: string, results: readonly string[]): string {
  const head = { id: upstreamId, object: 'video.generation.task', created: 1_757_165_031, status: word };
  return JSON.stringify({ ...head, results, usage: { credits_used: 27 } });
}

function callbacks(path: PathContext): CallbackCase[] {
  const genuine = taskBody('completed', ['https://media.example/clip.mp4']);
  const given = (body: string, headers: Record<string, string> = {}) => ({
    headers,
    body,
    receivedAtMs: startMs,
  });
  return [
    { about: 'a task record', path, callback: given(genuine), expect: 'hint' },
    {
      about: 'headers that look like a signature prove nothing',
      path,
      callback: given(genuine, { 'webhook-signature': 'v1,AAAA', 'webhook-id': 'd1' }),
      expect: 'hint',
    },
    { about: 'a task without a state', path, callback: given(`{"id":"${upstreamId}"}`), expect: 'rejected' },
    { about: 'half a body', path, callback: given(genuine.slice(0, 40)), expect: 'rejected' },
  ];
}

export const evolinkSubject = (): Subject => unifiedSubject(evolink);
export const gptimage2Subject = (): Subject => unifiedSubject(gptimage2);

export function unifiedSubject(provider: Provider): Subject {
  const path = pathOf(provider);
  return {
    provider,
    paths: { main: path },
    plainOrder: orderOf(),
    ids,
    upstreamId,
    accepted: declaredOrders().map((one) => ({ ...one, path: 'main' })),
    refused: refusedOrders.map((one) => ({ ...one, path: 'main' })),
    documents: [...documents(), ...recordedDocuments(folder, provider.id)],
    refusalClasses: [
      'bad_input',
      'moderation',
      'throttled',
      'wallet',
      'credentials',
      'forbidden',
      'no_model',
      'unavailable',
      'duplicate_key',
    ],
    handles: readFixture('handles', Handles).map((one) => ({ ...one, path: 'main' })),
    statusAnswer: (_path, word) => taskBody(word, ['https://media.example/clip.mp4']),
    emptySuccess: () => taskBody('completed', []),
    callbacks: callbacks(path),
    exceptions: [
      { law: 4, reason: 'no document shows a refusal inside a 2xx: errors come with their HTTP status' },
    ],
    emulated: emulatedWith(path),
  };
}
