/** Replicate in a world: a deadline with every order, webhooks under a secret asked for, results for an hour. */
import { createReplicate } from '@sluice/emulators';
import { endOf, stateAt } from '@sluice/emulators/jobs/book.ts';
import { virtualClips } from '../clips.ts';
import { ownSheet } from './own-sheet.ts';
import { jobRows, spoilJobs } from './reseller-faults.ts';
import { type ResellerOptions, tokenIn, type Vendor } from './vendor.ts';

const origin = 'https://api.replicate.example';
const files = 'https://replicate.delivery';
const token = 'r8_0123456789abcdef0123';
const REFUSALS = { throttled: 429, arrears: 402, forbidden: 401, no_model: 403 } as const;
const bodyOf = (status: number) => ({ title: 'Refused', detail: `Refused with ${status}`, status });

export const replicateRows = jobRows(bodyOf, '{"id":"gm3qorzdh');

export function replicateVendor({ clock, dice, hit, reseller }: ResellerOptions): Vendor {
  const emulator = createReplicate({
    clock,
    random: dice.fork('vendor'),
    accounts: [{ tokens: [token], credit: reseller.poor ? 'low' : 'enough' }],
    publicUrl: files,
    apiUrl: `${origin}/v1`,
    showsWebhook: dice.chance(0.5),
    clips: virtualClips(reseller.alike),
    timing: { queueMs: reseller.queueMs, renderBaseMs: 4_000, renderMsPerSecond: reseller.renderMsPerSecond },
  });
  const spoiling = { vendor: 'replicate', dice: dice.fork('faults'), rate: reseller.rate, hit };
  const quieten = spoilJobs(emulator.faults, replicateRows, spoiling);

  return {
    name: 'replicate',
    paths: [
      {
        name: 'replicate',
        provider: 'replicate',
        baseUrl: `${origin}/v1`,
        credential: { api_token: token },
        settings: {},
        sheet: ownSheet('replicate', '0.1'),
      },
    ],
    apiOrigin: origin,
    origins: [origin, files],
    secrets: [token, ...emulator.accounts.map(({ webhookSecret }) => webhookSecret)],
    outages: reseller.outages,
    handle: emulator.handle,
    accepts: () =>
      emulator.accepts.map(({ id, callbackUrl }) => ({ id, mark: tokenIn(callbackUrl ?? '') ?? '' })),
    job: (id) => {
      const job = emulator.predictions.find((prediction) => prediction.id === id);
      if (!job) return null;
      const state = stateAt(job, clock.now());
      const over = state !== 'queued' && state !== 'running';
      return { ends: over ? [state] : [], chargedMicros: null, contradicted: false, forgotten: false };
    },
    nextChange: emulator.nextChange,
    dueCallbacks: emulator.dueCallbacks,
    callbackAnswered: emulator.callbackAnswered,
    refuseNext: (why) =>
      emulator.faults.next('create', { do: 'refuse', status: REFUSALS[why], body: bodyOf(REFUSALS[why]) }),
    forget: () => {},
    heal: () => {
      quieten();
      for (const account of emulator.accounts) account.credit = 'enough';
      for (const job of emulator.predictions) {
        job.faults.length = 0;
        if (endOf(job) === null) job.endsAt = clock.now() + dice.whole(20_000, 25_000);
      }
    },
  };
}
