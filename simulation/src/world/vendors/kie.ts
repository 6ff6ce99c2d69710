/** Kie in a world: errors inside good answers, signatures that vouch for nothing but an id, no prices of its own. */
import { createKie } from '@sluice/emulators';
import { virtualClips } from '../clips.ts';
import { ownSheet } from './own-sheet.ts';
import { rendered, renderedJob } from './rendered.ts';
import { rendererRows, spoilRenderer } from './reseller-faults.ts';
import type { ResellerOptions, Vendor } from './vendor.ts';

const origin = 'https://api.kie.example';
const files = 'https://media.kie.example';
const apiKey = 'kie-key-0123456789abcdef';
const webhookKey = 'kie-webhook-key-0123456789';
const REFUSALS = { throttled: '429', arrears: '402', forbidden: '401', no_model: '505' } as const;

export const kieRows = rendererRows(
  { failed: '500', busy: '429', unpaid: '402', invalid: '422', ended: ['success', 'fail'] },
  '{"code":200,"data":{"taskId":"28',
);

export function kieVendor({ clock, dice, hit, reseller }: ResellerOptions): Vendor {
  const { signed } = reseller;
  const emulator = createKie({
    clock,
    random: dice.fork('vendor'),
    accounts: [
      { keys: [apiKey], credits: reseller.poor ? 400 : 10_000_000, ...(signed ? { webhookKey } : {}) },
    ],
    publicUrl: files,
    settings: {
      unknownMs: dice.pick([0, 500, 5_000]),
      unknownCode: dice.pick([404, 422]),
      createsMost: 2 + reseller.concurrency,
      callbackRetriesMs: dice.pick([[], [5_000, 30_000]]),
    },
    timing: { queueMs: reseller.queueMs, renderBaseMs: 4_000, renderMsPerSecond: reseller.renderMsPerSecond },
    outputs: { clips: virtualClips(reseller.alike) },
  });
  const spoiling = { vendor: 'kie', dice: dice.fork('faults'), rate: reseller.rate, hit };
  const heal = spoilRenderer(emulator.faults, kieRows, spoiling);
  return {
    ...rendered(emulator, { clock, dice, heal }),
    name: 'kie',
    paths: [
      {
        name: 'kie',
        provider: 'kie',
        baseUrl: origin,
        credential: { api_key: apiKey },
        settings: signed ? { webhook_key: webhookKey } : {},
        sheet: ownSheet('kie', '0.09'),
      },
    ],
    apiOrigin: origin,
    origins: [origin, files],
    secrets: [apiKey, webhookKey],
    outages: reseller.outages,
    // What it takes is told nowhere in its answers. It has no word for a cancelled task: it failed.
    job: (id) => renderedJob(emulator, id, clock.now(), null, { cancelled: 'failed' }),
    refuseNext: (why) => emulator.faults.next('create', { do: 'refuse', code: REFUSALS[why] }),
  };
}
