/** An example workload, said to be one: a product with three kinds of customers, a morning peak and a nightly batch. */
import type { CreatePlan } from '@sluice/sdk';

const BY_HOUR = [4, 3, 2, 2, 3, 6, 12, 24, 40, 52, 56, 50, 44, 48, 54, 56, 52, 44, 36, 30, 24, 18, 12, 7];

export function examplePlan(): CreatePlan {
  const shared = { provider: 'kling', price_sheet: 'kling-units-2026-09-20', callbacks: true } as const;
  return {
    name: 'Example: a product launch, 5,000 clips a week',
    workload: {
      kind: 'described',
      tasks_per_hour: BY_HOUR,
      weekend: 0.5,
      bursts: [{ at_hour: 9.5, tasks: 60, within_minutes: 2, repeat: 'daily', account: 'studio' }],
      mix: [
        { model: 'kling-3.0', seconds: 5, resolution: '720p', share: 6 },
        { model: 'kling-3.0', mode: 'image-to-video', seconds: 10, resolution: '1080p', share: 3 },
        { model: 'kling-o3', seconds: 5, resolution: '1080p', share: 1 },
      ],
      accounts: [
        { name: 'app', share: 6, weight: 3 },
        { name: 'studio', share: 3, weight: 1 },
        { name: 'trial', share: 1, weight: 1, max_in_flight: 2 },
      ],
      days: 7,
    },
    paths: [{ path: 'kling-direct', ...shared, slots: 5, deposit: '2000' }],
    target: { share: 0.95, start_within_seconds: 120 },
    retry: { order_again: 1 },
    gateway: { download_mbit_per_second: 200, retention_days: 30, storage_gb: 500 },
    variants: [
      { name: 'five more slots', slots_added: 5 },
      {
        name: 'a routed path beside it',
        paths: [
          { path: 'kling-direct', ...shared, slots: 5, deposit: '2000' },
          { path: 'routed', provider: 'evolink', price_sheet: 'evolink-2026-10-10', slots: 10 },
        ],
        policy: 'fastest',
      },
      { name: 'twice the traffic', scale: 2 },
      { name: 'short clips only', mix: [{ model: 'kling-3.0', seconds: 5, resolution: '720p' }] },
    ],
    seeds: 3,
  };
}
