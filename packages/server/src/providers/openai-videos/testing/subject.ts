/** Two paths of the declarative adapter as the exam's subject: all defaults, and nearly everything said otherwise. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readDocuments } from '../../conformance/documents.ts';
import type { Subject } from '../../conformance/subject.ts';
import { recordedDocuments } from '../../conformance/testing/recorded.ts';
import type { PathContext, SubmitIds } from '../../contract.ts';
import { openAiVideos } from '../adapter.ts';
import { declaredOrders, orderOf, refusedOrders } from './orders.ts';
import { apiKey, emulatedOn, startMs } from './stage.ts';

const upstreamId = 'video_0123456789abcdef';

export const paths = {
  engine: {
    name: 'own-engine',
    baseUrl: 'http://10.0.0.7:8091/v1',
    credential: {},
    settings: { models: 'kling-3.0=kling-v3' },
    nowMs: startMs,
  },
  gateway: {
    name: 'some-gateway',
    baseUrl: 'https://gateway.example/v1',
    credential: { api_key: apiKey },
    settings: {
      models: 'kling-3.0=kling-v3, kling-o1=kling-video-o1',
      create: 'json',
      sizes: '720p/16:9=1280x720, 720p/9:16=720x1280, 720p/1:1=960x960, 1080p/16:9=1920x1080',
      size_style: 'width_height',
      seconds_field: 'duration',
      seconds_style: 'number',
      lengths: '5, 10',
      first_frame_field: 'image',
      last_frame_field: 'metadata.image_tail',
      sound_field: 'metadata.sound',
      negative_prompt_field: 'metadata.negative_prompt',
      fixed_fields: '{"metadata":{"mode":"std"},"n":1}',
      link_field: 'metadata.url',
      status_words: 'rendering=running, banned=failed',
      delete_cancels: 'yes',
    },
    nowMs: startMs,
  },
} satisfies Record<string, PathContext>;

export const ids: SubmitIds = { correlationId: 'att-0001', callbackUrl: null, startBeforeMs: null };

const Handles = z.object({
  handles: z.array(z.object({ since: z.string(), path: z.string(), handle: z.unknown() })),
});

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8');
}

export function openAiVideosSubject(): Subject {
  const body = (status: string, more: object = {}) => JSON.stringify({ id: upstreamId, status, ...more });
  const linked = { metadata: { url: 'https://cdn.gateway.example/video.mp4' } };
  return {
    provider: openAiVideos,
    paths,
    plainOrder: orderOf(),
    ids,
    upstreamId,
    accepted: declaredOrders(),
    refused: refusedOrders(),
    documents: [
      ...readDocuments(fixture('documents')),
      ...recordedDocuments(new URL('../fixtures/', import.meta.url), 'openai-videos'),
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
    statusAnswer: (_path, word) => body(word, linked),
    emptySuccess: () => body('completed'),
    callbacks: [],
    exceptions: [
      { law: 4, reason: 'no document of such a server shows a refusal with a status of 2xx' },
      { law: 13, reason: 'by the reference a finished video names no link: the clip has a fixed address' },
      { law: 15, reason: 'no answer of this shape names what was charged' },
    ],
    emulated: emulatedOn(paths),
  };
}
