/** EvoLink in a world: credits, unsigned callbacks, no question by our own id. */
import { createEvolink } from '@sluice/emulators';
import { creditsOf } from '@sluice/emulators/evolink/credits.ts';
import { virtualClips } from '../clips.ts';
import { rendered, renderedJob } from './rendered.ts';
import { rendererRows, spoilRenderer } from './reseller-faults.ts';
import type { ResellerOptions, Vendor } from './vendor.ts';

const origin = 'https://api.evolink.example';
const files = 'https://media.evolink.example';
const apiKey = 'sk-evo-0123456789abcdef';
/** A credit in micro-dollars, by the sheet. */
const CREDIT_MICROS = 14_706;
const REFUSALS = {
  throttled: 'rate_limit_exceeded',
  arrears: 'insufficient_quota',
  forbidden: 'key_disabled',
  no_model: 'key_model_not_allowed',
} as const;

export const evolinkRows = rendererRows(
  {
    failed: 'service_error',
    busy: 'rate_limit_exceeded',
    unpaid: 'insufficient_quota',
    invalid: 'invalid_parameters',
    ended: ['completed', 'failed'],
  },
  '{"id":"task-unified-17',
);

export function evolinkVendor({ clock, dice, hit, reseller }: ResellerOptions): Vendor {
  const emulator = createEvolink({
    clock,
    random: dice.fork('vendor'),
    accounts: [
      {
        keys: [{ key: apiKey }],
        credits: reseller.poor ? '150' : '1000000',
        concurrent: reseller.concurrency,
      },
    ],
    publicUrl: files,
    idempotency: dice.chance(0.5) ? 'ignored' : 'honoured',
    timing: { queueMs: reseller.queueMs, renderBaseMs: 4_000, renderMsPerSecond: reseller.renderMsPerSecond },
    outputs: { clips: virtualClips(reseller.alike) },
  });
  const spoiling = { vendor: 'evolink', dice: dice.fork('faults'), rate: reseller.rate, hit };
  const heal = spoilRenderer(emulator.faults, evolinkRows, spoiling);
  return {
    ...rendered(emulator, { clock, dice, heal }),
    name: 'evolink',
    paths: [
      {
        name: 'evolink',
        provider: 'evolink',
        baseUrl: origin,
        credential: { api_key: apiKey },
        settings: {},
        sheet: 'evolink-2026-10-10',
      },
    ],
    apiOrigin: origin,
    origins: [origin, files],
    secrets: [apiKey],
    outages: reseller.outages,
    job: (id) =>
      renderedJob(emulator, id, clock.now(), ({ used }) => Math.round(creditsOf(used) * CREDIT_MICROS)),
    refuseNext: (why) => emulator.faults.next('create', { do: 'refuse', code: REFUSALS[why] }),
  };
}
