/** OpenRouter as the exam's subject. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readDocuments } from '../../conformance/documents.ts';
import type { CallbackCase, Subject } from '../../conformance/subject.ts';
import { recordedDocuments } from '../../conformance/testing/recorded.ts';
import type { PathContext, SubmitIds } from '../../contract.ts';
import { openRouter } from '../adapter.ts';
import { declaredOrders, orderOf, refusedOrders } from './orders.ts';
import { apiKey, emulatedOn, managementKey, startMs } from './stage.ts';

const upstreamId = 'job-abc123';
const secret = 'workspace-signing-secret-0123456789';

export const main: PathContext = {
  name: 'openrouter-main',
  baseUrl: openRouter.defaultBaseUrl,
  credential: { api_key: apiKey, management_key: managementKey },
  settings: { pro_model: 'kwaivgi/kling-v3.0-pro' },
  nowMs: startMs,
};

export const ids: SubmitIds = {
  correlationId: 'att-0001',
  callbackUrl: 'https://gateway.example/callbacks/openrouter-main/token',
  startBeforeMs: null,
};

const Handles = z.object({
  handles: z.array(z.object({ since: z.string(), path: z.string(), handle: z.unknown() })),
});

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8');
}

function jobBody(status: string, urls: string[]): string {
  return JSON.stringify({ id: upstreamId, status, unsigned_urls: urls, usage: { cost: 0.63 } });
}

const event = JSON.stringify({
  type: 'video.generation.completed',
  created_at: '2026-11-22T10:00:00.000Z',
  data: { id: upstreamId, status: 'completed', generation_id: 'gen-1', unsigned_urls: [] },
});

function signed(body: string, atMs: number, join = ','): Record<string, string> {
  const time = Math.floor(atMs / 1000);
  const mac = createHmac('sha256', secret).update(`${time}${join}${body}`).digest('hex');
  return {
    'X-OpenRouter-Signature': `t=${time},v1=${mac}`,
    'X-OpenRouter-Idempotency-Key': `${upstreamId}-completed`,
  };
}

function callbacks(): CallbackCase[] {
  const path: PathContext = { ...main, settings: { webhook_secret: secret } };
  const headers = signed(event, startMs);
  const genuine = { headers, body: event, receivedAtMs: startMs };
  const of = (about: string, change: Partial<CallbackCase['callback']>, expect: CallbackCase['expect']) => ({
    about,
    path,
    callback: { ...genuine, ...change },
    expect,
  });
  const mark = headers['X-OpenRouter-Signature'] ?? '';
  return [
    of('signed', {}, 'verified'),
    of(
      'two marks during a rotation',
      { headers: { ...headers, 'X-OpenRouter-Signature': `${mark},v1=00` } },
      'verified',
    ),
    { ...of('no secret configured', {}, 'hint'), path: main },
    of('joined by a dot', { headers: signed(event, startMs, '.') }, 'rejected'),
    of('no headers', { headers: {} }, 'rejected'),
    of('another body', { body: `${event} ` }, 'rejected'),
    of('a replay', { receivedAtMs: startMs + 301_000 }, 'rejected'),
    of('from the future', { receivedAtMs: startMs - 301_000 }, 'rejected'),
    of('no mark in it', { headers: { 'x-openrouter-signature': mark.replace(/v1=.*/, 'v1=') } }, 'rejected'),
    of('an event of something else', eventOf('chat.completed'), 'rejected'),
  ];
}

function eventOf(type: string): Partial<CallbackCase['callback']> {
  const body = event.replace('video.generation.completed', type);
  return { body, headers: signed(body, startMs) };
}

export function openRouterSubject(): Subject {
  const link = `${openRouter.defaultBaseUrl}/videos/${upstreamId}/content?index=0`;
  return {
    provider: openRouter,
    paths: { main },
    plainOrder: orderOf(),
    ids,
    upstreamId,
    accepted: declaredOrders().map((one) => ({ ...one, path: 'main' })),
    refused: refusedOrders.map((one) => ({ ...one, path: 'main' })),
    documents: [
      ...readDocuments(fixture('documents')),
      ...recordedDocuments(new URL('../fixtures/', import.meta.url), 'openrouter'),
    ],
    refusalClasses: [
      'bad_input',
      'moderation',
      'throttled',
      'wallet',
      'credentials',
      'no_model',
      'forbidden',
    ],
    handles: Handles.parse(JSON.parse(fixture('handles'))).handles,
    statusAnswer: (_path, word) => jobBody(word, [link]),
    emptySuccess: () => jobBody('completed', []),
    callbacks: callbacks(),
    exceptions: [{ law: 4, reason: 'no document shows a refusal of a video job with a status of 2xx' }],
    emulated: emulatedOn(main),
  };
}
