/** Kling as the exam's subject: its paths, orders, documents and callbacks. */
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { CallbackCase, Subject } from '../../conformance/subject.ts';
import { recordedDocuments } from '../../conformance/testing/recorded.ts';
import type { PathContext } from '../../contract.ts';
import { kling } from '../adapter.ts';
import { declaredOrders, orderOf, refusedOnLegacy, refusedOrders } from './orders.ts';
import { accessKey, apiKey, emulatedWith, secretKey, startMs } from './stage.ts';

const folder = new URL('../fixtures/', import.meta.url);
export const upstreamId = '893605946402811985';
export const ids = { correlationId: 'att-0001', callbackUrl: null, startBeforeMs: null };

const base = { baseUrl: kling.defaultBaseUrl, settings: {}, nowMs: startMs };
export const paths = {
  new: { ...base, name: 'kling-new', credential: { api_key: apiKey } },
  legacy: { ...base, name: 'kling-legacy', credential: { access_key: accessKey, secret_key: secretKey } },
} satisfies Record<string, PathContext>;

const Fixture = z.object({
  read: z.string(),
  operation: z.enum(['submit', 'observe', 'find', 'balance']),
  path: z.enum(['new', 'legacy']),
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
    ids: z.array(z.string()).optional(),
    retryAfterMs: z.int().optional(),
  }),
});

const SignedCallback = z.object({
  secret: z.string(),
  headers: z.record(z.string(), z.string()),
  receivedAtMs: z.int(),
  body: z.string(),
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
    .filter((name) => name !== 'handles' && !/^(?:callback|recorded)-/.test(name))
    .sort()
    .map((name) => ({ name, ...readFixture(name, Fixture) }));
}

function newBody(word: string, outputs: object[]): string {
  const task = {
    id: upstreamId,
    status: word,
    message: '',
    update_time: startMs,
    external_id: ids.correlationId,
  };
  return JSON.stringify({ code: 0, message: 'SUCCEED', data: [{ ...task, outputs, billing: [] }] });
}

function legacyBody(word: string, videos: object[]): string {
  const info = { external_task_id: ids.correlationId };
  const task = { task_id: upstreamId, task_status: word, task_info: info, updated_at: startMs };
  return JSON.stringify({ code: 0, message: 'SUCCEED', data: { ...task, task_result: { videos } } });
}

const clip = { type: 'video', url: 'https://v15-kling.klingai.com/clip.mp4', duration: '5.041' };

function callbacks(): CallbackCase[] {
  const vector = readFixture('callback-new-signed', SignedCallback);
  const legacy = JSON.stringify(readFixture('callback-legacy', z.object({ body: z.unknown() })).body);
  const { secret, headers, body, receivedAtMs } = vector;
  const signed: PathContext = { ...paths.new, settings: { webhook_secret: secret } };
  const late = receivedAtMs + 5 * 60_000 + 1_000;
  const genuine = headers['Webhook-Signature'] ?? '';
  const bySignature = (signature: string) => ({ ...headers, 'Webhook-Signature': signature });
  const given = { headers, body, receivedAtMs };
  return [
    { about: 'the published vector', path: signed, callback: given, expect: 'verified' },
    {
      about: 'a second signature during a rotation',
      path: signed,
      callback: { ...given, headers: bySignature(`v1,${'A'.repeat(43)}= v2,x ${genuine}`) },
      expect: 'verified',
    },
    {
      about: 'a legacy body signed with the secret',
      path: { ...signed, nowMs: startMs },
      callback: sign(legacy, secret),
      expect: 'verified',
    },
    { about: 'no secret configured, new shape', path: paths.new, callback: given, expect: 'hint' },
    {
      about: 'no secret configured, legacy shape',
      path: paths.legacy,
      callback: { headers: {}, body: legacy, receivedAtMs: startMs },
      expect: 'hint',
    },
    { about: 'no headers', path: signed, callback: { ...given, headers: {} }, expect: 'rejected' },
    { about: 'another body', path: signed, callback: { ...given, body: `${body} ` }, expect: 'rejected' },
    {
      about: 'another id',
      path: signed,
      callback: { ...given, headers: { ...headers, 'Webhook-Id': '1' } },
      expect: 'rejected',
    },
    { about: 'a replay', path: signed, callback: { ...given, receivedAtMs: late }, expect: 'rejected' },
    {
      about: 'from the future',
      path: signed,
      callback: { ...given, receivedAtMs: receivedAtMs - 400_000 },
      expect: 'rejected',
    },
    {
      about: 'a signature of another version',
      path: signed,
      callback: { ...given, headers: bySignature(genuine.replace('v1,', 'v1a,')) },
      expect: 'rejected',
    },
    {
      about: 'no signature in it',
      path: signed,
      callback: { ...given, headers: bySignature('v1,') },
      expect: 'rejected',
    },
  ];
}

function sign(body: string, secret: string): CallbackCase['callback'] {
  const timestamp = String(startMs / 1000);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const mark = createHmac('sha256', key).update(`d1.${timestamp}.${body}`).digest('base64');
  const headers = { 'webhook-id': 'd1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mark}` };
  return { headers, body, receivedAtMs: startMs };
}

export function klingSubject(): Subject {
  return {
    provider: kling,
    paths,
    plainOrder: orderOf(),
    ids,
    upstreamId,
    accepted: declaredOrders().flatMap(({ about, order, onLegacy }) => [
      { about, path: 'new', order },
      ...(onLegacy ? [{ about, path: 'legacy', order }] : []),
    ]),
    refused: [
      ...refusedOrders.flatMap((one) => [
        { ...one, path: 'new' },
        { ...one, path: 'legacy' },
      ]),
      ...refusedOnLegacy.map((one) => ({ ...one, path: 'legacy' })),
    ],
    documents: [...documents(), ...recordedDocuments(folder, 'kling')],
    refusalClasses: [
      'bad_input',
      'moderation',
      'no_slot',
      'throttled',
      'wallet',
      'credentials',
      'forbidden',
      'no_model',
      'duplicate_key',
    ],
    handles: readFixture('handles', Handles).handles,
    statusAnswer: (path, word) => (path === 'new' ? newBody(word, [clip]) : legacyBody(word, [clip])),
    emptySuccess: (path) => (path === 'new' ? newBody('succeeded', []) : legacyBody('succeed', [])),
    callbacks: callbacks(),
    exceptions: [],
    emulated: emulatedWith(paths),
  };
}
