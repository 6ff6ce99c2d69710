/** fal as the exam's subject: its paths, orders, documents and callbacks. */
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Subject } from '../../conformance/subject.ts';
import { recordedDocuments } from '../../conformance/testing/recorded.ts';
import type { PathContext } from '../../contract.ts';
import { fal } from '../adapter.ts';
import { callbackCases, requestId } from './callbacks.ts';
import { declaredOrders, orderOf, refusedOrders } from './orders.ts';
import { adminKey, apiKey, emulatedWith, startMs } from './stage.ts';

const folder = new URL('../fixtures/', import.meta.url);

export const ids = {
  correlationId: 'att-0001',
  callbackUrl: 'https://sluice.example/callbacks/fal/4a5b6c',
  startBeforeMs: null,
};

const base = { baseUrl: fal.defaultBaseUrl, settings: {}, nowMs: startMs };
export const paths = {
  main: { ...base, name: 'fal-main', credential: { api_key: apiKey } },
  admin: {
    ...base,
    name: 'fal-admin',
    credential: { api_key: apiKey, admin_key: adminKey },
    settings: { store_io: 'off', platform_retries: 'on' },
  },
} satisfies Record<string, PathContext>;

const Fixture = z.object({
  read: z.string(),
  source: z.string(),
  operation: z.enum(['submit', 'observe', 'balance']),
  paths: z.array(z.enum(['main', 'admin'])),
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

const Handles = z.object({
  handles: z.array(z.object({ since: z.string(), path: z.string(), handle: z.unknown() })),
});

export function readFixture<T>(name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')));
}

function documents() {
  return readdirSync(folder)
    .map((file) => file.replace(/\.json$/, ''))
    .filter((name) => name !== 'handles' && !name.startsWith('recorded-'))
    .sort()
    .flatMap((name) => {
      const { paths: asked, ...document } = readFixture(name, Fixture);
      return asked.map((path) => ({ name: `${name} (${path})`, ...document, path }));
    });
}

/** The exam gives every question of an exchange the same answer, so a status and a result stand in one. */
function statusBody(word: string, result: object): string {
  return JSON.stringify({ status: word, request_id: requestId, ...result });
}

export function falSubject(): Subject {
  return {
    provider: fal,
    paths,
    plainOrder: orderOf(),
    ids,
    upstreamId: requestId,
    accepted: declaredOrders().map((one) => ({ ...one, path: 'main' })),
    refused: refusedOrders.map((one) => ({ ...one, path: 'main' })),
    documents: [...documents(), ...recordedDocuments(folder, 'fal')],
    refusalClasses: ['bad_input', 'moderation', 'no_slot', 'throttled', 'wallet', 'credentials', 'forbidden'],
    handles: readFixture('handles', Handles).handles,
    statusAnswer: (_path, word) =>
      statusBody(word, { video: { url: 'https://v3b.fal.media/files/b/clip.mp4' } }),
    emptySuccess: () => statusBody('COMPLETED', {}),
    callbacks: callbackCases(paths.main),
    exceptions: [
      { law: 4, reason: 'the queue takes every order, so no 2xx of a submit can be a refusal' },
      { law: 15, reason: 'no answer of fal’s names a cost; it is taken from the price sheet' },
    ],
    emulated: emulatedWith(paths),
  };
}
