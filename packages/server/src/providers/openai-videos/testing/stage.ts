/** Two servers of the shape as the exam's upstreams: an engine of one's own, and a gateway with habits of its own. */
import { createOpenAiVideos } from '@sluice/emulators';
import { countingRandom, stageOf } from '../../conformance/staging.ts';
import type { Emulated, Stage } from '../../conformance/subject.ts';
import type { PathContext } from '../../contract.ts';
import { orderOf } from './orders.ts';

export const startMs = 1_790_000_000_000;
export const apiKey = 'sk-emulated-gateway-0123456789abcdef';

const lostAnswers = [
  { about: 'created, then cut', accepted: true },
  { about: 'cut before it arrived', accepted: false },
  { about: 'created, then 500', accepted: true },
  { about: '503 without effect', accepted: false },
  { about: 'created, then an empty 200', accepted: true },
] as const;

export function emulatedOn(paths: Readonly<Record<string, PathContext>>): Emulated {
  return {
    lostAnswers,
    open: (name) => {
      const path = paths[name];
      if (!path) throw new Error(`no path ${name}`);
      return openStage(path, name === 'gateway');
    },
  };
}

export function openStage(path: PathContext, isGateway: boolean): Stage {
  const clock = { nowMs: startMs };
  const emulator = createOpenAiVideos({
    clock: { now: () => clock.nowMs },
    random: countingRandom(),
    keys: isGateway ? [apiKey] : [],
    models: ['kling-v3', 'kling-video-o1'],
    linkField: isGateway ? 'metadata.url' : null,
    words: isGateway ? { running: 'processing' } : {},
    publicUrl: 'https://cdn.gateway.example',
    still: true,
  });
  const { faults } = emulator;
  const body = {
    error: { message: 'The server had an error.', type: 'server_error', param: null, code: null },
  };
  const empty = {
    do: 'answer',
    status: 200,
    contentType: 'application/json',
    body: '',
    accept: true,
  } as const;
  const faultOf: Readonly<Record<(typeof lostAnswers)[number]['about'], () => void>> = {
    'created, then cut': () => faults.next('create', { do: 'drop', accept: true }),
    'cut before it arrived': () => faults.next('create', { do: 'drop' }),
    'created, then 500': () => faults.next('create', { do: 'refuse', status: 500, body, accept: true }),
    '503 without effect': () => faults.next('create', { do: 'refuse', status: 503, body }),
    'created, then an empty 200': () => faults.next('create', empty),
  };
  return stageOf({
    path,
    order: orderOf(),
    clock,
    handle: (request) => emulator.handle(request),
    accepts: () => emulator.accepts.map(({ id }) => ({ correlationId: null, upstreamId: id })),
    lose: (about) => {
      const known = lostAnswers.find((one) => one.about === about);
      if (!known) throw new Error(`no such fault: ${about}`);
      faultOf[known.about]();
    },
    operationOf: (method, pathname) => {
      if (method === 'POST') return 'submit';
      if (method === 'DELETE') return 'cancel';
      return pathname.endsWith('/models') ? 'balance' : 'observe';
    },
  });
}
