/** fal in a world: a queue that takes everything, signed webhooks under published keys, a start deadline. */
import { createFal } from '@sluice/emulators';
import { virtualClips } from '../clips.ts';
import { jobRows, spoilJobs } from './reseller-faults.ts';
import { type ResellerOptions, tokenIn, type Vendor, type VendorJob } from './vendor.ts';

const origin = 'https://api.fal.example';
const files = 'https://v3b.fal.media';
const keys = {
  api_key: 'fal-key-id-0123456789:fal-secret-abcdef',
  admin_key: 'fal-admin-id-0123456789:fal-secret-ghijkl',
};
const REFUSALS = { throttled: 429, arrears: 402, forbidden: 401, no_model: 403 } as const;
const bodyOf = (status: number) => ({ detail: `Refused with ${status}` });

export const falRows = jobRows(bodyOf, '{"status":"IN_QUEUE","request_id":"5b8e1f02-2c3a');

export function falVendor({ clock, dice, hit, reseller }: ResellerOptions): Vendor {
  const emulator = createFal({
    clock,
    random: dice.fork('vendor'),
    accounts: [
      {
        name: 'world',
        apiKeys: [keys.api_key],
        adminKeys: [keys.admin_key],
        credits: reseller.poor ? 2 : 100_000,
      },
    ],
    publicUrl: files,
    queueUrl: origin,
    clips: virtualClips(reseller.alike),
    timing: { queueMs: reseller.queueMs, renderBaseMs: 4_000, renderMsPerSecond: reseller.renderMsPerSecond },
    settings: { concurrency: reseller.concurrency, cancelStopsRunning: dice.chance(0.5) },
  });
  const spoiling = { vendor: 'fal', dice: dice.fork('faults'), rate: reseller.rate, hit };
  const quieten = spoilJobs(emulator.faults, falRows, spoiling);
  const find = (id: string) => emulator.requests().find((request) => request.id === id);

  return {
    name: 'fal',
    paths: [
      {
        name: 'fal',
        provider: 'fal',
        baseUrl: origin,
        credential: keys,
        settings: { platform_url: origin, keys_url: `${origin}/.well-known/jwks.json` },
        sheet: 'fal-2026-11-22',
      },
    ],
    apiOrigin: origin,
    origins: [origin, files],
    secrets: Object.values(keys),
    outages: reseller.outages,
    handle: emulator.handle,
    accepts: () =>
      emulator.accepts.map(({ id, callbackUrl }) => ({ id, mark: tokenIn(callbackUrl ?? '') ?? '' })),
    job: (id) => jobOf(find(id)),
    nextChange: emulator.nextChange,
    dueCallbacks: emulator.dueCallbacks,
    callbackAnswered: emulator.callbackAnswered,
    refuseNext: (why) =>
      emulator.faults.next('create', { do: 'refuse', status: REFUSALS[why], body: bodyOf(REFUSALS[why]) }),
    forget: () => {},
    heal: () => {
      quieten();
      for (const account of emulator.accounts) account.leftMicros = 1_000_000_000_000;
      for (const request of emulator.requests()) {
        request.faults.length = 0;
        request.renderMs ??= 20_000;
        if (request.startedAt !== null) request.endsAt ??= clock.now() + dice.whole(20_000, 25_000);
      }
    },
  };
}

type Request = ReturnType<ReturnType<typeof createFal>['requests']>[number];

/** It has one word for every end; what kind of end it was stands in an error that each reader names for itself. */
function jobOf(request: Request | undefined): VendorJob | null {
  if (request === undefined) return null;
  const failed = ['failed', 'canceled', 'expired'] as const;
  const ends = request.ending.kind === 'clip' ? (['succeeded'] as const) : failed;
  return {
    ends: request.endedAt === null ? [] : ends,
    chargedMicros: null,
    contradicted: false,
    forgotten: false,
  };
}
