/** OpenRouter in a world: the cost in the answer, clips behind the key or signed links, a signature with a comma. */
import { createOpenRouter } from '@sluice/emulators';
import { endOf, stateAt } from '@sluice/emulators/jobs/book.ts';
import { virtualClips } from '../clips.ts';
import { jobRows, spoilJobs } from './reseller-faults.ts';
import { type ResellerOptions, tokenIn, type Vendor } from './vendor.ts';

const origin = 'https://api.openrouter.example';
const files = 'https://storage.openrouter.example';
const keys = {
  api_key: 'sk-or-v1-0123456789abcdef0123',
  management_key: 'sk-or-v1-management0123456789abcd',
};
const signingSecret = 'workspace-secret-0123456789';
const REFUSALS = { throttled: 429, arrears: 402, forbidden: 403, no_model: 403 } as const;
const refusal = (status: number) => ({ error: { code: status, message: `Refused with ${status}` } });

export const openRouterRows = jobRows(refusal, '{"id":"job-ab');

export function openRouterVendor({ clock, dice, hit, reseller }: ResellerOptions): Vendor {
  const { signed } = reseller;
  const emulator = createOpenRouter({
    clock,
    random: dice.fork('vendor'),
    accounts: [
      {
        keys: [keys.api_key],
        managementKeys: [keys.management_key],
        credits: reseller.poor ? 2 : 100_000,
        ...(signed ? { signingSecret } : {}),
      },
    ],
    publicUrl: files,
    apiUrl: `${origin}/api/v1`,
    signedUrls: dice.chance(0.5),
    clips: virtualClips(reseller.alike),
    timing: { queueMs: reseller.queueMs, renderBaseMs: 4_000, renderMsPerSecond: reseller.renderMsPerSecond },
  });
  const spoiling = { vendor: 'openrouter', dice: dice.fork('faults'), rate: reseller.rate, hit };
  const quieten = spoilJobs(emulator.faults, openRouterRows, spoiling);

  return {
    name: 'openrouter',
    paths: [
      {
        name: 'openrouter',
        provider: 'openrouter',
        baseUrl: `${origin}/api/v1`,
        credential: keys,
        settings: signed ? { webhook_secret: signingSecret } : {},
        sheet: 'openrouter-2026-04-29',
      },
    ],
    apiOrigin: origin,
    origins: [origin, files],
    secrets: [...Object.values(keys), signingSecret],
    outages: reseller.outages,
    handle: emulator.handle,
    accepts: () =>
      emulator.accepts.map(({ id, callbackUrl }) => ({ id, mark: tokenIn(callbackUrl ?? '') ?? '' })),
    job: (id) => {
      const job = emulator.jobs().find((each) => each.id === id);
      if (!job) return null;
      const state = stateAt(job, clock.now());
      const over = state !== 'queued' && state !== 'running';
      const chargedMicros = state === 'succeeded' ? Math.round(job.detail.dollars * 1_000_000) : 0;
      return { ends: over ? [state] : [], chargedMicros, contradicted: false, forgotten: false };
    },
    nextChange: emulator.nextChange,
    dueCallbacks: emulator.dueCallbacks,
    callbackAnswered: emulator.callbackAnswered,
    refuseNext: (why) =>
      emulator.faults.next('create', { do: 'refuse', status: REFUSALS[why], body: refusal(REFUSALS[why]) }),
    forget: () => {},
    heal: () => {
      quieten();
      for (const account of emulator.accounts) account.credits = 1_000_000;
      for (const job of emulator.jobs()) {
        job.faults.length = 0;
        if (endOf(job) === null) job.endsAt = clock.now() + dice.whole(20_000, 25_000);
      }
    },
  };
}
