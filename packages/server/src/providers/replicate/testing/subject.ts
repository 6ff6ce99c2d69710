/** Replicate as the exam's subject. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readDocuments } from '../../conformance/documents.ts';
import type { CallbackCase, Subject } from '../../conformance/subject.ts';
import { recordedDocuments } from '../../conformance/testing/recorded.ts';
import type { PathContext } from '../../contract.ts';
import { replicate } from '../adapter.ts';
import { declaredOrders, orderOf, refusedOrders } from './orders.ts';
import { apiToken, emulatedOn, startMs, webhookSecret } from './stage.ts';

const upstreamId = 'gm3qorzdhgbfurvjtvhg6dckhu';

export const main: PathContext = {
  name: 'replicate-main',
  baseUrl: replicate.defaultBaseUrl,
  credential: { api_token: apiToken },
  settings: {},
  nowMs: startMs,
};

export const ids = {
  correlationId: 'att-0001',
  callbackUrl: 'https://gateway.example/callbacks/replicate-main/token',
  startBeforeMs: null,
};

const Handles = z.object({
  handles: z.array(z.object({ since: z.string(), path: z.string(), handle: z.unknown() })),
});

export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8');
}

function body(status: string, output: string | null): string {
  const completed = { completed_at: '2026-09-21T14:14:05.000Z' };
  return JSON.stringify({ id: upstreamId, status, output, data_removed: false, ...completed });
}

const prediction = JSON.stringify({
  id: upstreamId,
  status: 'succeeded',
  output: 'https://replicate.delivery/xezq/x/output.mp4',
  webhook: `${ids.callbackUrl}?attempt=att-0001`,
});

export function signed(text: string, secret: string, atMs: number): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', key).update(`d1.${timestamp}.${text}`).digest('base64');
  return { 'webhook-id': 'd1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}

function callbacks(): CallbackCase[] {
  const headers = signed(prediction, webhookSecret, startMs);
  const genuine = { headers, body: prediction, receivedAtMs: startMs };
  const keys = [webhookSecret];
  const foreign = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  const of = (about: string, change: Partial<CallbackCase['callback']>, expect: CallbackCase['expect']) => ({
    about,
    path: main,
    callback: { ...genuine, ...change },
    keys,
    expect,
  });
  const mark = headers['webhook-signature'] ?? '';
  return [
    of('signed', {}, 'verified'),
    of(
      'a second signature',
      { headers: { ...headers, 'webhook-signature': `v1,AAAA v2,x ${mark}` } },
      'verified',
    ),
    { ...of('signed by an older secret', {}, 'verified'), keys: [foreign, webhookSecret] },
    { ...of('the secret could not be had', {}, 'hint'), keys: [] },
    of('no headers', { headers: {} }, 'rejected'),
    of('another body', { body: `${prediction} ` }, 'rejected'),
    of('another id', { headers: { ...headers, 'webhook-id': 'd2' } }, 'rejected'),
    of('by another key', { headers: signed(prediction, foreign, startMs) }, 'rejected'),
    of('a replay', { receivedAtMs: startMs + 301_000 }, 'rejected'),
    of('from the future', { receivedAtMs: startMs - 301_000 }, 'rejected'),
    of('no signature in it', { headers: { ...headers, 'webhook-signature': 'v1,' } }, 'rejected'),
  ];
}

export function replicateSubject(): Subject {
  return {
    provider: replicate,
    paths: { main },
    plainOrder: orderOf(),
    ids,
    upstreamId,
    accepted: declaredOrders().map((one) => ({ ...one, path: 'main' })),
    refused: refusedOrders.map((one) => ({ ...one, path: 'main' })),
    documents: [
      ...readDocuments(fixture('documents')),
      ...recordedDocuments(new URL('../fixtures/', import.meta.url), 'replicate'),
    ],
    refusalClasses: ['bad_input', 'throttled', 'wallet', 'credentials', 'no_model'],
    handles: Handles.parse(JSON.parse(fixture('handles'))).handles,
    statusAnswer: (_path, word) => body(word, 'https://replicate.delivery/xezq/x/output.mp4'),
    emptySuccess: () => body('succeeded', null),
    callbacks: callbacks(),
    exceptions: [
      { law: 4, reason: 'a refusal always has a status of 4xx' },
      { law: 15, reason: 'no answer names what was charged, and prices are not published' },
    ],
    emulated: emulatedOn(main),
  };
}
