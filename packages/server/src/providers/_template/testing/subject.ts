/** The toy upstream as the exam's subject. */
import { readFileSync } from 'node:fs';
import type { Order } from '@sluice/contract';
import { createToy, isDrop, type ToyFault } from '@sluice/emulators';
import { z } from 'zod';
import type { Stage, Subject } from '../../conformance/subject.ts';
import type { PathContext } from '../../contract.ts';
import { toy } from '../adapter.ts';

const startMs = 1_790_000_000_000;
const token = 'toy-token-0123456789';

const path: PathContext = {
  name: 'toy-main',
  baseUrl: toy.defaultBaseUrl,
  credential: { token },
  settings: {},
  nowMs: startMs,
};

const plainOrder: Order = {
  model: 'toy-1',
  mode: 'text-to-video',
  prompt: 'A paper boat',
  negativePrompt: null,
  seconds: 2,
  inputSeconds: null,
  aspectRatio: '16:9',
  resolution: '720p',
  sound: 'off',
  multiShot: 'off',
  shots: [],
  orientation: null,
  watermark: false,
  inputs: [],
};

const Documents = z.array(
  z.object({
    name: z.string(),
    read: z.string(),
    operation: z.enum(['submit', 'observe', 'find', 'balance']),
    status: z.int(),
    body: z.unknown(),
    expect: z.object({
      kind: z.string(),
      class: z.string().optional(),
      upstreamId: z.string().optional(),
      status: z.string().optional(),
      failure: z.string().optional(),
      outputs: z.int().optional(),
    }),
  }),
);

const lostAnswers: readonly { about: ToyFault; accepted: boolean }[] = [
  { about: 'drop', accepted: false },
  { about: 'take-then-drop', accepted: true },
  { about: 'error', accepted: false },
  { about: 'take-then-error', accepted: true },
];

export function toySubject(): Subject {
  const text = readFileSync(new URL('../fixtures/documents.json', import.meta.url), 'utf8');
  const documents = Documents.parse(JSON.parse(text));
  const taken = (about: string, change: Partial<Order>) => ({
    about,
    path: 'main',
    order: { ...plainOrder, ...change },
  });
  const refused = (field: string, change: Partial<Order>) => ({ ...taken(field, change), field });
  return {
    provider: toy,
    paths: { main: path },
    plainOrder,
    ids: { correlationId: 'att-0001', callbackUrl: null, startBeforeMs: null },
    upstreamId: 'job-1',
    accepted: [
      taken('plain', {}),
      taken('tall', { aspectRatio: '9:16' }),
      ...[1, 10].map((seconds) => taken(`${seconds} s`, { seconds })),
    ],
    refused: [
      refused('model', { model: 'constructor' }),
      refused('mode', { mode: 'video-edit' }),
      refused('duration', { seconds: 11 }),
      refused('quality', { resolution: '4k' }),
      refused('aspect_ratio', { aspectRatio: '1:1' }),
      refused('prompt', { prompt: '' }),
      refused('negative_prompt', { negativePrompt: 'fog' }),
      refused('sound', { sound: 'on' }),
      refused('model_params.multi_shot', { multiShot: 'auto' }),
      refused('model_params.watermark_info', { watermark: true }),
      refused('image_urls', {
        inputs: [{ role: 'reference_image', url: 'https://x.example/a.png', name: 'a' }],
      }),
    ],
    documents: documents.map((document) => ({ ...document, path: 'main', headers: {} })),
    refusalClasses: ['bad_input', 'credentials'],
    handles: [{ since: '2026-11-22', path: 'main', handle: { v: 1, jobId: 'job-1' } }],
    statusAnswer: (_path, word) =>
      JSON.stringify({ id: 'job-1', state: word, file: 'https://toy.example/files/job-1.mp4' }),
    emptySuccess: () => JSON.stringify({ id: 'job-1', state: 'done' }),
    callbacks: [],
    exceptions: [
      { law: 4, reason: 'it never answers a refusal with a 2xx' },
      { law: 15, reason: 'it names no price' },
    ],
    emulated: { lostAnswers, open: openStage },
  };
}

function openStage(): Stage {
  let nowMs = startMs;
  const emulator = createToy({
    clock: { now: () => nowMs },
    tokens: [token],
    publicUrl: 'https://toy.example',
  });
  const answers: { operation: string; status: number; body: string }[] = [];
  return {
    path: () => ({ ...path, nowMs }),
    nowMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
    outbound: {
      async request({ method, url, headers, body }) {
        const sent = new TextEncoder().encode(typeof body === 'string' ? body : '');
        const reply = await emulator.handle({ method, url, headers, body: sent });
        if (isDrop(reply)) return { kind: 'lost', reason: 'reset', detail: 'cut by the emulator' };
        const question = url.endsWith('/none') ? 'balance' : 'observe';
        const operation = method === 'POST' ? 'submit' : question;
        answers.push({ operation, status: reply.status, body: new TextDecoder().decode(reply.body) });
        return {
          kind: 'answered',
          status: reply.status,
          headers: reply.headers,
          body: reply.body,
          finalUrl: url,
        };
      },
    },
    order: plainOrder,
    loseNext: (about) => {
      const known = lostAnswers.find((one) => one.about === about);
      if (known) emulator.nextCreates.push(known.about);
    },
    accepts: () => emulator.jobs.map(({ id }) => ({ correlationId: null, upstreamId: id })),
    answers: () => answers,
  };
}
